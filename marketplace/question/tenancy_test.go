package question_test

import (
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// brandDeeds are the methods for a brand's people.
var brandDeeds = map[string]func(r *room, caller access.Caller, brand marketplace.BrandID, id question.ID) error{
	"take over": func(r *room, caller access.Caller, brand marketplace.BrandID, id question.ID) error {
		return r.Questions.TakeOver(r.Ctx(), caller, brand, id)
	},
	"set the topic": func(r *room, caller access.Caller, brand marketplace.BrandID, id question.ID) error {
		return r.Questions.SetTopic(r.Ctx(), caller, brand, id, "box")
	},
	"answer": func(r *room, caller access.Caller, brand marketplace.BrandID, id question.ID) error {
		return r.Questions.AnswerForBrand(r.Ctx(), caller, brand, id, "Hello")
	},
	"read": func(r *room, caller access.Caller, brand marketplace.BrandID, id question.ID) error {
		_, err := r.Questions.ForBrand(r.Ctx(), caller, brand, id)
		return err
	},
	"receipt": func(r *room, caller access.Caller, brand marketplace.BrandID, id question.ID) error {
		_, err := r.Questions.BrandReceipt(r.Ctx(), caller, brand, id)
		return err
	},
	"decisions": func(r *room, caller access.Caller, brand marketplace.BrandID, id question.ID) error {
		_, err := r.Questions.Decisions(r.Ctx(), caller, brand, id)
		return err
	},
	"replay": func(r *room, caller access.Caller, brand marketplace.BrandID, id question.ID) error {
		_, err := r.Questions.ReplayDecisions(r.Ctx(), caller, brand, id)
		return err
	},
}

// customerDeeds are the methods for the customer of a question.
var customerDeeds = map[string]func(r *room, caller access.Caller, id question.ID) error{
	"say":      func(r *room, c access.Caller, id question.ID) error { return r.Questions.Say(r.Ctx(), c, id, "Hello") },
	"resolve":  func(r *room, c access.Caller, id question.ID) error { return r.Questions.Resolve(r.Ctx(), c, id) },
	"reopen":   func(r *room, c access.Caller, id question.ID) error { return r.Questions.Reopen(r.Ctx(), c, id, "") },
	"escalate": func(r *room, c access.Caller, id question.ID) error { return r.Questions.Escalate(r.Ctx(), c, id) },
	"withdraw": func(r *room, c access.Caller, id question.ID) error { return r.Questions.Withdraw(r.Ctx(), c, id) },
	"read": func(r *room, c access.Caller, id question.ID) error {
		_, err := r.Questions.ForCustomer(r.Ctx(), c, id)
		return err
	},
	"receipt": func(r *room, c access.Caller, id question.ID) error {
		_, err := r.Questions.CustomerReceipt(r.Ctx(), c, id)
		return err
	},
}

// Another brand's people and customers cannot tell that a question is there.
func TestAnotherBrandFindsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		n := r.Neighbour()
		stranger, theirs, eve := r.Expert("stranger"), n.Customer("Nick Next"), r.Customer("Eve")
		r.must("pause the stranger", r.Experts.SetAvailability(r.Ctx(), stranger, false))
		for _, state := range []question.State{question.Offered, question.Answered, question.Escalated} {
			s := r.stage(state)
			dbtest.Unchanged(t, db, func() {
				for name, do := range brandDeeds {
					for _, c := range []struct {
						who    string
						caller access.Caller
						brand  marketplace.BrandID
						want   string
					}{
						{"the neighbour's manager at home", n.Manager, n.Brand, "none"},
						{"the neighbour's manager here", n.Manager, r.Brand, "forbidden"},
						{"the neighbour's manager everywhere", n.Manager, marketplace.AllBrands, "forbidden"},
						{"our manager at the neighbour's", r.Manager, n.Brand, "forbidden"},
						{"an expert", r.second, r.Brand, "forbidden"},
						{"our customer", r.dana, r.Brand, "forbidden"},
						{"nobody", access.Caller{}, r.Brand, "forbidden"},
						{"no brand", r.Manager, marketplace.BrandID{}, "invalid"},
					} {
						if got := verdict(do(r, c.caller, c.brand, s.q)); got != c.want {
							t.Errorf("%s, %s by %s: %s, want %s", state, name, c.who, got, c.want)
						}
					}
				}
				for name, do := range customerDeeds {
					for who, caller := range map[string]access.Caller{
						"the neighbour's customer": theirs, "our customer as the neighbour's": access.CustomerCaller(n.Brand, r.dana.Customer),
						"the neighbour's customer as ours": access.CustomerCaller(r.Brand, theirs.Customer),
						"another customer of ours":         eve,
					} {
						if got := verdict(do(r, caller, s.q)); got != "none" {
							t.Errorf("%s, %s by %s: %s, want none", state, name, who, got)
						}
					}
				}
				if _, err := r.Questions.ForExpert(r.Ctx(), stranger, s.q); verdict(err) != "none" {
					t.Errorf("%s: an expert who was not asked got %v", state, err)
				}
				if _, err := r.Questions.ExpertReceipt(r.Ctx(), stranger, s.q); verdict(err) != "none" {
					t.Errorf("%s: an expert without a turn got %v", state, err)
				}
			})
			s.close()
		}
	})
}

