package quality_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// The brand's reviewers read what each peer said once the review is over, and
// never who it was.
func TestReviewsOfAQuestion(t *testing.T) {
	t.Parallel()
	eachPeers(t, 4, func(t *testing.T, b *bench, _ []access.Caller) {
		a := b.earned()
		r := b.review(a.ID)
		read := func(by access.Caller) []quality.ReviewRecord {
			t.Helper()
			list, err := b.Quality.ReviewsOf(ctx, by, b.Brand, a.QuestionID)
			b.ok("read", err)
			return list
		}
		b.give(r.ID, fail())
		if list := read(b.Reviewer); len(list) != 1 || list[0].Review.State != quality.ReviewOpen || len(list[0].Votes) != 0 || list[0].Attempt != 1 {
			t.Fatalf("while it is open: %+v", list)
		}
		b.give(r.ID, pass())
		b.give(r.ID, fail())
		list := read(b.Reviewer)
		if len(list) != 1 || list[0].Review.State != quality.ReviewDecided || len(list[0].Votes) != 3 {
			t.Fatalf("decided: %+v", list)
		}
		for i, want := range []quality.Verdict{fail(), pass(), fail()} {
			got := list[0].Votes[i]
			if got.Passed != want.Pass || got.Scores[quality.Correct] != want.Scores[quality.Correct] || got.Note != want.Note || got.GivenAt.IsZero() {
				t.Errorf("vote %d is %+v", i, got)
			}
		}
		text, err := json.Marshal(list[0].Votes)
		b.ok("write", err)
		for _, v := range b.votes(r.ID) {
			if strings.Contains(string(text), v.PersonID.String()) || strings.Contains(string(text), v.ID.String()) {
				t.Errorf("the votes tell who gave them: %s", text)
			}
		}
		if n := markettest.Statements(t, b.DB, func() { read(b.Reviewer) }); n > 5 {
			t.Errorf("%d statements", n)
		}
	})
}

// Who is to judge blindly is not told that the expert is watched: nobody while
// the review is open, nor a reviewer afterwards.
func TestReviewersAreNotToldOfSignals(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, func(p *program.Policies) { p.Review.SampleBP, p.Reward.ReviewMinor = 0, 0 })
		for range 3 {
			b.answeredWith("ok")
		}
		if got := b.watched(b.Expert); got != expert.WatchSignal {
			t.Fatalf("watched for %q", got)
		}
		var r quality.Review
		for range 24 {
			if list := b.reviews(b.answeredWith(advice)); len(list) == 1 {
				r = list[0]
				break
			}
		}
		if r.Cause != quality.CauseSignal || r.State != quality.ReviewOpen {
			t.Fatalf("drawn: %+v", r)
		}
		causes := func(want map[*access.Caller]quality.ReviewCause) {
			t.Helper()
			for by, cause := range want {
				list, err := b.Quality.ReviewsOf(ctx, *by, b.Brand, r.QuestionID)
				if err != nil || len(list) != 1 || list[0].Review.Cause != cause {
					t.Errorf("%s reads %+v, %v, want the cause %q", by, list, err, cause)
				}
			}
		}
		causes(map[*access.Caller]quality.ReviewCause{&b.Reviewer: "", &b.Owner: ""})
		b.ok("decide", b.Decide(b.Reviewer, r.ID, pass()))
		causes(map[*access.Caller]quality.ReviewCause{&b.Reviewer: quality.CauseSample, &b.Owner: quality.CauseSignal})
	})
}

func TestWhoReadsReviewsOfAQuestion(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a := b.earned()
		for name, c := range map[string]struct {
			by   access.Caller
			want error
		}{
			"an agent": {b.Agent, marketplace.ErrForbidden}, "the expert": {b.Expert, marketplace.ErrForbidden},
			"an operator": {b.Operator, marketplace.ErrForbidden}, "the system": {access.SystemCaller("x"), marketplace.ErrForbidden},
		} {
			if _, err := b.Quality.ReviewsOf(ctx, c.by, b.Brand, a.QuestionID); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		other := b.Neighbour()
		if _, err := b.Quality.ReviewsOf(ctx, other.Owner, other.Brand, a.QuestionID); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("a question of another brand: %v", err)
		}
		b.ok("employ", b.Access.AddMember(ctx, b.Owner, b.Brand, b.Expert.Person, access.Reviewer))
		if _, err := b.Quality.ReviewsOf(ctx, b.Expert, b.Brand, a.QuestionID); !errors.Is(err, quality.ErrOwnWork) {
			t.Errorf("the expert, who reviews for the brand by now: %v", err)
		}
	})
}
