package invitation

import (
	"context"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// File is a table of a brand's customers, as CSV with a line of column names;
// commas, semicolons or tabs part the columns.
type File struct {
	CSV            string
	Column         string // the addresses'; empty: "email"
	LanguageColumn string // the customers' languages'; may be empty
}

const (
	// MaxFile is how large such a file may be, in bytes.
	MaxFile = 1 << 20
	maxRows = 5000
)

// Why a line of a file is refused.
const (
	LineEmpty        = "empty"        // it has no address
	LineAddress      = "address"      // what it has is none
	LineTwice        = "twice"        // an earlier line has the same
	LineUnsubscribed = "unsubscribed" // its reader wants no invitations
)

// RefusedLine is a line of a file nobody is invited by.
type RefusedLine struct {
	Line   int // the first is 1
	Reason string
}

// FilePreview is what inviting by a file would do.
type FilePreview struct {
	File    string // names the file and its columns; for InviteByFile
	New     int    // would be written to
	Known   int    // were invited to the program before
	Refused []RefusedLine
}

// PreviewFile reads a file and says what inviting by it would do; nothing is kept
// and nobody is written to (permission InviteExperts). Errors:
// *access.ForbiddenError, *marketplace.InvalidError, *marketplace.NotFoundError.
func (s *Service) PreviewFile(ctx context.Context, caller access.Caller, id program.ID, f File) (p FilePreview, err error) {
	err = s.experts.SeeProgram(ctx, caller, id, access.InviteExperts, func(tx *gorm.DB, brand marketplace.BrandID) error {
		list, refused, err := f.read()
		if err != nil {
			return err
		}
		known, unwilling, err := s.sortedTx(ctx, tx, program.Program{ID: id, BrandID: brand}, list)
		if err != nil {
			return err
		}
		p = FilePreview{File: s.fileName(brand, f), Refused: refused}
		for _, a := range list {
			switch {
			case unwilling[string(a.index)]:
				p.Refused = append(p.Refused, RefusedLine{Line: a.line, Reason: LineUnsubscribed})
			case known[string(a.index)]:
				p.Known++
			default:
				p.New++
			}
		}
		slices.SortFunc(p.Refused, func(a, b RefusedLine) int { return a.Line - b.Line })
		return nil
	})
	return p, err
}

// InviteByFile has the addresses of a file written to that are new, each once for
// a program (permission InviteExperts). File is what its preview said: another
// file is refused. The same one again is the invitation it was made into.
// Errors as InviteAddresses'.
func (s *Service) InviteByFile(ctx context.Context, caller access.Caller, id program.ID, terms Terms, f File, file string) (Invitation, error) {
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return Invitation{}, err
	}
	list, _, err := f.read()
	if err == nil && s.fileName(brand, f) != file {
		err = &marketplace.InvalidError{Field: "file", Reason: "is not the one whose preview was shown"}
	}
	if err != nil {
		return Invitation{}, err
	}
	return s.invite(ctx, caller, id, terms, Invitation{Kind: ByFile, FileIndex: s.fileIndex(brand, f)}, list)
}

// fileIndex is a keyed hash of a file and its columns' names.
func (s *Service) fileIndex(brand marketplace.BrandID, f File) []byte {
	return s.keys.BlindIndex(brand, "invitation file", f.column()+"\x00"+f.LanguageColumn+"\x00"+f.CSV)
}

func (s *Service) fileName(brand marketplace.BrandID, f File) string {
	return hex.EncodeToString(s.fileIndex(brand, f))
}

func (f File) column() string {
	if f.Column == "" {
		return "email"
	}
	return f.Column
}

// read takes the addresses out of a file, and says which lines have none.
func (f File) read() (list []address, refused []RefusedLine, err error) {
	if err := marketplace.CheckText("csv", f.CSV, 1, MaxFile); err != nil {
		return nil, nil, err
	}
	text := strings.TrimPrefix(f.CSV, "\ufeff")
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.Comma, r.TrimLeadingSpace = -1, separator(text), true
	head, err := r.Read()
	if err != nil {
		return nil, nil, badCSV(err)
	}
	email, err := columnOf(head, "column", f.column())
	if err != nil {
		return nil, nil, err
	}
	language := -1
	if f.LanguageColumn != "" {
		if language, err = columnOf(head, "language_column", f.LanguageColumn); err != nil {
			return nil, nil, err
		}
	}
	seen := map[string]bool{}
	for rows := 0; ; rows++ {
		row, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return list, refused, nil
		case err != nil:
			return nil, nil, badCSV(err)
		case rows >= maxRows:
			return nil, nil, &marketplace.InvalidError{Field: "csv", Reason: fmt.Sprintf("has more than %d lines", maxRows)}
		}
		line, _ := r.FieldPos(0)
		a, why := addressOf(row, email, language)
		if why == "" && seen[a.email] {
			why = LineTwice
		}
		if why != "" {
			refused = append(refused, RefusedLine{Line: line, Reason: why})
			continue
		}
		seen[a.email], a.line = true, line
		list = append(list, a)
	}
}

func addressOf(row []string, email, language int) (a address, refused string) {
	if email >= len(row) || strings.TrimSpace(row[email]) == "" {
		return a, LineEmpty
	}
	normal, err := access.NormalEmail(row[email])
	if err != nil {
		return a, LineAddress
	}
	a.email = normal
	if language >= 0 && language < len(row) {
		base := program.BaseLanguage(strings.TrimSpace(row[language]))
		if slices.Contains(Languages, base) {
			a.language = base
		}
	}
	return a, ""
}

// separator is what parts the columns: what the first line has most of.
func separator(text string) rune {
	head, _, _ := strings.Cut(text, "\n")
	best := ','
	for _, c := range ";\t" {
		if strings.Count(head, string(c)) > strings.Count(head, string(best)) {
			best = c
		}
	}
	return best
}

func columnOf(head []string, field, name string) (int, error) {
	i := slices.IndexFunc(head, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), strings.TrimSpace(name)) })
	if i < 0 {
		return 0, &marketplace.InvalidError{Field: field, Reason: fmt.Sprintf("is named by no column of the file: %.60q", name)}
	}
	return i, nil
}

// badCSV says where a file cannot be read, without a word of what is in it.
func badCSV(err error) error {
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return &marketplace.InvalidError{Field: "csv", Reason: fmt.Sprintf("cannot be read in line %d", bad.Line)}
	}
	return &marketplace.InvalidError{Field: "csv", Reason: "has no line of column names"}
}
