package pages

import (
	"knowhow/web/problem"
)

// demoRoutes are the demo's doors and its shop, which are not there elsewhere.
func (p *Pages) demoRoutes() {
	p.get("/demo/shop", (*visit).shop)
	p.post("/demo/doors/{door}", (*visit).door)
	p.post("/demo/advance", (*visit).advance)
	p.post("/demo/plug", (*visit).plug)
}

// scene is who there is to be in the demo, and its visitor's question.
type scene struct {
	Program  string    `json:"program"`
	Preview  string    `json:"preview"` // a program that is full; empty: there is none
	Password string    `json:"password"`
	People   []persona `json:"people"`
	Walk     struct {
		Name     string `json:"name"`
		Title    string `json:"title"`
		Body     string `json:"body"`
		Context  string `json:"context"`
		Topic    string `json:"topic"`
		Language string `json:"language"`
	} `json:"walk"`
	Stage *stage `json:"stage"` // nil: nothing can be done to it
}

// persona is somebody a visitor can be.
type persona struct {
	Name   string `json:"name"`
	Email  string `json:"email"`
	Role   string `json:"role"`
	Handle string `json:"handle"`
	About  string `json:"about"`
}

// doors are whom each door makes the visitor: an expert's handle, or a role.
var doors = map[string]string{"expert": "ayse", "manager": "manager", "operator": "operator"}

// Behind is who the visitor is behind a door; nil: nobody.
func (s *scene) Behind(door string) *persona {
	who := doors[door]
	for i, p := range s.People {
		if who != "" && (p.Handle == who || p.Handle == "" && p.Role == who) {
			return &s.People[i]
		}
	}
	return nil
}

// demo is the demo's scene; nil: this is not the demo.
func (v *visit) demo() (*scene, error) {
	s := &scene{}
	err := v.api.read("/demo", s)
	if code(err) == "not_found" {
		return nil, nil
	}
	return s, err
}

// door signs the visitor in as the person behind it.
func (v *visit) door() error {
	s, err := v.demo()
	if err != nil {
		return err
	}
	if s == nil || s.Behind(v.r.PathValue("door")) == nil {
		return problem.New("not_found", "")
	}
	who := s.Behind(v.r.PathValue("door"))
	if err := v.api.send("/sign_in", credentials{Email: who.Email, Password: s.Password}, &session{}); err != nil {
		return err
	}
	return v.enter()
}

// shop is the invented brand's own help page, with the widget on it.
func (v *visit) shop() error {
	s, err := v.demo()
	if err != nil {
		return err
	}
	if s == nil {
		return problem.New("not_found", "")
	}
	return v.show(page{name: "shop", title: "shop.title", data: s})
}
