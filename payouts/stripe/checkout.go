package stripe

import (
	"context"
	"fmt"

	stripego "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/checkout/session"
	"github.com/stripe/stripe-go/v76/customer"

	"knowhow/payouts"
)

func (c *Client) sessions() session.Client { return session.Client{B: c.backend, Key: c.o.Key} }

// CreatePayer implements payouts.Collector. Stripe learns the brand's id from us,
// and the rest from who pays.
func (c *Client) CreatePayer(ctx context.Context, req payouts.PayerRequest) (string, error) {
	if err := needKey(req.IdempotencyKey); err != nil {
		return "", refused(err)
	}
	p := &stripego.CustomerParams{Params: params(ctx, req.IdempotencyKey)}
	p.AddMetadata(metaBrand, req.Brand.String())
	made, err := customer.Client{B: c.backend, Key: c.o.Key}.New(p)
	if err != nil {
		return "", answered("make a customer", err)
	}
	if made.ID == "" {
		return "", fmt.Errorf("read a customer: it has no id: %w", errForeign)
	}
	return made.ID, nil
}

// OpenCheckout implements payouts.Collector.
func (c *Client) OpenCheckout(ctx context.Context, req payouts.CheckoutRequest) (payouts.Checkout, error) {
	if err := needKey(req.IdempotencyKey); err != nil {
		return payouts.Checkout{}, refused(err)
	}
	back := c.o.Base.JoinPath(req.Back).String()
	p := &stripego.CheckoutSessionParams{
		Params: params(ctx, req.IdempotencyKey), Customer: stripego.String(req.Payer),
		ClientReferenceID: stripego.String(req.Payment.String()),
		SuccessURL:        stripego.String(back), CancelURL: stripego.String(back),
	}
	meta := map[string]string{metaFunding: req.Payment.String(), metaBrand: req.Brand.String()}
	p.Metadata = meta
	var err error
	switch req.Method {
	case payouts.PayNothing:
		p.Mode = stripego.String(string(stripego.CheckoutSessionModeSetup))
		p.PaymentMethodTypes = stripego.StringSlice([]string{"card"})
		p.SetupIntentData = &stripego.CheckoutSessionSetupIntentDataParams{Metadata: meta}
	case payouts.PayCard:
		p.PaymentMethodTypes = stripego.StringSlice([]string{"card"})
		err = paying(p, req, meta)
	case payouts.PayBankTransfer:
		p.PaymentMethodTypes = stripego.StringSlice([]string{"customer_balance"})
		p.PaymentMethodOptions, err = bankTransfer(req.Amount.Currency, c.o.Country)
		if err == nil {
			err = paying(p, req, meta)
		}
	default:
		err = &payouts.InvalidError{Field: "method", Reason: fmt.Sprintf("%q is not paid by on a page", req.Method)}
	}
	if err != nil {
		return payouts.Checkout{}, refused(err)
	}
	made, err := c.sessions().New(p)
	if err != nil {
		return payouts.Checkout{}, answered("open a checkout", err)
	}
	return checkoutOf(made)
}

// paying makes the page one on which an amount is paid.
func paying(p *stripego.CheckoutSessionParams, req payouts.CheckoutRequest, meta map[string]string) error {
	amount, currency, err := amountOf(req.Amount, false)
	if err != nil {
		return err
	}
	p.Mode = stripego.String(string(stripego.CheckoutSessionModePayment))
	p.PaymentIntentData = &stripego.CheckoutSessionPaymentIntentDataParams{Metadata: meta}
	p.LineItems = []*stripego.CheckoutSessionLineItemParams{{
		Quantity: stripego.Int64(1),
		PriceData: &stripego.CheckoutSessionLineItemPriceDataParams{
			Currency: currency, UnitAmount: amount,
			ProductData: &stripego.CheckoutSessionLineItemPriceDataProductDataParams{Name: stripego.String("Knowhow")},
		},
	}}
	return nil
}

// transferTypes are the bank transfers that Stripe takes, by currency.
var transferTypes = map[payouts.Currency]string{
	"EUR": "eu_bank_transfer", "GBP": "gb_bank_transfer", "USD": "us_bank_transfer", "JPY": "jp_bank_transfer", "MXN": "mx_bank_transfer",
}

// transferCountries are where Stripe has accounts for transfers in euro.
var transferCountries = map[string]bool{"BE": true, "DE": true, "ES": true, "FR": true, "IE": true, "NL": true}

func bankTransfer(c payouts.Currency, country string) (*stripego.CheckoutSessionPaymentMethodOptionsParams, error) {
	kind := transferTypes[c]
	if kind == "" {
		return nil, &payouts.InvalidError{Field: "method", Reason: "bank transfers are taken in EUR, GBP, JPY, MXN and USD"}
	}
	by := &stripego.CheckoutSessionPaymentMethodOptionsCustomerBalanceBankTransferParams{Type: stripego.String(kind)}
	if c == "EUR" {
		if !transferCountries[country] {
			country = "DE"
		}
		by.EUBankTransfer = &stripego.CheckoutSessionPaymentMethodOptionsCustomerBalanceBankTransferEUBankTransferParams{Country: stripego.String(country)}
	}
	return &stripego.CheckoutSessionPaymentMethodOptionsParams{
		CustomerBalance: &stripego.CheckoutSessionPaymentMethodOptionsCustomerBalanceParams{
			FundingType: stripego.String("bank_transfer"), BankTransfer: by,
		},
	}, nil
}

// ReadCheckout implements payouts.Collector.
func (c *Client) ReadCheckout(ctx context.Context, reference string) (payouts.Checkout, error) {
	p := &stripego.CheckoutSessionParams{Params: params(ctx, "")}
	p.AddExpand("setup_intent")
	found, err := c.sessions().Get(reference, p)
	if err != nil {
		return payouts.Checkout{}, answered("read a checkout", err)
	}
	return checkoutOf(found)
}

func checkoutOf(s *stripego.CheckoutSession) (payouts.Checkout, error) {
	if s.ID == "" {
		return payouts.Checkout{}, fmt.Errorf("read a checkout: it has no id: %w", errForeign)
	}
	shown := payouts.Checkout{Reference: s.ID, URL: s.URL, State: payouts.CheckoutOpen}
	switch s.Status {
	case stripego.CheckoutSessionStatusComplete:
		shown.State = payouts.CheckoutComplete
	case stripego.CheckoutSessionStatusExpired:
		shown.State = payouts.CheckoutExpired
	}
	if s.PaymentIntent != nil {
		shown.Charge = s.PaymentIntent.ID
	}
	if i := s.SetupIntent; i != nil && i.Status == stripego.SetupIntentStatusSucceeded && i.PaymentMethod != nil {
		shown.Card = i.PaymentMethod.ID
	}
	return shown, nil
}
