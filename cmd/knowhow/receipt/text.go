package receipt

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// write is the receipt for people to read. Its writer is in memory and keeps
// nothing back, so that only the last error is looked at.
func write(w io.Writer, r question.Receipt) error {
	fmt.Fprintf(w, "Question %s: %s", r.Question, r.State)
	if r.Reason != "" {
		fmt.Fprintf(w, " (%s)", r.Reason)
	}
	fmt.Fprintln(w)
	writeWait(w, r.Wait)
	var hidden []string
	for _, kind := range slices.Sorted(maps.Keys(r.Hidden)) {
		hidden = append(hidden, fmt.Sprintf("%s %d", kind, r.Hidden[kind]))
	}
	if len(hidden) == 0 {
		hidden = []string{"nothing, no personal data was found"}
	}
	fmt.Fprintf(w, "Hidden from experts: %s\n", strings.Join(hidden, ", "))
	for _, t := range r.Turns {
		writeTurn(w, t)
	}
	if m := r.Money; m != nil {
		money := func(minor int64) payouts.Money { return payouts.Money{Minor: minor, Currency: m.Currency} }
		fmt.Fprintf(w, "Set aside %s = experts %s + fees %s + returned %s + still set aside %s\n",
			money(m.Held), money(m.Experts), money(m.Fees), money(m.Returned), money(m.StillHeld))
	}
	for _, c := range r.Checks {
		by := ""
		if c.By != "" {
			by = " by " + c.By
		}
		fmt.Fprintf(w, "Check: %s %s%s, %s\n", c.What, c.Outcome, by, at(c.At))
	}
	for _, u := range r.Undo {
		fmt.Fprintf(w, "Can still be undone: %s until %s\n", u.How, at(u.Until))
	}
	if r.Sandbox {
		fmt.Fprintln(w, "Sandbox: no real money moved.")
	}
	return nil
}

func writeWait(w io.Writer, t question.Wait) {
	fmt.Fprintf(w, "Asked %s (all times are UTC)\n", at(t.AskedAt))
	for _, clock := range []struct {
		what string
		due  time.Time
		was  *time.Time
	}{{"first response", t.FirstResponseDue, t.FirstResponse}, {"resolution", t.ResolutionDue, t.Resolution}} {
		was := "not yet"
		if clock.was != nil {
			was = "after " + clock.was.Sub(t.AskedAt).Round(time.Second).String()
		}
		fmt.Fprintf(w, "  %s: promised within %s, %s\n", clock.what, clock.due.Sub(t.AskedAt), was)
	}
	if f := t.Forecast; f != nil {
		fmt.Fprintf(w, "  forecast of the first response: %s; nine in ten within %s\n", wait(f.MedianS), wait(f.P90S))
	}
}

func writeTurn(w io.Writer, t question.TurnReceipt) {
	fmt.Fprintf(w, "Attempt %d: %s, one of %d asked, of %d ranked: %s\n", t.Attempt, t.Expert, t.Asked, t.Of, t.State)
	if why := t.Why; why != nil {
		fmt.Fprintf(w, "  why: of questions like this %d answered, %d resolved; of the same kind %d answered; of all %d\n",
			why.Similar.Answered, why.Similar.Resolved, why.Tagged.Answered, why.All.Answered)
	}
	fmt.Fprintf(w, "  accepted %s", at(t.AcceptedAt))
	if t.AnsweredAt != nil {
		fmt.Fprintf(w, ", answered %s", at(*t.AnsweredAt))
	}
	if t.Ended != "" {
		fmt.Fprintf(w, ", ended the conversation: %s", t.Ended)
	}
	fmt.Fprintln(w)
	if t.Reward == nil {
		return
	}
	fmt.Fprintf(w, "  reward %s", *t.Reward)
	switch {
	case t.SettledAt != nil:
		fmt.Fprintf(w, ", settled %s", at(*t.SettledAt))
	case t.ReleaseAt != nil:
		fmt.Fprintf(w, ", paid at the latest %s", at(*t.ReleaseAt))
	}
	fmt.Fprintln(w)
	for _, item := range t.Items {
		fmt.Fprintf(w, "    %s %s\n", payouts.Money{Minor: item.Minor, Currency: t.Reward.Currency}, item.Code)
	}
}

// wait is a forecast's number of seconds, for people.
func wait(seconds *int) string {
	if seconds == nil {
		return "not known"
	}
	return (time.Duration(*seconds) * time.Second).String()
}

func at(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }
