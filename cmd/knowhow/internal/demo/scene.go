package demo

import (
	"context"
	"fmt"

	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

// walk is the first of the open questions, as somebody new would ask it.
var walk = Walk{
	Name: "Alex Merriweather", Language: "en", Topic: "picture-sound", Tags: []string{"box", "4k"},
	Title:   "4K turns blurry after twenty minutes, only on the Box",
	Body:    "It starts razor sharp and after about twenty minutes it goes soft, as if somebody smeared the lens. The phone stays sharp. Best wishes, Alex Merriweather",
	Context: "product: Brindle Box, firmware 5.2.1\nplan: Cinema", // the page is added by whoever asks
}

// scene is who there is to be, and what is open.
func (w *world) scene(ctx context.Context) (Scene, error) {
	s := Scene{Brand: w.brand, Program: w.program.ID, Walk: walk}
	s.People = append(s.People, staff...)
	for _, x := range w.experts {
		s.People = append(s.People, Persona{
			Name: x.Name, Email: x.email(), Role: expertRole, Handle: x.Handle, Languages: x.Languages, About: x.About,
		})
	}
	var err error
	if s.Preview, err = w.previewID(ctx); err != nil {
		return Scene{}, err
	}
	for i := range s.People {
		found, err := w.Access.PersonByEmail(ctx, system, s.People[i].Email)
		if err != nil {
			return Scene{}, fmt.Errorf("find %s: %w", s.People[i].Email, err)
		}
		s.People[i].Person = found.ID
	}
	s.Questions = make([]question.ID, len(w.today))
	for i, e := range w.today {
		s.Questions[i] = w.asked[e.ID]
	}
	return s, nil
}

// Persona finds an expert by handle, or one of the others by role; false where
// there is nobody.
func (s Scene) Persona(who string) (Persona, bool) {
	for _, p := range s.People {
		if p.Handle == who && p.Role == expertRole || p.Role == who && p.Role != expertRole {
			return p, true
		}
	}
	return Persona{}, false
}

// Caller is the persona, acting.
func (p Persona) Caller() access.Caller { return access.PersonCaller(p.Person) }
