package ledger

import (
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// Rider is a statement that is written together with a posting, and only if that
// is posted now: on PostgreSQL it is a part of the same statement. SQL ends in a
// WHERE clause, to which a condition can be added, or has one where %s stands;
// it has no RETURNING. Where the condition If does not hold, PostTx returns Else
// and nothing was written. It must write exactly Rows rows; else PostTx returns
// Else too, after which the transaction must be rolled back.
type Rider struct {
	Doing  string // for errors: "update hold …"
	If     string // empty: always
	IfArgs []any
	SQL    string
	Args   []any
	Rows   int64
	Else   error
}

// conditions are what the riders need, to be added to a WHERE clause.
func conditions(riders []Rider) (all string, args []any) {
	for _, r := range riders {
		if r.If != "" {
			all += " AND " + r.If
			args = append(args, r.IfArgs...)
		}
	}
	return all, args
}

// mayRide returns Else of the first rider whose condition does not hold.
func mayRide(tx *gorm.DB, riders []Rider) error {
	for _, r := range riders {
		if r.If == "" {
			continue
		}
		var held bool
		if err := tx.Raw("SELECT CASE WHEN "+r.If+" THEN TRUE ELSE FALSE END", r.IfArgs...).Scan(&held).Error; err != nil {
			return fmt.Errorf("%s: %w", r.Doing, err)
		}
		if !held {
			return fmt.Errorf("%s: %w", r.Doing, r.Else)
		}
	}
	return nil
}

// guarded is the rider's statement with a further condition.
func (r Rider) guarded(condition string) string {
	if strings.Contains(r.SQL, "%s") {
		return fmt.Sprintf(r.SQL, condition)
	}
	return r.SQL + condition
}

func (r Rider) judge(rows int64) error {
	if rows != r.Rows {
		return fmt.Errorf("%s: %w", r.Doing, r.Else)
	}
	return nil
}

// ride writes riders by themselves, after their posting.
func ride(tx *gorm.DB, riders []Rider) error {
	for _, r := range riders {
		res := tx.Exec(r.guarded(""), r.Args...)
		if res.Error != nil {
			return fmt.Errorf("%s: %w", r.Doing, res.Error)
		}
		if err := r.judge(res.RowsAffected); err != nil {
			return err
		}
	}
	return nil
}
