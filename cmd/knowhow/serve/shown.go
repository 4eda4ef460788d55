package serve

import (
	"context"
	"os"
	"time"

	"knowhow/cmd/knowhow/internal/demo"
	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
	"knowhow/web/api"
)

// shownScene is the demo as its front page and its shop show it; nil: this is
// not the demo.
func (n *node) shownScene() *api.DemoScene {
	if !n.Demo {
		return nil
	}
	s := &api.DemoScene{
		Brand: n.scene.Brand, Program: n.scene.Program, Password: demoPassword, Questions: n.scene.Questions,
		Walk: api.DemoWalk{
			Name: n.scene.Walk.Name, Title: n.scene.Walk.Title, Body: n.scene.Walk.Body, Context: n.scene.Walk.Context,
			Topic: n.scene.Walk.Topic, Language: n.scene.Walk.Language, Tags: n.scene.Walk.Tags,
		},
	}
	if !n.scene.Preview.IsZero() {
		s.Preview = &n.scene.Preview
	}
	for _, p := range n.scene.People {
		languages := append([]string{}, p.Languages...) // never null
		s.People = append(s.People, api.DemoPerson{
			Name: p.Name, Email: p.Email, Role: p.Role, Handle: p.Handle, Languages: languages, About: p.About,
		})
	}
	return s
}

// shownStage is the demo's stage as the API has it; nil: this is not the demo.
func (n *node) shownStage() api.DemoStage {
	if n.stage == nil {
		return nil
	}
	return shownStage{n.stage}
}

// shownStage shows a stage in the API's shapes.
type shownStage struct{ *demo.Stage }

// Questions implements api.DemoStage.
func (s shownStage) Questions() []question.ID { return s.Scene().Questions }

// Advance implements api.DemoStage.
func (s shownStage) Advance(caller access.Caller, days int) (<-chan struct{}, error) {
	return s.Stage.Advance(caller, days)
}

// PullPlug implements api.DemoStage.
func (s shownStage) PullPlug(ctx context.Context, caller access.Caller) error {
	return s.Stage.PullPlug(ctx, caller)
}

// State implements api.DemoStage.
func (s shownStage) State() api.DemoState {
	now, ahead := s.Now()
	return api.DemoState{
		Now: now, Ahead: int64(ahead / time.Second), Traffic: s.Traffic(), Process: os.Getpid(),
		Days: shownDays(s.Passed()), Plug: shownPlug(s.LastPlug()),
	}
}

func shownDays(d *demo.Days) *api.DemoDays {
	if d == nil {
		return nil
	}
	return &api.DemoDays{
		Days: d.Days, From: d.From, To: d.To, Done: d.Done, Failed: d.Failed,
		Answered: d.Answered, Resolved: d.Resolved, Reviewed: d.Reviewed,
		Released: api.DemoSum{Count: d.Released, Money: demo.Money(d.ReleasedMinor)},
		Paid:     api.DemoSum{Count: d.Paid, Money: demo.Money(d.PaidMinor)},
		Books:    shownBooks(d.Books),
	}
}

func shownBooks(b demo.Books) api.DemoBooks {
	return api.DemoBooks{LedgerSum: b.LedgerSum, Balanced: b.Balanced}
}

func shownPlug(p *demo.Plug) *api.DemoPlug {
	if p == nil {
		return nil
	}
	list := make([]api.DemoPayout, len(p.Payouts))
	for i, one := range p.Payouts {
		list[i] = api.DemoPayout{
			ID: one.ID.String(), Expert: one.Expert, Money: demo.Money(one.Minor), Cut: one.Cut,
			Before: string(one.Before), After: string(one.After), Transfers: one.Transfers,
		}
	}
	return &api.DemoPlug{
		AskedAt: come(p.AskedAt), KilledAt: come(p.KilledAt), RestartedAt: come(p.RestartedAt), DoneAt: come(p.DoneAt),
		Killed: p.Killed, Restarted: p.Restarted, Failed: p.Failed, Payouts: list, Books: shownBooks(p.Books),
	}
}

// come is a time that has come; nil: it has not.
func come(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
