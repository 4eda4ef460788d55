package pages

import (
	"maps"
	"net/url"
	"slices"
	"time"

	"knowhow/payouts/money"
)

// receiptRoutes are the answer receipts: a customer's own, and those they
// share.
func (p *Pages) receiptRoutes() {
	p.get("/my/questions/{question}/receipt", (*visit).ownReceipt)
	p.get("/receipts/{token}", (*visit).sharedReceipt)
}

// receipt is what became of a question.
type receipt struct {
	Question string         `json:"question"`
	Title    string         `json:"title"` // of one's own
	State    string         `json:"state"`
	Reason   string         `json:"reason"`
	Wait     wait           `json:"wait"`
	Hidden   map[string]int `json:"hidden"`
	Turns    []turn         `json:"turns"`
	Money    *sums          `json:"money"`
	Checks   []check        `json:"checks"`
	Undo     []undo         `json:"undo"`
	Sandbox  bool           `json:"sandbox"`
	Shared   bool           `json:"-"` // by its customer
	Brand    string         `json:"brand_name"`
}

type wait struct {
	AskedAt          time.Time  `json:"asked_at"`
	FirstResponseDue time.Time  `json:"first_response_due"`
	FirstResponse    *time.Time `json:"first_response"`
	ResolutionDue    time.Time  `json:"resolution_due"`
	Resolution       *time.Time `json:"resolution"`
	Forecast         *struct {  // what was forecast when it was asked
		MedianS *int64 `json:"median_s"`
		P90S    *int64 `json:"p90_s"`
	} `json:"forecast"`
}

type turn struct {
	Expert     string       `json:"expert"`
	Asked      int          `json:"asked"`
	Of         int          `json:"of"`
	AcceptedAt time.Time    `json:"accepted_at"`
	AnsweredAt *time.Time   `json:"answered_at"`
	State      string       `json:"state"`
	Reward     *money.Money `json:"reward"`
	Items      []rewardLine `json:"items"`
	Thanks     []struct {
		Amount money.Money `json:"amount"`
	} `json:"thanks"`
	Why *struct {
		Similar, Tagged, All experience
	} `json:"why"`
}

// rewardLine is one part of a reward, in minor units.
type rewardLine struct {
	Code  string `json:"code"`
	Minor int64  `json:"minor"`
}

// Lines are what the reward is made of, where that is more than one part.
func (t turn) Lines() []rewardLine {
	if t.Reward == nil || len(t.Items) < 2 {
		return nil
	}
	return t.Items
}

// Sum is an amount in the reward's currency.
func (t turn) Sum(minor int64) money.Money { return money.Of(minor, t.Reward.Currency) }

type experience struct {
	Answered int       `json:"answered"`
	Resolved int       `json:"resolved"`
	Last     time.Time `json:"last"`
}

// LastBefore is how many seconds before the expert took the question their last
// answer was, in whole days, hours or minutes; 0: there was none.
func (t turn) LastBefore() int64 {
	if t.Why == nil || t.Why.All.Last.IsZero() {
		return 0
	}
	d := max(t.AcceptedAt.Sub(t.Why.All.Last), time.Minute)
	for _, unit := range []time.Duration{24 * time.Hour, time.Hour} {
		if d >= unit {
			return int64(d.Truncate(unit) / time.Second)
		}
	}
	return int64(d.Truncate(time.Minute) / time.Second)
}

// sums are where every cent went, in minor units.
type sums struct {
	Currency  money.Currency `json:"currency"`
	Held      int64          `json:"held"`
	Experts   int64          `json:"experts"`
	Fees      int64          `json:"fees"`
	Returned  int64          `json:"returned"`
	StillHeld int64          `json:"still_held"`
}

// Of is an amount in the sums' currency.
func (s sums) Of(minor int64) money.Money { return money.Of(minor, s.Currency) }

// share is one part of the sums, drawn as a part of a bar: From and Wide are
// in hundredths of a percent of it.
type share struct {
	Name       string
	Amount     money.Money
	From, Wide float64
}

