package insight

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// mostLines bounds the table of one period's spend.
const mostLines = 50_000

// SpendLine is one thing that a program's money was spent on, or that came back,
// and the posting that says so. Of a refused reward nothing was spent.
type SpendLine struct {
	At       time.Time
	Kind     string      // a payouts.RewardKind, "bonus" or "claw_back"
	Question question.ID // zero: it is about none
	State    string      // of a reward: pending, released or refused
	Expert   int64       // minor units; what came back is negative
	Fee      int64
	Posting  string // its key in the books
}

// Total is what the line cost.
func (l SpendLine) Total() int64 {
	if l.State == string(payouts.RewardRefused) {
		return 0
	}
	return l.Expert + l.Fee
}

// Spend is what a program's money was spent on in a period. Experts, Fees and
// Bonuses less TakenBack is Spent; Refused was earned in the period and came back.
type Spend struct {
	From, To                           time.Time
	Currency                           payouts.Currency
	Experts, Fees, Bonuses             int64
	TakenBack, Refused, Pending, Spent int64
	Questions                          int
	Lines                              []SpendLine // the oldest first
}

// spendSQL finds every line of a period. What a reward is about is a question
// only if there is one: training is about an enrolment.
var spendSQL = []string{
	`SELECT r.earned_at, r.kind, q.id, r.state, r.amount_minor, r.fee_minor, 'hold:' || CAST(r.hold_id AS text) || ':earn'
		FROM rewards r LEFT JOIN questions q ON q.id = r.question_id
		WHERE r.program_id = ? AND r.currency = ? AND r.earned_at >= ? AND r.earned_at < ? ORDER BY r.earned_at, r.id LIMIT ?`,
	`SELECT b.granted_at, 'bonus', t.question_id, 'released', b.amount_minor, 0, 'bonus:' || CAST(b.id AS text) || ':grant'
		FROM bonuses b LEFT JOIN thanks t ON t.id = b.id WHERE b.program_id = ? AND b.currency = ? AND b.granted_at >= ? AND b.granted_at < ? ORDER BY b.granted_at, b.id LIMIT ?`,
	`SELECT c.clawed_at, 'claw_back', q.id, 'released', -r.amount_minor, -r.fee_minor, 'reward:' || CAST(r.id AS text) || ':claw_back'
		FROM clawbacks c JOIN rewards r ON r.id = c.reward_id LEFT JOIN questions q ON q.id = r.question_id
		WHERE r.program_id = ? AND r.currency = ? AND c.clawed_at >= ? AND c.clawed_at < ? ORDER BY c.clawed_at, r.id LIMIT ?`,
}

// Spend tells what a program's money was spent on in a period, to the cent
// (permission SeeMoney). Errors: *access.ForbiddenError,
// *marketplace.NotFoundError, *marketplace.InvalidError, of to where the period
// has more than 50,000 lines.
func (s *Service) Spend(ctx context.Context, caller access.Caller, id program.ID, asked Asked) (spend Spend, err error) {
	asked.Bucket = Week // there is no series
	period, err := asked.period(s.Clock.Now())
	if err != nil {
		return spend, err
	}
	err = s.onProgram(ctx, caller, id, access.SeeMoney, func(tx *gorm.DB, p program.Program) error {
		spend, err = spendTx(ctx, tx, p, period)
		return err
	})
	return spend, err
}

func spendTx(ctx context.Context, tx *gorm.DB, p program.Program, period Period) (Spend, error) {
	spend := Spend{From: period.From, To: period.To, Currency: p.Currency, Lines: []SpendLine{}}
	args := []any{p.ID, p.Currency, period.From, period.To, mostLines + 1}
	about := map[question.ID]bool{}
	for _, query := range spendSQL {
		err := eachRow(ctx, tx, "read what program "+p.ID.String()+" spent", query, args, func(scan func(...any) error) error {
			var l SpendLine
			if err := scan(&l.At, &l.Kind, &l.Question, &l.State, &l.Expert, &l.Fee, &l.Posting); err != nil {
				return err
			}
			if !l.Question.IsZero() {
				about[l.Question] = true
			}
			l.At = l.At.UTC()
			spend.add(l)
			return nil
		})
		if err != nil {
			return Spend{}, err
		}
	}
	if len(spend.Lines) > mostLines {
		return Spend{}, &marketplace.InvalidError{Field: "to", Reason: fmt.Sprintf("leaves more than %d lines: ask for a shorter period", mostLines)}
	}
	slices.SortStableFunc(spend.Lines, func(a, b SpendLine) int { return a.At.Compare(b.At) })
	spend.Questions = len(about)
	return spend, nil
}

