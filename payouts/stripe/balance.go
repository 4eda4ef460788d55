package stripe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	stripego "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/balance"
	"github.com/stripe/stripe-go/v76/balancetransaction"

	"knowhow/payouts"
	"knowhow/payouts/money"
)

// Balance implements payouts.Provider.
func (c *Client) Balance(ctx context.Context) ([]payouts.ProviderBalance, error) {
	b, err := balance.Client{B: c.backend, Key: c.o.Key}.Get(&stripego.BalanceParams{Params: params(ctx, "")})
	if err != nil {
		return nil, answered("read the balance", err)
	}
	sums := map[payouts.Currency]payouts.ProviderBalance{}
	add := func(amounts []*stripego.Amount, to func(*payouts.ProviderBalance, int64)) error {
		for _, a := range amounts {
			m, err := moneyOf(a.Amount, a.Currency)
			if errors.Is(err, money.ErrCurrency) {
				c.foreign("a balance", a.Currency)
				continue
			}
			if err != nil {
				return fmt.Errorf("read the balance: %w", err)
			}
			sum := sums[m.Currency]
			sum.Currency = m.Currency
			to(&sum, m.Minor)
			sums[m.Currency] = sum
		}
		return nil
	}
	if err := add(b.Available, func(s *payouts.ProviderBalance, n int64) { s.Available += n }); err != nil {
		return nil, err
	}
	if err := add(b.Pending, func(s *payouts.ProviderBalance, n int64) { s.Pending += n }); err != nil {
		return nil, err
	}
	list := make([]payouts.ProviderBalance, 0, len(sums))
	for _, sum := range sums {
		list = append(list, sum)
	}
	slices.SortFunc(list, func(a, b payouts.ProviderBalance) int { return strings.Compare(string(a.Currency), string(b.Currency)) })
	return list, nil
}

// foreign tells of money in a currency that we know nothing of, and keep no books
// in: what there is in others does not wait for it.
func (c *Client) foreign(what string, in stripego.Currency) {
	if c.o.Log != nil {
		c.o.Log.Error("money in an unknown currency is left out", "what", what, "currency", string(in))
	}
}

// mostEntries is the most that Stripe shows on one page.
const mostEntries = 100

// BalanceTransactions implements payouts.Provider.
func (c *Client) BalanceTransactions(ctx context.Context, q payouts.BalanceQuery) (payouts.BalancePage, error) {
	p := &stripego.BalanceTransactionListParams{ListParams: listParams(ctx)}
	p.Single = true
	p.AddExpand("data.source")
	if !q.From.IsZero() {
		p.CreatedRange = &stripego.RangeQueryParams{GreaterThanOrEqual: q.From.Unix()}
	}
	if q.After != "" {
		p.StartingAfter = stripego.String(q.After)
	}
	if q.Limit > 0 {
		p.Limit = stripego.Int64(int64(min(q.Limit, mostEntries)))
	}
	list := balancetransaction.Client{B: c.backend, Key: c.o.Key}.List(p)
	var page payouts.BalancePage
	for list.Next() {
		b := list.BalanceTransaction()
		page.Next = b.ID
		e, err := entryOf(b)
		if errors.Is(err, money.ErrCurrency) {
			c.foreign("entry "+b.ID, b.Currency)
			continue
		}
		if err != nil {
			return payouts.BalancePage{}, err
		}
		page.Entries = append(page.Entries, e)
	}
	if err := list.Err(); err != nil {
		return payouts.BalancePage{}, answered("list balance transactions", err)
	}
	page.More = list.BalanceTransactionList().HasMore
	return page, nil
}

