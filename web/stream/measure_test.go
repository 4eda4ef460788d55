package stream_test

import (
	"encoding/json"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/stream"
)

// An expert learns as it happens what a person decided against them and what
// became of it; of the brand hear those whom its role lets decide appeals, be it
// that they imposed this one themselves, and nobody else.
func TestMeasuresAreHeard(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		ada, ben := m.Expert("ada"), m.Expert("ben")
		ctx, page := t.Context(), marketplace.Page{}
		var enrolled expert.Enrolment
		must(t, m.Store.Read(ctx, m.Brand, func(tx *gorm.DB) (err error) {
			enrolled, _, err = expert.EnrolmentTx(ctx, tx, m.Program.ID, ada.Person)
			return err
		}))
		id := enrolled.ID
		n := open(t, m, nil)
		expertEar, start := n.listen(t, ada, "")
		other, _ := n.listen(t, ben, "")
		owner, _ := n.listen(t, m.Owner, "")
		agent, _ := n.listen(t, m.Agent, "")
		customer, _ := n.listen(t, m.Customer("Dana"), "")

		must(t, m.Conduct.Suspend(ctx, m.Manager, id, conduct.SuspendConduct, "See the review."))
		var heard stream.Data
		must(t, json.Unmarshal([]byte(expertEar.frame().data), &heard))
		own, err := m.Conduct.MyMeasures(ctx, ada, page)
		must(t, err)
		suspension := own.Items[0].ID
		if heard.Type != "measure.imposed" || heard.Object != "measure" || [16]byte(heard.ID) != [16]byte(suspension) || heard.Brand != m.Brand || !heard.Question.IsZero() {
			t.Errorf("the expert heard %+v", heard)
		}
		must(t, m.Conduct.AppealMeasure(ctx, ada, suspension, "It was another's work."))
		must(t, m.Conduct.DecideMeasure(ctx, m.Owner, m.Brand, suspension, true, "So it was."))
		wantNames(t, "the expert", expertEar.hear("measure.decided"), "measure.appealed", "measure.ended", "measure.decided")

		must(t, m.Conduct.Restrict(ctx, m.Owner, id, []string{"box"}, conduct.SuspendQuality, "Wrong twice."))
		own, err = m.Conduct.MyMeasures(ctx, ada, page)
		must(t, err)
		must(t, m.Conduct.AppealMeasure(ctx, ada, own.Items[0].ID, "It was right."))
		m.After(m.Program.Policies.Review.DecideAppealWithin)
		wantNames(t, "the expert, whose appeal nobody decided", expertEar.hear("measure.decided"), "measure.imposed", "measure.appealed", "measure.ended", "measure.decided")

		late, _ := n.listen(t, ada, start)
		if names := late.hear("measure.decided"); len(names) != 4 {
			t.Errorf("who resumes heard %q first", names)
		}
		wantNames(t, "the owner", append(owner.hear("measure.decided"), owner.hear("measure.decided")...),
			"measure.appealed", "measure.decided", "measure.appealed", "measure.decided")
		n.hub.Shutdown()
		for who, c := range map[string]*client{"another expert": other, "an agent": agent, "a customer": customer} {
			for _, f := range c.over() {
				if f.name != "" {
					t.Errorf("%s heard %+v", who, f)
				}
			}
		}
	})
}
