package payouts

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// LineKind is why an expert's money moved, as their statement tells it.
type LineKind string

// The kinds of lines.
const (
	LineEarned         LineKind = "earned"           // work was delivered; it may still be reviewed
	LineReleased       LineKind = "released"         // it is available, and pays first what they owe
	LineRefused        LineKind = "refused"          // a person's final decision
	LineClawedBack     LineKind = "clawed_back"      // a person's decision, after the release
	LineBonus          LineKind = "bonus"            //
	LinePayout         LineKind = "payout"           // it is on its way
	LinePayoutBack     LineKind = "payout_back"      // it could not be paid
	LineInstantFee     LineKind = "instant_fee"      // for a payout that arrives at once
	LineInstantFeeBack LineKind = "instant_fee_back" // it did not
	LineWithheld       LineKind = "tax_withheld"     //
	LineReversed       LineKind = "reversed"         // a payout was taken back for a debt
	LineDebtPaid       LineKind = "debt_paid"        // out of what was available
	LineForgiven       LineKind = "debt_forgiven"    //
	LineAdjusted       LineKind = "adjustment"       // anything else, put right by a person
)

// LineKinds lists every kind of line, in the order of a summary.
var LineKinds = []LineKind{
	LineEarned, LineReleased, LineRefused, LineClawedBack, LineBonus, LinePayout, LinePayoutBack, LineInstantFee, LineInstantFeeBack,
	LineWithheld, LineReversed, LineDebtPaid, LineForgiven, LineAdjusted,
}

// lineKinds are the kinds of lines by the kinds of postings.
var lineKinds = map[string]LineKind{
	"earn": LineEarned, "release": LineReleased, "refuse": LineRefused, "claw_back": LineClawedBack, "bonus": LineBonus,
	"payout_intend": LinePayout, "payout_fail": LinePayoutBack, "withhold": LineWithheld, "write_off": LineForgiven,
	string(MoveInstant) + "_intend": LineInstantFee, string(MoveInstant) + "_fail": LineInstantFeeBack, string(MoveInstant) + "_bounce": LineInstantFeeBack,
	string(MoveReversal) + "_send": LineReversed, "net_debt": LineDebtPaid,
}

// StatementLine is what one posting changed, or of a posting for several pieces
// of work, what one of them did. Subject is what it is about: a reward's id, a
// payout's, an order's; zero where nothing has one.
type StatementLine struct {
	At      time.Time
	Kind    LineKind
	Subject uuid.UUID
	Work    RewardKind // of a reward, else empty
	Program uuid.UUID  // of a reward or a program's bonus, else zero
	Standing
}

// lineRow is one entry with its posting.
type lineRow struct {
	ID        uuid.UUID
	Key       string
	Kind      string
	PostedAt  time.Time
	AccountID string
	Amount    int64
}

// linesBetween reads the lines of a time, its end excluded, in order of time.
func linesBetween(tx *gorm.DB, expert uuid.UUID, c Currency, from, to time.Time) ([]StatementLine, error) {
	ids, kinds := expertAccounts(expert, c)
	var rows []lineRow
	err := tx.Raw(`SELECT p.id, p.key, p.kind, p.posted_at, e.account_id, e.amount FROM ledger_entries AS e
		JOIN ledger_postings AS p ON p.id = e.posting_id WHERE e.account_id IN ? AND p.posted_at >= ? AND p.posted_at < ?
		ORDER BY p.posted_at, p.id, e.line`, ids, stamp(from), stamp(to)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the entries of expert %s: %w", expert, err)
	}
	rewards, err := rewardsOf(tx, expert, c, rows)
	if err != nil {
		return nil, err
	}
	var lines []StatementLine
	for i := 0; i < len(rows); {
		first := rows[i]
		line := StatementLine{At: first.PostedAt.UTC(), Kind: lineKind(first.Kind), Subject: subjectOf(first.Key)}
		for ; i < len(rows) && rows[i].ID == first.ID; i++ {
			line.add(kinds[rows[i].AccountID], rows[i].Amount)
		}
		lines = append(lines, rewards.tell(line)...)
	}
	return lines, withBonuses(tx, lines)
}

