package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// DisputeState is where a dispute stands.
type DisputeState string

const (
	// DisputeOpen: the bank has taken the money back. The bank's decision ends it.
	DisputeOpen DisputeState = "open"
	// DisputeWon: the money came back to us. Final.
	DisputeWon DisputeState = "won"
	// DisputeLost: the brand has paid it, or owes it. Final.
	DisputeLost DisputeState = "lost"
)

// byDispute is why a brand is frozen whose payment is disputed.
const byDispute = "dispute"

// NewDispute is a brand's payment, or a part of it, that its bank has taken back
// from our balance at the provider. ID is the key, DisputeID's; Fee is what the
// provider charges for it, and may be zero.
type NewDispute struct {
	ID       uuid.UUID
	Brand    uuid.UUID
	Provider string
	Amount   Money
	Fee      Money
}

// Dispute is a payment taken back; OwedMinor is what of a lost one the brand did
// not have.
type Dispute struct {
	ID          uuid.UUID
	BrandID     uuid.UUID
	Provider    string
	Currency    Currency
	AmountMinor int64
	FeeMinor    int64
	OwedMinor   int64
	State       DisputeState
	OpenedAt    time.Time
	DecidedAt   *time.Time
}

// DisputeID is our id of a provider's dispute.
func DisputeID(provider, reference string) uuid.UUID {
	return uuid.NewSHA1(uuid.Nil, []byte("dispute "+provider+" "+reference))
}

// OpenDisputeTx books what the bank took, freezes the brand, and appends the fact
// FactDisputeOpened. Experts keep what they have earned.
func OpenDisputeTx(ctx context.Context, tx *gorm.DB, now time.Time, n NewDispute) error {
	if n.Fee == (Money{}) {
		n.Fee.Currency = n.Amount.Currency
	}
	d, mirror, err := n.dispute(now)
	if err != nil {
		return err
	}
	tx = tx.WithContext(ctx)
	opening := d.posting("open", now, d.opening(mirror))
	opening.About = fmt.Sprintln(d.BrandID, d.Provider, n.Amount, n.Fee)
	posted, err := ledger.PostTx(ctx, tx, opening, d.insert(), d.fact(FactDisputeOpened, now).insert())
	if err != nil || !posted {
		return err
	}
	return chillTx(tx, now, d.BrandID)
}

func (n NewDispute) dispute(now time.Time) (d Dispute, mirror ledger.Account, err error) {
	if err := checkIDs([]string{"dispute", "brand"}, n.ID, n.Brand); err != nil {
		return d, mirror, err
	}
	if err := checkAmount("amount", n.Amount, 1); err != nil {
		return d, mirror, err
	}
	if err := checkAmount("fee", n.Fee, 0); err != nil {
		return d, mirror, err
	}
	if _, err := sum("fee", n.Amount, n.Fee); err != nil {
		return d, mirror, err
	}
	if mirror, err = ledger.Mirror(n.Provider, n.Amount.Currency); err != nil {
		return d, mirror, &InvalidError{Field: "provider", Reason: "is not known"}
	}
	return Dispute{
		ID: n.ID, BrandID: n.Brand, Provider: n.Provider, Currency: n.Amount.Currency, AmountMinor: n.Amount.Minor,
		FeeMinor: n.Fee.Minor, State: DisputeOpen, OpenedAt: stamp(now),
	}, mirror, nil
}

// opening is the dispute and its fee out of the provider's balance.
func (d Dispute) opening(mirror ledger.Account) []ledger.Entry {
	return append(ledger.Move(d.account(), mirror, d.AmountMinor),
		ledger.Move(account(ledger.DisputeFees, uuid.Nil, d.Currency), mirror, d.FeeMinor)...)
}

func (d Dispute) account() ledger.Account { return account(ledger.DisputesOpen, d.ID, d.Currency) }

func (d Dispute) fact(kind FactKind, now time.Time) Fact {
	return Fact{Kind: kind, BrandID: &d.BrandID, SubjectID: d.ID, Currency: &d.Currency, Minor: d.AmountMinor, At: stamp(now)}
}

// WinDisputeTx books the money that came back, and takes holds again unless
// something else freezes the brand. Appends the fact FactDisputeWon. A lost
// dispute is *StateError.
func WinDisputeTx(ctx context.Context, tx *gorm.DB, now time.Time, id uuid.UUID) error {
	tx = tx.WithContext(ctx)
	d, err := byID[Dispute](forUpdate(tx), "dispute", id)
	if err != nil || d.State == DisputeWon {
		return err
	}
	if d.State != DisputeOpen {
		return d.refuse("win")
	}
	mirror, err := ledger.Mirror(d.Provider, d.Currency)
	if err != nil {
		return err
	}
	err = d.decide(ctx, tx, now, "win", DisputeWon, ledger.Move(mirror, d.account(), d.AmountMinor), FactDisputeWon)
	if err != nil {
		return err
	}
	return thawTx(tx, now, d.BrandID)
}

