package pages

import "testing"

// What an expert ended cannot be reopened, but can go to the brand's team; what
// the customer solved, the other way round.
func TestWhatIsOfferedOfAnEndedConversation(t *testing.T) {
	for _, c := range []struct {
		state, reason    string
		reopen, escalate bool
	}{
		{"answered", "", true, true},
		{"resolved", "customer", true, false},
		{"resolved", "silence", true, false},
		{"resolved", "abusive", false, true},
		{"resolved", "spam", false, true},
		{"escalated", "customer", false, false},
		{"withdrawn", "", false, false},
	} {
		q := conversation{State: c.state, Reason: c.reason}
		if got := q.May("reopen"); got != c.reopen {
			t.Errorf("%s by %q may be reopened: %v", c.state, c.reason, got)
		}
		if got := q.May("escalate"); got != c.escalate {
			t.Errorf("%s by %q may be escalated: %v", c.state, c.reason, got)
		}
	}
}