func (s *Spend) add(l SpendLine) {
	s.Lines = append(s.Lines, l)
	s.Spent += l.Total()
	switch {
	case l.State == string(payouts.RewardRefused):
		s.Refused += l.Expert + l.Fee
	case l.Kind == "bonus":
		s.Bonuses += l.Expert
	case l.Kind == "claw_back":
		s.TakenBack -= l.Expert + l.Fee
	default:
		s.Experts, s.Fees = s.Experts+l.Expert, s.Fees+l.Fee
		if l.State == string(payouts.RewardPending) {
			s.Pending += l.Expert + l.Fee
		}
	}
}

// QuestionSpend is what one question cost, in minor units: what its experts and
// reviewers earned and were thanked with, and the fees, less what was refused, and
// what was taken back, in whose period it is below zero. Pending of it may still be
// refused.
type QuestionSpend struct {
	QuestionID question.ID
	Topic      string // slug; empty: none is known
	AskedAt    time.Time
	Experts    int64
	Fees       int64
	Refused    int64
	Pending    int64
}

const questionSpendSQL = `SELECT q.id AS question_id, COALESCE(t.slug, '') AS topic, q.asked_at, r.experts, r.fees, r.refused, r.pending FROM (
	SELECT question_id, CAST(SUM(expert) AS bigint) AS experts, CAST(SUM(fee) AS bigint) AS fees,
		CAST(SUM(refused) AS bigint) AS refused, CAST(SUM(pending) AS bigint) AS pending FROM (
		SELECT question_id, CASE WHEN state = 'refused' THEN 0 ELSE amount_minor END AS expert,
			CASE WHEN state = 'refused' THEN 0 ELSE fee_minor END AS fee,
			CASE WHEN state = 'refused' THEN amount_minor + fee_minor ELSE 0 END AS refused,
			CASE WHEN state = 'pending' THEN amount_minor + fee_minor ELSE 0 END AS pending
		FROM rewards WHERE program_id = ? AND currency = ? AND earned_at >= ? AND earned_at < ?
		UNION ALL SELECT r.question_id, -r.amount_minor, -r.fee_minor, 0, 0
		FROM clawbacks c JOIN rewards r ON r.id = c.reward_id WHERE r.program_id = ? AND r.currency = ? AND c.clawed_at >= ? AND c.clawed_at < ?
		UNION ALL SELECT t.question_id, b.amount_minor, 0, 0, 0
		FROM bonuses b JOIN thanks t ON t.id = b.id WHERE b.program_id = ? AND b.currency = ? AND b.granted_at >= ? AND b.granted_at < ?
	) AS lines GROUP BY question_id) AS r
	JOIN questions q ON q.id = r.question_id LEFT JOIN topics t ON t.id = q.topic_id`

// QuestionSpends lists what each question cost in a period, or brought back, the last
// asked first (permission SeeMoney), and the currency. Errors as Spend's.
func (s *Service) QuestionSpends(ctx context.Context, caller access.Caller, id program.ID, asked Asked, page marketplace.Page) (list marketplace.Listing[QuestionSpend], of payouts.Currency, err error) {
	asked.Bucket = Week
	period, err := asked.period(s.Clock.Now())
	if err != nil {
		return list, of, err
	}
	err = s.onProgram(ctx, caller, id, access.SeeMoney, func(tx *gorm.DB, p program.Program) error {
		of = p.Currency
		args := slices.Repeat([]any{p.ID, p.Currency, period.From, period.To}, 3)
		find := tx.WithContext(ctx).Table("(?) AS spends", tx.Raw(questionSpendSQL, args...))
		list, err = marketplace.List(find, page, marketplace.Order{At: "asked_at", ID: "question_id", Newest: true}, func(q QuestionSpend) marketplace.Place {
			return marketplace.Place{At: q.AskedAt, ID: q.QuestionID}
		})
		if err != nil {
			return fmt.Errorf("list what questions of program %s cost: %w", id, err)
		}
		return nil
	})
	return list, of, err
}
