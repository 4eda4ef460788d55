package api

import (
	"context"
	"net/http"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

// DemoStage is what visitors can do to the demo. Who asks must be one of its
// people who run it.
type DemoStage interface {
	State() DemoState
	// Questions are those open now, in the order of the scene's.
	Questions() []question.ID
	// Advance begins to let days pass; the channel is closed when they have.
	Advance(caller access.Caller, days int) (over <-chan struct{}, err error)
	// PullPlug has the process killed, soon after it returns.
	PullPlug(ctx context.Context, caller access.Caller) error
	// SetTraffic has simulated customers and experts be about, or not.
	SetTraffic(ctx context.Context, caller access.Caller, on bool) error
}

// DemoState is how the demo goes.
type DemoState struct {
	Now     time.Time `json:"now" doc:"The demo's time."`
	Ahead   int64     `json:"ahead_s" doc:"How far it is ahead of the present, in seconds."`
	Traffic bool      `json:"traffic" doc:"Whether simulated customers and experts are about."`
	Process int       `json:"process" doc:"The number of the process that answers."`
	Days    *DemoDays `json:"days" doc:"The days passed last, or passing; null: none."`
	Plug    *DemoPlug `json:"plug" doc:"The plug pulled last; null: none was."`
}

// DemoBooks is how the books stand.
type DemoBooks struct {
	LedgerSum int64 `json:"ledger_sum" doc:"Of all entries of the ledger; zero, or something is wrong."`
	Balanced  bool  `json:"balanced" doc:"Whether every invariant of the money holds."`
}

// DemoDays is what happened in the days that were passed.
type DemoDays struct {
	Days     int       `json:"days"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Done     bool      `json:"done" doc:"While it is not, how far it is can be read from now."`
	Failed   string    `json:"failed" doc:"Why it ended early; empty: it did not."`
	Answered int       `json:"answered"`
	Resolved int       `json:"resolved"`
	Reviewed int       `json:"reviewed"`
	Released DemoSum   `json:"released" doc:"Rewards that became certain."`
	Paid     DemoSum   `json:"paid" doc:"Payouts that arrived, in the sandbox."`
	Books    DemoBooks `json:"books"`
}

// DemoSum is a number of things and what they come to.
type DemoSum struct {
	Count int   `json:"count"`
	Money Money `json:"money"`
}

// DemoPlug is the story of a plug that was pulled. A time that is null has not
// come.
type DemoPlug struct {
	AskedAt     *time.Time   `json:"asked_at"`
	KilledAt    *time.Time   `json:"killed_at" doc:"When the process was, by SIGKILL."`
	RestartedAt *time.Time   `json:"restarted_at"`
	DoneAt      *time.Time   `json:"done_at" doc:"When the last payout of the run was recorded."`
	Killed      int          `json:"killed" doc:"The number of the process that was killed."`
	Restarted   int          `json:"restarted" doc:"That of the one after it; 0: not yet."`
	Failed      string       `json:"failed" doc:"Why it did not come to its end; empty: it did, or goes on."`
	Payouts     []DemoPayout `json:"payouts" doc:"The run that was cut off."`
	Books       DemoBooks    `json:"books" doc:"After it."`
}

// DemoPayout is one payout of that run.
type DemoPayout struct {
	ID        string `json:"id" format:"uuid"`
	Expert    string `json:"expert"`
	Money     Money  `json:"money"`
	Cut       bool   `json:"cut" doc:"The process was killed after the provider had made the transfer, and before that was recorded."`
	Before    string `json:"before" doc:"Its state as the new process found it; empty: not yet."`
	After     string `json:"after" doc:"Its state at the end; empty: not yet."`
	Transfers int    `json:"transfers" doc:"How many the provider has made for it, counted at the end."`
}

func (a *API) stageRoutes() {
	if a.DemoStage == nil {
		return
	}
	who := Who{Kind: Person}
	call(a, Route{ID: "advanceDemo", Path: "/demo/advance", Tag: demoTag, Who: who, Summary: "Let days pass",
		About: "For the demo's operator and manager. Every deadline and job comes at its time, and the demo's people act as they would; meanwhile GET /demo tells how far it is. The answer comes when the days have passed, or after ten seconds, not done then."}, a.advanceDemo)
	call(a, Route{ID: "pullPlug", Path: "/demo/pull_plug", Tag: demoTag, Who: who, Summary: "Have the process killed in the middle of a payout run",
		About:  "For the demo's operator and manager. The process that serves and works is killed by SIGKILL when the provider has made a transfer, before that is recorded, and started again; GET /demo tells the story.",
		status: http.StatusAccepted}, a.pullPlug)
	call(a, Route{ID: "setDemoTraffic", Path: "/demo/traffic", Tag: demoTag, Who: who, Summary: "Have simulated customers and experts be about, or not",
		About: "For the demo's operator and manager."}, a.setDemoTraffic)
}

// answerWithin is how long passing days are waited for.
const answerWithin = 10 * time.Second

type daysBody struct {
	Body struct {
		Days int `json:"days" minimum:"1" maximum:"30"`
	}
}

func (a *API) advanceDemo(ctx context.Context, caller access.Caller, in *daysBody) (*One[DemoState], error) {
	over, err := a.DemoStage.Advance(caller, in.Body.Days)
	if err != nil {
		return nil, err
	}
	select {
	case <-over:
	case <-ctx.Done():
	case <-time.After(answerWithin):
	}
	return one(a.DemoStage.State()), nil
}

func (a *API) pullPlug(ctx context.Context, caller access.Caller, _ *struct{}) (*One[DemoState], error) {
	if err := a.DemoStage.PullPlug(ctx, caller); err != nil {
		return nil, err
	}
	return one(a.DemoStage.State()), nil
}

type trafficBody struct {
	Body struct {
		On bool `json:"on"`
	}
}

func (a *API) setDemoTraffic(ctx context.Context, caller access.Caller, in *trafficBody) (*One[DemoState], error) {
	if err := a.DemoStage.SetTraffic(ctx, caller, in.Body.On); err != nil {
		return nil, err
	}
	return one(a.DemoStage.State()), nil
}
