package question

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/redact"
)

const (
	// ShareReceipt is the purpose of the consent under which a receipt is shared.
	ShareReceipt = "share_receipt"
	// MaxShares is how many links to one receipt may be open at once.
	MaxShares = 10

	shareLife = 90 * 24 * time.Hour
	maxToken  = 100 // bytes; anything longer is no token of ours
)

// ViewShared is the customer's view for anybody who has a link to it: without
// what anybody earned, which is not the customer's to tell.
const ViewShared View = "shared"

type shareNoun struct{}

// receiptShare is a link by which anybody reads a receipt, while the consent it
// was made under stands.
type receiptShare struct {
	ID         marketplace.ID[shareNoun] `gorm:"primaryKey"`
	BrandID    marketplace.BrandID
	QuestionID ID
	ConsentID  customer.ConsentID
	TokenHash  []byte
	CreatedAt  time.Time
	ExpiresAt  time.Time
	RevokedAt  *time.Time
}

// Share is a link to a receipt. Only its hash is kept of the token.
type Share struct {
	Token     string
	ExpiresAt time.Time
}

// SharedReceipt is what everybody may read of a receipt: the customer's view of
// it, without the question's id, and without what the customer alone can do.
type SharedReceipt struct {
	View        View                `json:"view"`
	BrandName   string              `json:"brand_name"`
	ProgramName string              `json:"program_name"`
	State       State               `json:"state"`
	Reason      string              `json:"reason,omitempty"` // how it ended
	Wait        Wait                `json:"wait"`
	Hidden      map[redact.Kind]int `json:"hidden"` // what experts could not see, counted by kind
	Turns       []TurnReceipt       `json:"turns"`
	Checks      []Check             `json:"checks"`
	Sandbox     bool                `json:"sandbox"`    // no real money moved
	ExpiresAt   time.Time           `json:"expires_at"` // the link
}

// live is the condition that a link to a receipt works, in a query that joins
// receipt_shares with the consents they were made under.
const live = "receipt_shares.revoked_at IS NULL AND receipt_shares.expires_at > ? AND consents.withdrawn_at IS NULL"

const joinConsents = "JOIN consents ON consents.id = receipt_shares.consent_id"

// ShareOwn makes a link by which anybody reads the receipt of the calling
// customer's own question for 90 days, which the customer agrees to by a version
// of the text they were shown. Errors: *TransitionError before the question's
// end, ErrTooManyShares, *marketplace.InvalidError.
func (s *Service) ShareOwn(ctx context.Context, caller access.Caller, id ID, version string) (Share, error) {
	var made Share
	err := s.onOwn(ctx, caller, id, func(tx *gorm.DB, q *Question) error {
		if !q.State.Ended() {
			return &TransitionError{Noun: "question", From: string(q.State), Verb: "have its receipt shared"}
		}
		now := s.clock.Now()
		var open int64
		err := tx.WithContext(ctx).Model(&receiptShare{}).Joins(joinConsents).Where("receipt_shares.question_id = ?", id).Where(live, now).Count(&open).Error
		if err != nil {
			return fmt.Errorf("count the links to the receipt of question %s: %w", id, err)
		}
		if open >= MaxShares {
			return ErrTooManyShares
		}
		consent, err := s.customers.GiveConsentTx(ctx, tx, q.BrandID, q.CustomerID, ShareReceipt, version)
		if err != nil {
			return err
		}
		token, hash := access.NewToken()
		share := receiptShare{
			ID: marketplace.NewID[shareNoun](), BrandID: q.BrandID, QuestionID: q.ID, ConsentID: consent.ID, TokenHash: hash,
			CreatedAt: now, ExpiresAt: now.Add(shareLife),
		}
		if err := tx.WithContext(ctx).Create(&share).Error; err != nil {
			return fmt.Errorf("insert a link to the receipt of question %s: %w", id, err)
		}
		made = Share{Token: token, ExpiresAt: share.ExpiresAt}
		return nil
	})
	if err != nil {
		return Share{}, err
	}
	return made, nil
}