// On PostgreSQL the database itself keeps brands apart, whatever is asked of it.
func TestRowLevelSecurity(t *testing.T) {
	t.Parallel()
	db := dbtest.Open(t, "postgres")
	r := newRoom(t, db)
	n := r.Neighbour()
	r.stage(question.Answered)
	tables := []string{"questions", "messages", "offers", "assignments", "decisions", "events"}
	seen := func(tx *gorm.DB, table string) (rows int64) {
		r.must("count "+table, tx.Raw("SELECT COUNT(*) FROM "+table+" WHERE brand_id = ?", r.Brand).Scan(&rows).Error)
		return rows
	}
	for _, table := range tables {
		r.must("look as ours", r.Store.Read(r.Ctx(), r.Brand, func(tx *gorm.DB) error {
			if seen(tx, table) == 0 {
				t.Errorf("we do not see our own %s", table)
			}
			return nil
		}))
		r.must("look as the neighbour", r.Store.Read(r.Ctx(), n.Brand, func(tx *gorm.DB) error {
			if rows := seen(tx, table); rows > 0 {
				t.Errorf("the neighbour sees %d of our %s", rows, table)
			}
			return nil
		}))
		r.must("look as nobody", db.Read.Transaction(func(tx *gorm.DB) error {
			if rows := seen(tx, table); rows > 0 {
				t.Errorf("a transaction without a brand sees %d %s", rows, table)
			}
			return nil
		}))
		r.must("write as the neighbour", r.Store.InTx(r.Ctx(), n.Brand, func(tx *gorm.DB) error {
			for _, statement := range []string{"UPDATE " + table + " SET brand_id = brand_id", "DELETE FROM " + table} {
				done := tx.Exec(statement+" WHERE brand_id = ?", r.Brand)
				if done.Error != nil || done.RowsAffected != 0 {
					t.Errorf("%s: %d rows, %v", statement, done.RowsAffected, done.Error)
				}
			}
			return nil
		}))
	}
	err := r.Store.InTx(r.Ctx(), n.Brand, func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO decisions SELECT gen_random_uuid(), ?, id, 9, 9, now(), '{}' FROM questions LIMIT 0`, r.Brand).Error
	})
	r.must("insert nothing", err)
	err = r.Store.InTx(r.Ctx(), n.Brand, func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO events (brand_id, kind, subject, at, data) VALUES (?, 'x', ?, now(), '{}')`, r.Brand, r.Brand).Error
	})
	if err == nil {
		t.Error("the neighbour wrote an event of ours")
	}
}
