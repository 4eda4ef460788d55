package evaluate

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"

	"knowhow/cmd/knowhow/internal/output"
	"knowhow/matching/language"
)

// Language is `knowhow evaluate language`.
type Language struct {
	Data  string `required:"" type:"existingfile" placeholder:"FILE" help:"Texts and their languages: JSON lines with text, lang (ISO 639-1) and, if any, kind; plain or gzip."`
	Folds int    `placeholder:"K" help:"Train K models, each without every K-th text of a language, and measure each on those; by default the carried model is measured as it is."`
	Write string `type:"path" placeholder:"FILE" help:"Also train on all the texts and write that model, which a build carries as matching/language/model.bin."`
	output.Format
}

// Help is the end of --help.
func (Language) Help() string {
	return `Accuracy counts all texts alike, those without a letter as wrong. sure_share is how many the model is sure of; where sure it should be right 99 times in 100.

Example:
  knowhow evaluate language --data langid.jsonl.gz --folds 5 --format json`
}

// LanguageReport is how well languages are told apart.
type LanguageReport struct {
	N                int                      `json:"n"`
	Accuracy         float64                  `json:"accuracy"`
	SureShare        float64                  `json:"sure_share"`
	AccuracyWhenSure *float64                 `json:"accuracy_when_sure"` // null where none is sure
	ByLanguage       map[string]LanguageShare `json:"by_language"`
	ByKind           map[string]LanguageShare `json:"by_kind"`
}

// LanguageShare is the same of some of the texts.
type LanguageShare struct {
	N                int      `json:"n"`
	Accuracy         float64  `json:"accuracy"`
	SureShare        float64  `json:"sure_share"`
	AccuracyWhenSure *float64 `json:"accuracy_when_sure"`
}

// Run implements the command.
func (c *Language) Run(ctx context.Context, out io.Writer) error {
	if c.Folds < 0 || c.Folds == 1 || c.Folds > 100 {
		return fmt.Errorf("--folds %d: 2 to 100, or none", c.Folds)
	}
	rows, err := readLanguages(ctx, c.Data)
	if err != nil {
		return fmt.Errorf("--data %s: %w", c.Data, err)
	}
	report, err := c.measure(ctx, rows)
	if err != nil {
		return err
	}
	if c.Write != "" {
		if err := write(ctx, rows, c.Write); err != nil {
			return fmt.Errorf("--write %s: %w", c.Write, err)
		}
	}
	return c.Print(out, report, func(w io.Writer) error { return languageTable(w, report) })
}

func (c *Language) measure(ctx context.Context, rows []languageRow) (LanguageReport, error) {
	t := newLanguageTally()
	if c.Folds == 0 {
		for _, r := range rows {
			t.add(r, language.Carried())
		}
		return t.report(), ctx.Err()
	}
	folds := foldsOf(rows, c.Folds)
	for fold := range c.Folds {
		fmt.Fprintf(os.Stderr, "fold %d of %d\n", fold+1, c.Folds)
		var examples []language.Example
		for i, r := range rows {
			if folds[i] != fold {
				examples = append(examples, r.example())
			}
		}
		m, err := language.Train(examples, ctx.Err)
		if err != nil {
			return LanguageReport{}, fmt.Errorf("fold %d: %w", fold+1, err)
		}
		for i, r := range rows {
			if folds[i] == fold {
				t.add(r, m)
			}
		}
	}
	return t.report(), ctx.Err()
}

// foldsOf deals the texts of each language and kind in turn.
func foldsOf(rows []languageRow, k int) []int {
	folds, dealt := make([]int, len(rows)), make(map[[2]string]int)
	for i, r := range rows {
		key := [2]string{r.Lang, r.Kind}
		folds[i] = dealt[key] % k
		dealt[key]++
	}
	return folds
}

// write trains on everything; the file is there whole or not at all.
func write(ctx context.Context, rows []languageRow, name string) error {
	fmt.Fprintln(os.Stderr, "training on everything")
	var examples []language.Example
	for _, r := range rows {
		examples = append(examples, r.example())
	}
	m, err := language.Train(examples, ctx.Err)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := m.Encode(&file); err != nil {
		return err
	}
	part := name + ".part"
	if err := os.WriteFile(part, file.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(part, name)
}

func languageTable(w io.Writer, r LanguageReport) error {
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(columns, "\ttexts\tright\tsure\tright when sure\t") // Flush tells of any error
	for _, shares := range []map[string]LanguageShare{r.ByLanguage, r.ByKind} {
		for _, name := range slices.Sorted(maps.Keys(shares)) {
			languageLine(columns, name, shares[name])
		}
		fmt.Fprintln(columns, "\t\t\t\t\t")
	}
	languageLine(columns, "all", LanguageShare{r.N, r.Accuracy, r.SureShare, r.AccuracyWhenSure})
	return columns.Flush()
}

func languageLine(w io.Writer, name string, s LanguageShare) {
	whenSure := "–"
	if s.AccuracyWhenSure != nil {
		whenSure = fmt.Sprintf("%.4f", *s.AccuracyWhenSure)
	}
	fmt.Fprintf(w, "%s\t%d\t%.4f\t%.4f\t%s\t\n", name, s.N, s.Accuracy, s.SureShare, whenSure)
}