// LoseDisputeTx has the brand pay: out of its wallet, then the budgets of its
// programs in the order given; what is not there it owes, and pays with what it
// funds next. Its refunds that were kept back meanwhile fail, as dispute_lost, and
// are in the wallet by then. The brand stays frozen until a person unfreezes it.
// Appends the fact FactDisputeLost. A won dispute is *StateError.
func LoseDisputeTx(ctx context.Context, tx *gorm.DB, now time.Time, id uuid.UUID, programs ...uuid.UUID) error {
	tx = tx.WithContext(ctx)
	d, err := byID[Dispute](forUpdate(tx), "dispute", id)
	if err != nil || d.State == DisputeLost {
		return err
	}
	if d.State != DisputeOpen {
		return d.refuse("lose")
	}
	refunds, err := unsentRefunds(tx, d.BrandID)
	if err != nil {
		return err
	}
	for _, o := range refunds {
		if err := o.failTx(ctx, tx, disputeLost, stamp(now)); err != nil {
			return err
		}
	}
	from := []ledger.Account{account(ledger.BrandWallet, d.BrandID, d.Currency)}
	for _, program := range programs {
		if err := checkIDs([]string{"program"}, program); err != nil {
			return err
		}
		from = append(from, account(ledger.ProgramBudget, program, d.Currency))
	}
	have, err := ledger.HoldingTx(ctx, tx, from...)
	if err != nil {
		return err
	}
	entries, owed := d.losing(from, have)
	d.OwedMinor = owed
	return d.decide(ctx, tx, now, "lose", DisputeLost, entries, FactDisputeLost)
}

// losing takes the dispute from what the accounts have, and the rest is owed.
func (d Dispute) losing(from []ledger.Account, have []Money) (entries []ledger.Entry, owed int64) {
	owed = d.AmountMinor
	taken := make(map[ledger.Account]bool, len(from))
	for i, a := range from {
		if taken[a] {
			continue
		}
		taken[a] = true
		part := min(owed, have[i].Minor)
		entries = append(entries, ledger.Move(a, d.account(), part)...)
		owed -= part
	}
	return append(entries, ledger.Move(account(ledger.BrandOwes, d.BrandID, d.Currency), d.account(), owed)...), owed
}

func (d Dispute) refuse(verb string) error {
	return &StateError{Noun: "dispute", ID: d.ID, State: string(d.State), Verb: verb}
}

// decide posts what the bank's decision moves, and writes it down.
func (d Dispute) decide(ctx context.Context, tx *gorm.DB, now time.Time, verb string, state DisputeState, entries []ledger.Entry, fact FactKind) error {
	posted, err := ledger.PostTx(ctx, tx, d.posting(verb, now, entries), ledger.Rider{
		Doing: "update dispute " + d.ID.String(), Rows: 1, Else: ErrState,
		SQL:  "UPDATE disputes SET state = ?, owed_minor = ?, decided_at = ? WHERE id = ? AND state = 'open'",
		Args: []any{state, d.OwedMinor, stamp(now), d.ID},
	}, d.fact(fact, now).insert())
	if err == nil && !posted {
		err = fmt.Errorf("%s dispute %s: it was before: %w", verb, d.ID, ErrState)
	}
	return err
}

func (d Dispute) posting(verb string, now time.Time, entries []ledger.Entry) ledger.Posting {
	return ledger.Posting{Key: "dispute:" + d.ID.String() + ":" + verb, Kind: "dispute_" + verb, At: now, Entries: entries}
}

func (d Dispute) insert() ledger.Rider {
	return ledger.Rider{
		Doing: "insert dispute " + d.ID.String(), Rows: 1, Else: ErrState,
		SQL: `INSERT INTO disputes (id, brand_id, provider, currency, amount_minor, fee_minor, state, opened_at)
			SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE true%s`,
		Args: []any{d.ID, d.BrandID, d.Provider, d.Currency, d.AmountMinor, d.FeeMinor, d.State, d.OpenedAt},
	}
}

// chillTx freezes a brand by a dispute. A freeze that is there already is locked,
// so that another dispute, won meanwhile, does not end it.
func chillTx(tx *gorm.DB, now time.Time, brand uuid.UUID) error {
	for {
		if err := freezeTx(tx, now, scopeBrand, brand, byDispute); err != nil {
			return err
		}
		var f freeze
		err := forUpdate(tx).Where("scope = ? AND owner_id = ?", scopeBrand, brand).Take(&f).Error
		if err == nil {
			return nil
		}
		if !errors.Is(err, gorm.ErrRecordNotFound) {
			return fmt.Errorf("lock freeze of brand %s: %w", brand, err)
		}
	}
}

// thawTx unfreezes a brand that disputes froze, if none is open and none of them
// was lost.
func thawTx(tx *gorm.DB, now time.Time, brand uuid.UUID) error {
	var f freeze
	err := forUpdate(tx).Where("scope = ? AND owner_id = ? AND reason = ?", scopeBrand, brand, byDispute).Take(&f).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("lock freeze of brand %s: %w", brand, err)
	}
	var standing int64
	err = tx.Model(&Dispute{}).Where("brand_id = ? AND (state = ? OR (state = ? AND decided_at >= ?))", brand, DisputeOpen, DisputeLost, f.FrozenAt).
		Count(&standing).Error
	if err != nil {
		return fmt.Errorf("count disputes of brand %s: %w", brand, err)
	}
	if standing > 0 {
		return nil
	}
	return unfreezeTx(tx, now, scopeBrand, brand)
}

// FindDispute returns a dispute: *NotFoundError.
func FindDispute(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Dispute, error) {
	return byID[Dispute](tx.WithContext(ctx), "dispute", id)
}

// DisputesOf returns a brand's disputes, the newest first, at most limit.
func DisputesOf(ctx context.Context, tx *gorm.DB, brand uuid.UUID, limit int) ([]Dispute, error) {
	var disputes []Dispute
	err := tx.WithContext(ctx).Where("brand_id = ?", brand).Order("opened_at DESC, id DESC").Limit(limit).Find(&disputes).Error
	if err != nil {
		return nil, fmt.Errorf("read disputes of brand %s: %w", brand, err)
	}
	return disputes, nil
}
