package evaluate

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"knowhow/matching/language"
)

// languageRow is one line of the data.
type languageRow struct {
	Text string `json:"text"`
	Lang string `json:"lang"`
	Kind string `json:"kind"`
}

func (r languageRow) example() language.Example {
	return language.Example{Text: r.Text, Language: language.Tag(r.Lang)}
}

var (
	errNoRows  = errors.New("there is no text in it")
	errNoText  = errors.New("text is missing or empty")
	errNoLang  = errors.New("lang is missing or empty")
	errLongRow = errors.New("longer than a million bytes")
)

const longestRow = 1 << 20

func readLanguages(ctx context.Context, name string) ([]languageRow, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() // only read from
	in := bufio.NewReader(stopping{ctx, file})
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = bufio.NewReader(unpacked)
	}
	return languageRows(in)
}

func languageRows(in io.Reader) ([]languageRow, error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, longestRow)
	var rows []languageRow
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), byteOrderMark))
		if len(line) == 0 {
			continue
		}
		var r languageRow
		err := json.Unmarshal(line, &r)
		switch {
		case err != nil:
		case r.Text == "":
			err = errNoText
		case r.Lang == "":
			err = errNoLang
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		rows = append(rows, r)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("a line is %w", errLongRow)
	} else if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errNoRows
	}
	return rows, nil
}

// languageTally counts answers.
type languageTally struct {
	all            answers
	byLang, byKind map[string]*answers
}

type answers struct{ n, right, sure, rightSure int }

func newLanguageTally() *languageTally {
	return &languageTally{byLang: make(map[string]*answers), byKind: make(map[string]*answers)}
}

func (t *languageTally) add(r languageRow, m *language.Model) {
	tag, _, sure := m.Detect(r.Text)
	right := string(tag) == r.Lang
	t.all.add(right, sure)
	counted(t.byLang, r.Lang).add(right, sure)
	if r.Kind != "" {
		counted(t.byKind, r.Kind).add(right, sure)
	}
}

func counted(in map[string]*answers, name string) *answers {
	if in[name] == nil {
		in[name] = new(answers)
	}
	return in[name]
}

func (a *answers) add(right, sure bool) {
	a.n++
	if right {
		a.right++
	}
	if sure {
		a.sure++
	}
	if right && sure {
		a.rightSure++
	}
}

func (a answers) share() LanguageShare {
	s := LanguageShare{N: a.n, Accuracy: float64(a.right) / float64(a.n), SureShare: float64(a.sure) / float64(a.n)}
	if a.sure > 0 {
		whenSure := float64(a.rightSure) / float64(a.sure)
		s.AccuracyWhenSure = &whenSure
	}
	return s
}

func (t *languageTally) report() LanguageReport {
	all := t.all.share()
	return LanguageReport{
		N: all.N, Accuracy: all.Accuracy, SureShare: all.SureShare, AccuracyWhenSure: all.AccuracyWhenSure,
		ByLanguage: shares(t.byLang), ByKind: shares(t.byKind),
	}
}

func shares(of map[string]*answers) map[string]LanguageShare {
	out := make(map[string]LanguageShare)
	for name, a := range of {
		out[name] = a.share()
	}
	return out
}