// UnshareOwn ends every link to the receipt of the calling customer's own
// question, and their consent with the last link to any of their receipts.
// With none open it changes nothing.
func (s *Service) UnshareOwn(ctx context.Context, caller access.Caller, id ID) error {
	return s.onOwn(ctx, caller, id, func(tx *gorm.DB, q *Question) error {
		now := s.clock.Now()
		done := tx.WithContext(ctx).Model(&receiptShare{}).Where("question_id = ? AND revoked_at IS NULL", id).Updates(map[string]any{"revoked_at": now})
		if done.Error != nil {
			return fmt.Errorf("revoke the links to the receipt of question %s: %w", id, done.Error)
		}
		if done.RowsAffected == 0 {
			return nil
		}
		var others int64
		err := tx.WithContext(ctx).Model(&receiptShare{}).Joins(joinConsents).
			Where("consents.brand_id = ? AND consents.customer_id = ?", q.BrandID, q.CustomerID).Where(live, now).Count(&others).Error
		if err != nil {
			return fmt.Errorf("count the links to the receipts of customer %s: %w", q.CustomerID, err)
		}
		if others > 0 {
			return nil
		}
		return s.customers.WithdrawConsentTx(ctx, tx, q.BrandID, q.CustomerID, ShareReceipt)
	})
}

// ForgetShares deletes up to so many links to receipts that have expired, and
// tells how many. The consents they were made under stay on record.
func (s *Service) ForgetShares(ctx context.Context, limit int) (int, error) {
	var n int64
	err := s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		done := tx.WithContext(ctx).Exec(`DELETE FROM receipt_shares WHERE id IN (
			SELECT id FROM receipt_shares WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`, s.clock.Now(), limit)
		n = done.RowsAffected
		return done.Error
	})
	if err != nil {
		return 0, fmt.Errorf("forget links to receipts: %w", err)
	}
	return int(n), nil
}

// Shared is the receipt that a link leads to. A link that was revoked or has
// expired, whose consent was withdrawn or whose customer was erased, and one
// that never was, is a *marketplace.NotFoundError.
func (s *Service) Shared(ctx context.Context, token string) (SharedReceipt, error) {
	if token == "" || len(token) > maxToken {
		return SharedReceipt{}, noShare()
	}
	var found struct {
		BrandID     marketplace.BrandID
		QuestionID  ID
		ExpiresAt   time.Time
		BrandName   string
		ProgramName string
	}
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Table("receipt_shares").Select("receipt_shares.brand_id, receipt_shares.question_id, receipt_shares.expires_at, brands.name AS brand_name, programs.name AS program_name").Joins(joinConsents).
			Joins("JOIN customers ON customers.brand_id = consents.brand_id AND customers.id = consents.customer_id AND customers.erased_at IS NULL").
			Joins("JOIN questions ON questions.id = receipt_shares.question_id").
			Joins("JOIN programs ON programs.id = questions.program_id").Joins("JOIN brands ON brands.id = receipt_shares.brand_id").
			Where("receipt_shares.token_hash = ?", access.HashToken(token)).Where(live, s.clock.Now()).Take(&found).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return SharedReceipt{}, noShare()
	}
	if err != nil {
		return SharedReceipt{}, fmt.Errorf("find a receipt by its link: %w", err)
	}
	r, err := s.receipt(ctx, found.BrandID, found.QuestionID, ViewShared, func(*gorm.DB, Question) (access.PersonID, error) {
		return access.PersonID{}, nil
	})
	return SharedReceipt{
		View: ViewShared, BrandName: found.BrandName, ProgramName: found.ProgramName, State: r.State, Reason: r.Reason, Wait: r.Wait,
		Hidden: r.Hidden, Turns: r.Turns, Checks: r.Checks, Sandbox: r.Sandbox, ExpiresAt: found.ExpiresAt,
	}, err
}

// noShare does not quote the token.
func noShare() error { return &marketplace.NotFoundError{Noun: "receipt", ID: "of this link"} }