func lineKind(posting string) LineKind {
	if kind, ok := lineKinds[posting]; ok {
		return kind
	}
	return LineAdjusted
}

// subjectOf is the first id in a posting's key; zero where there is none.
func subjectOf(key string) uuid.UUID {
	for part := range strings.SplitSeq(key, ":") {
		if id, err := uuid.Parse(part); err == nil && len(part) == 36 {
			return id
		}
	}
	return uuid.Nil
}

// toldRewards are the rewards that lines are about, by their ids and holds.
type toldRewards struct {
	byID   map[uuid.UUID]Reward
	byHold map[uuid.UUID][]Reward
}

// rewardsOf reads an expert's rewards that postings are about.
func rewardsOf(tx *gorm.DB, expert uuid.UUID, c Currency, rows []lineRow) (toldRewards, error) {
	told := toldRewards{map[uuid.UUID]Reward{}, map[uuid.UUID][]Reward{}}
	var ids []uuid.UUID
	for _, r := range rows {
		if strings.HasPrefix(r.Key, "hold:") || strings.HasPrefix(r.Key, "reward:") {
			ids = append(ids, subjectOf(r.Key))
		}
	}
	for part := range chunks(ids, idsAtOnce) {
		var list []Reward
		err := tx.Where("expert_id = ? AND currency = ? AND (id IN ? OR hold_id IN ?)", expert, c, part, part).Order("id").Find(&list).Error
		if err != nil {
			return told, fmt.Errorf("read the rewards of expert %s: %w", expert, err)
		}
		for _, r := range list {
			if _, known := told.byID[r.ID]; !known {
				told.byID[r.ID], told.byHold[r.HoldID] = r, append(told.byHold[r.HoldID], r)
			}
		}
	}
	return told, nil
}

// idsAtOnce is how many ids one statement names.
const idsAtOnce = 2000

func chunks(ids []uuid.UUID, most int) func(yield func([]uuid.UUID) bool) {
	return func(yield func([]uuid.UUID) bool) {
		for len(ids) > 0 {
			n := min(most, len(ids))
			if !yield(ids[:n]) {
				return
			}
			ids = ids[n:]
		}
	}
}

// tell is a line with what it is about; of a hold that several rewards of the
// expert's were earned of, a line for each, which add up to it.
func (t toldRewards) tell(line StatementLine) []StatementLine {
	if r, ok := t.byID[line.Subject]; ok {
		line.Work, line.Program = r.Kind, r.ProgramID
		return []StatementLine{line}
	}
	of := t.byHold[line.Subject]
	if line.Kind != LineEarned || len(of) == 0 {
		return []StatementLine{line}
	}
	lines, left := make([]StatementLine, len(of)), line.Pending
	for i, r := range of {
		lines[i] = line
		lines[i].Subject, lines[i].Work, lines[i].Program = r.ID, r.Kind, r.ProgramID
		lines[i].Pending = r.AmountMinor
		left -= r.AmountMinor
	}
	if left != 0 { // the entry is right, whatever the rows say
		return []StatementLine{line}
	}
	return lines
}

// withBonuses adds the programs that gave the bonuses.
func withBonuses(tx *gorm.DB, lines []StatementLine) error {
	var ids []uuid.UUID
	for _, l := range lines {
		if l.Kind == LineBonus {
			ids = append(ids, l.Subject)
		}
	}
	programs := map[uuid.UUID]uuid.UUID{}
	for part := range chunks(ids, idsAtOnce) {
		var list []bonusRow
		if err := tx.Where("id IN ? AND program_id IS NOT NULL", part).Find(&list).Error; err != nil {
			return fmt.Errorf("read bonuses: %w", err)
		}
		for _, b := range list {
			programs[b.ID] = *b.ProgramID
		}
	}
	for i := range lines {
		if lines[i].Kind == LineBonus {
			lines[i].Program = programs[lines[i].Subject]
		}
	}
	return nil
}
