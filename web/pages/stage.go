package pages

import (
	"fmt"
	"net/http"
	"time"

	"knowhow/payouts/money"
	"knowhow/web/problem"
)

// stage is how the demo goes, and what was done to it.
type stage struct {
	Now  time.Time   `json:"now"`
	Days *passedDays `json:"days"`
	Plug *pulledPlug `json:"plug"`
}

type books struct {
	LedgerSum int64 `json:"ledger_sum"`
	Balanced  bool  `json:"balanced"`
}

type passedDays struct {
	Days     int       `json:"days"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Done     bool      `json:"done"`
	Failed   string    `json:"failed"`
	Answered int       `json:"answered"`
	Reviewed int       `json:"reviewed"`
	Released struct {
		Money money.Money `json:"money"`
	} `json:"released"`
	Paid struct {
		Money money.Money `json:"money"`
	} `json:"paid"`
	Books books `json:"books"`
}

type pulledPlug struct {
	KilledAt    *time.Time `json:"killed_at"`
	RestartedAt *time.Time `json:"restarted_at"`
	DoneAt      *time.Time `json:"done_at"`
	Killed      int        `json:"killed"`
	Restarted   int        `json:"restarted"`
	Failed      string     `json:"failed"`
	Payouts     []struct {
		Expert    string      `json:"expert"`
		Money     money.Money `json:"money"`
		Cut       bool        `json:"cut"`
		Transfers int         `json:"transfers"`
	} `json:"payouts"`
	Books books `json:"books"`
}

// Clock is the demo's day and time, in UTC.
func (s *stage) Clock() string { return s.Now.UTC().Format("2006-01-02 15:04 UTC") }

// Busy reports that days are passing, or a plug's story goes on.
func (s *stage) Busy() bool {
	return s != nil && (s.Days != nil && !s.Days.Done || s.Plug != nil && s.Plug.DoneAt == nil && s.Plug.Failed == "")
}

// Percent is how far the days have passed.
func (s *stage) Percent() int {
	whole := s.Days.To.Sub(s.Days.From)
	if whole <= 0 {
		return 100
	}
	return int(100 * s.Now.Sub(s.Days.From) / whole)
}

// Clock is when the process was killed, in UTC.
func (p *pulledPlug) Clock() string { return p.KilledAt.UTC().Format("15:04:05 UTC") }

// Took is how long it was before the next process served.
func (p *pulledPlug) Took() string {
	return fmt.Sprintf("%.1f s", p.RestartedAt.Sub(*p.KilledAt).Seconds())
}

// Once reports that the provider made one transfer for each payout.
func (p *pulledPlug) Once() bool {
	for _, one := range p.Payouts {
		if one.Transfers != 1 {
			return false
		}
	}
	return len(p.Payouts) > 0
}

// advance lets a week of the demo pass.
func (v *visit) advance() error { return v.direct("/demo/advance", map[string]int{"days": 7}) }

// plug pulls the demo's.
func (v *visit) plug() error { return v.direct("/demo/pull_plug", nil) }

// direct does something to the demo as its manager, whom the visitor does not
// become.
func (v *visit) direct(path string, body any) error {
	s, err := v.demo()
	if err != nil {
		return err
	}
	if s == nil || s.Stage == nil || s.Behind("manager") == nil {
		return problem.New("not_found", "")
	}
	manager := &session{}
	quiet := v.api
	quiet.visit = &visit{Pages: v.Pages, words: v.words, w: &answer{header: http.Header{}}, r: v.r} // their cookies are not the visitor's
	if err := quiet.send("/sign_in", credentials{Email: s.Behind("manager").Email, Password: s.Password}, manager); err != nil {
		return err
	}
	if err := quiet.as(manager.AccessToken).send(path, body, nil); err != nil {
		return err
	}
	return v.goTo("/#stage")
}