// Shares are the parts the sums are made of, which fill the bar.
func (s sums) Shares() []share {
	var list []share
	at := 0.0
	for _, part := range []struct {
		name  string
		minor int64
	}{{"experts", s.Experts}, {"fees", s.Fees}, {"returned", s.Returned}, {"still_held", s.StillHeld}} {
		if part.minor <= 0 || s.Held <= 0 {
			continue
		}
		wide := float64(part.minor) * 100 / float64(s.Held)
		list = append(list, share{Name: part.name, Amount: s.Of(part.minor), From: at, Wide: wide})
		at += wide
	}
	return list
}

type check struct {
	What    string    `json:"what"`
	Outcome string    `json:"outcome"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

type undo struct {
	How   string    `json:"how"`
	Until time.Time `json:"until"`
}

// hidden is how much of a kind experts could not see.
type hidden struct {
	Kind  string
	Count int
}

// HiddenKinds lists what experts could not see.
func (r receipt) HiddenKinds() []hidden {
	var list []hidden
	for _, kind := range slices.Sorted(maps.Keys(r.Hidden)) {
		if r.Hidden[kind] > 0 {
			list = append(list, hidden{kind, r.Hidden[kind]})
		}
	}
	return list
}

// InTime reports whether the first response came when it was promised.
func (w wait) InTime() bool {
	return w.FirstResponse != nil && !w.FirstResponse.After(w.FirstResponseDue)
}

// Bar is how much of the promised time the first response took, in percent;
// what is beyond it is not drawn.
func (w wait) Bar() float64 {
	promised := w.FirstResponseDue.Sub(w.AskedAt)
	if w.FirstResponse == nil || promised <= 0 {
		return 0
	}
	return min(100, max(1.5, 100*float64(w.FirstResponse.Sub(w.AskedAt))/float64(promised)))
}

func (v *visit) ownReceipt() error {
	c, q, err := v.found()
	if err != nil {
		return err
	}
	r := receipt{}
	if err := c.read("/questions/"+q.ID+"/receipt", &r); err != nil {
		return err
	}
	r.Title, r.Question = q.Title, q.ID
	return v.show(page{name: "receipt", title: "receipt.title", data: r})
}

// sharedReceipt is anybody's who has its address, which goes nowhere else.
func (v *visit) sharedReceipt() error {
	r := receipt{Shared: true}
	if err := v.api.read("/receipts/"+segment(v.r.PathValue("token")), &r); err != nil {
		return err
	}
	r.Shared, r.Title = true, ""
	return v.show(page{name: "receipt", title: "receipt.title", data: r})
}

// consentVersion is of the text that share.consent has; a new text wants a new
// one.
const consentVersion = "2026-11"

// Ended reports that nothing more is awaited, so that it may be shared.
func (r receipt) Ended() bool { return r.State == "resolved" || r.State == "withdrawn" }

// Over reports that where the money went is known.
func (r receipt) Over() bool { return r.Ended() || r.State == "escalated" }

// share makes the receipt readable for who has its address: the customer's
// explicit consent is the form's checkbox.
func (v *visit) share(c client, q conversation) error {
	var shared struct {
		Token string `json:"token"`
	}
	if v.r.PostFormValue("consent") != "yes" {
		return v.goTo("/my/questions/" + url.PathEscape(q.ID) + "/receipt#share")
	}
	agreed := map[string]any{"consent": true, "version": consentVersion}
	if err := c.send("/questions/"+q.ID+"/receipt/share", agreed, &shared); err != nil {
		return err
	}
	return v.goTo("/receipts/" + url.PathEscape(shared.Token))
}

// unshare takes that back.
func (v *visit) unshare(c client, q conversation) error {
	if err := c.do("DELETE", "/questions/"+q.ID+"/receipt/share", nil, "", nil); err != nil && code(err) != "not_found" {
		return err
	}
	return v.goTo("/my/questions/" + url.PathEscape(q.ID) + "/receipt")
}
