package earnings

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/payouts"
)

// heed looks at what a notice is about and acts on how it stands now. What is not
// known here may be known soon, since news can be faster than our own commit: it
// is looked at again.
func (s *Service) heed(ctx context.Context, j job.Job) error {
	var args heedArgs
	if err := j.Decode(&args); err != nil {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	var n payouts.Notice
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		n, err = payouts.FindNotice(ctx, tx, args.Provider, args.ID)
		return err
	})
	if errors.Is(err, payouts.ErrNotFound) || n.HandledAt != nil {
		return nil // settled, and perhaps forgotten
	}
	if err != nil {
		return err
	}
	err = s.actOn(ctx, n)
	if errors.Is(err, payouts.ErrNotFound) && j.Attempts >= knownBy {
		err = nil // none of ours, or the reconciler will find it
	}
	if err != nil {
		return fmt.Errorf("heed %s: %w", n.Kind, err)
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return payouts.SettleNoticeTx(ctx, tx, n, s.clock.Now())
	})
}

// knownBy is how often one looks for what news are about: for ten minutes.
const knownBy = 8

// actOn reads anew what a notice is about. News of other kinds than these are of
// things that we never look at.
func (s *Service) actOn(ctx context.Context, n payouts.Notice) error {
	noun, _, _ := strings.Cut(n.Kind, ".")
	switch noun {
	case "account", "capability", "person":
		return s.heedAccount(ctx, n)
	case "checkout", "payment_intent", "setup_intent":
		return s.heedPayment(ctx, n)
	case "charge":
		return s.heedCharge(ctx, n)
	case "refund":
		return s.heedMove(ctx, payouts.MoveRefund, n)
	case "transfer":
		return s.heedMove(ctx, payouts.MoveTransfer, n)
	case "payout":
		if n.Account != "" {
			return s.heedBank(ctx, n)
		}
		fallthrough
	case "balance", "topup":
		return s.reconcile(ctx, reading{})
	}
	return nil
}

// heedAccount mirrors the account a notice is of. One that is not ours is
// nothing to us.
func (s *Service) heedAccount(ctx context.Context, n payouts.Notice) error {
	if n.Account == "" {
		return nil // our own
	}
	return s.payouts.HintAccount(ctx, n.Account)
}

// heedCharge heeds what comes of a charge: a dispute, a refund, or that it is paid.
func (s *Service) heedCharge(ctx context.Context, n payouts.Notice) error {
	switch {
	case strings.HasPrefix(n.Kind, "charge.dispute."):
		return s.cashier.HeedClaim(ctx, n.Object)
	case strings.HasPrefix(n.Kind, "charge.refund."):
		return s.heedMove(ctx, payouts.MoveRefund, n)
	}
	return s.heedPayment(ctx, n)
}

// heedMove records how a movement stands. One that nobody here asked for shows in
// the provider's books.
func (s *Service) heedMove(ctx context.Context, kind payouts.MoveKind, n payouts.Notice) error {
	if n.Subject == uuid.Nil {
		return s.reconcile(ctx, reading{})
	}
	return s.payouts.HintMove(ctx, kind, n.Subject)
}

// heedBank heeds what comes of the money on its way from an expert's account to
// their bank: where we asked for it, and where it failed, upon which the provider
// stops paying the account.
func (s *Service) heedBank(ctx context.Context, n payouts.Notice) error {
	if n.Subject != uuid.Nil {
		return s.payouts.HintMove(ctx, payouts.MoveInstant, n.Subject)
	}
	return s.heedAccount(ctx, n)
}

// heedPayment settles the payment a notice is about, by the provider's id of it or
// by ours.
func (s *Service) heedPayment(ctx context.Context, n payouts.Notice) error {
	ok, err := s.cashier.SettleBy(ctx, n.Object)
	if err != nil || ok || n.Subject == uuid.Nil {
		return err
	}
	_, err = s.cashier.Settle(ctx, n.Subject)
	return err
}