func entryOf(b *stripego.BalanceTransaction) (e payouts.BalanceTransaction, err error) {
	e = payouts.BalanceTransaction{
		ID: b.ID, Kind: entryKind(b), At: at(b.Created), AvailableAt: at(b.AvailableOn),
	}
	if b.ID == "" {
		return e, fmt.Errorf("read a balance transaction: it has no id: %w", errForeign)
	}
	for _, part := range []struct {
		from int64
		to   *int64
	}{{b.Amount, &e.Gross}, {b.Fee, &e.Fee}, {b.Net, &e.Net}} {
		m, err := moneyOf(part.from, b.Currency)
		if err != nil {
			return e, fmt.Errorf("read balance transaction %s: %w", b.ID, err)
		}
		*part.to, e.Currency = m.Minor, m.Currency
	}
	if b.Source != nil {
		e.Source = b.Source.ID
		of, meta := sourceOf(b.Source)
		e.Of, e.Subject = of, subjectOf(meta)
	}
	return e, nil
}

// sourceOf is what the object of an entry undoes, and what we hung on it.
func sourceOf(s *stripego.BalanceTransactionSource) (of string, meta map[string]string) {
	switch {
	case s.Charge != nil:
		return "", s.Charge.Metadata
	case s.Transfer != nil:
		return "", s.Transfer.Metadata
	case s.TransferReversal != nil:
		if s.TransferReversal.Transfer != nil {
			of = s.TransferReversal.Transfer.ID
		}
		return of, s.TransferReversal.Metadata
	case s.Refund != nil:
		return refundedOf(s.Refund, ""), s.Refund.Metadata
	case s.Dispute != nil:
		return paymentOf(s.Dispute.PaymentIntent, s.Dispute.Charge), s.Dispute.Metadata
	case s.Payout != nil:
		return "", s.Payout.Metadata
	}
	return "", nil
}

// subjectOf is our id of an object; zero: it is none of ours.
func subjectOf(meta map[string]string) uuid.UUID {
	for _, key := range []string{metaPayout, metaOrder, metaFunding} {
		if id, err := uuid.Parse(meta[key]); err == nil {
			return id
		}
	}
	return uuid.Nil
}

// entryKinds are the types of Stripe's that say what an entry is of by themselves.
var entryKinds = map[stripego.BalanceTransactionType]payouts.EntryKind{
	"charge": payouts.EntryPayment, "payment": payouts.EntryPayment,
	"transfer":        payouts.EntryTransfer,
	"transfer_refund": payouts.EntryReversal, "transfer_cancel": payouts.EntryReversal, "transfer_failure": payouts.EntryReversal,
	"refund": payouts.EntryRefund, "payment_refund": payouts.EntryRefund,
	"refund_failure": payouts.EntryRefundFailed, "payment_failure_refund": payouts.EntryRefundFailed,
	"stripe_fee": payouts.EntryFee, "stripe_fx_fee": payouts.EntryFee, "tax_fee": payouts.EntryFee,
	"network_cost": payouts.EntryFee, "contribution": payouts.EntryFee,
	"topup": payouts.EntryBank, "topup_reversal": payouts.EntryBank,
	"payout": payouts.EntryBank, "payout_cancel": payouts.EntryBank, "payout_failure": payouts.EntryBank,
	"reserve_transaction": payouts.EntryReserve, "reserved_funds": payouts.EntryReserve,
	"payment_network_reserve_hold": payouts.EntryReserve, "payment_network_reserve_release": payouts.EntryReserve,
}

// entryKind also looks at the category: disputes, and what Stripe sets aside for
// connected accounts, are adjustments by type.
func entryKind(b *stripego.BalanceTransaction) payouts.EntryKind {
	if b.Source != nil && b.Source.Dispute != nil {
		return payouts.EntryDispute
	}
	switch b.ReportingCategory {
	case stripego.BalanceTransactionReportingCategoryDispute, stripego.BalanceTransactionReportingCategoryDisputeReversal:
		return payouts.EntryDispute
	case stripego.BalanceTransactionReportingCategoryConnectReservedFunds, stripego.BalanceTransactionReportingCategoryRiskReservedFunds:
		return payouts.EntryReserve
	}
	if kind, known := entryKinds[b.Type]; known {
		return kind
	}
	return payouts.EntryOther
}
