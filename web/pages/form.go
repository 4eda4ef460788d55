package pages

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"knowhow/web/problem"
)

// form is what was typed into a page's form, and what is wrong with it. The
// zero values stand for a form nobody has sent yet.
type form struct {
	visit  *visit
	wrong  []string // fields, in the form's order
	notice string   // what is wrong with the whole
	often  bool     // it was sent too often
}

// status is what a page with the form is answered with.
func (f *form) status() int {
	switch {
	case !f.failed():
		return http.StatusOK
	case f.often:
		return http.StatusTooManyRequests
	}
	return http.StatusUnprocessableEntity
}

func (f *form) failed() bool { return f != nil && (len(f.wrong) > 0 || f.notice != "") }

// Failed reports that the form was sent and refused.
func (f *form) Failed() bool { return f.failed() }

// Notice says what is wrong with the whole form; empty: nothing.
func (f *form) Notice() string { return f.notice }

// Wrong lists the fields that are wrong, for the summary above the form.
func (f *form) Wrong() []field {
	var list []field
	for _, name := range f.wrong {
		list = append(list, f.Field(name, ""))
	}
	return list
}

// field is one field of a form with its words.
type field struct {
	Name, Kind, Label, Hint, Value, Error string
	Attributes                            map[string]string
}

// Field is the field called name of this kind: an input's type, or "area".
// Attributes are names and values.
func (f *form) Field(name, kind string, attributes ...string) field {
	key := "field." + name
	one := field{Name: name, Kind: kind, Label: f.visit.T(key), Attributes: map[string]string{}}
	if f.visit.Knows(key + ".hint") {
		one.Hint = f.visit.T(key + ".hint")
	}
	if kind != "password" && !slices.Contains(secrets, name) {
		one.Value = f.visit.r.PostFormValue(name)
	}
	if slices.Contains(f.wrong, name) {
		one.Error = f.visit.Or(key+".error", "field.error")
	}
	for i := 0; i+1 < len(attributes); i += 2 {
		if attributes[i] == "value" {
			if !f.sent() {
				one.Value = attributes[i+1]
			}
			continue
		}
		one.Attributes[attributes[i]] = attributes[i+1]
	}
	return one
}

// Attr is an attribute's value; empty: the field has none.
func (f field) Attr(name string) string { return f.Attributes[name] }

// Described names what describes the field, for screen readers.
func (f field) Described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.Name+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.Name+"-error")
	}
	return strings.Join(ids, " ")
}

// secrets are fields that are never shown again. A record is none, but would
// stand there beside the next one.
var secrets = []string{"password", "code", "token", "record"}

// Value is what was typed.
func (f *form) Value(name string) string {
	if slices.Contains(secrets, name) {
		return ""
	}
	return f.visit.r.PostFormValue(name)
}

func (f *form) sent() bool { return f.visit.r.Method == http.MethodPost }

// refused is the form that the API refused with err, which has these fields;
// what is wrong with none of them is said above the form. An error that is not
// about what was sent is given back.
func (v *visit) refused(err error, fields ...string) (*form, error) {
	var p *problem.Problem
	if !errors.As(err, &p) || p.Status >= http.StatusInternalServerError {
		return nil, err
	}
	v.retryAfter(p)
	f := &form{visit: v, often: p.Status == http.StatusTooManyRequests}
	for _, name := range fields {
		if slices.ContainsFunc(p.Errors, func(d problem.Detail) bool { return about(d, name) }) {
			f.wrong = append(f.wrong, name)
		}
	}
	if len(f.wrong) == 0 {
		f.notice = v.say(p)
	}
	return f, nil
}

// otherwise are fields that the API calls otherwise than the form, in which
// the name is another one's.
var otherwise = map[string]string{"why": "reason"}

// about reports that a detail is about a field of the body.
func about(d problem.Detail, name string) bool {
	if called, ok := otherwise[name]; ok {
		name = called
	}
	at := strings.TrimPrefix(d.Location, "body.")
	return at == name || strings.HasPrefix(at, name+"[") || strings.HasPrefix(at, name+".") ||
		at == "body" && strings.Contains(d.Message, " "+name+" ")
}

// lacking is the form in which these fields are missing, or nil.
func (v *visit) lacking(fields ...string) *form {
	f := &form{visit: v}
	for _, name := range fields {
		if strings.TrimSpace(v.r.PostFormValue(name)) == "" {
			f.wrong = append(f.wrong, name)
		}
	}
	if len(f.wrong) == 0 {
		return nil
	}
	return f
}

// say is a problem in the visitor's language.
func (v *visit) say(p *problem.Problem) string {
	text := v.Or("problem."+p.Code, "problem.other")
	if p.RetryAfter > 0 {
		text += " " + v.T("problem.again", "time", v.For(int64(p.RetryAfter.Seconds())))
	}
	return text
}
