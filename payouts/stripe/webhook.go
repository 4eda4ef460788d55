package stripe

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v76/webhook"

	"knowhow/payouts"
)

// tolerance is how far a signature's time may be from now, either way.
const tolerance = 5 * time.Minute

// Notice reads a webhook's body, as it came, by its Stripe-Signature. Only ids are
// taken from it, so that the version of the API it is written in does not matter.
// Errors: payouts.ErrNoticeForged, ErrNoticeStale, ErrNoticeForeign.
func (c *Client) Notice(endpoint payouts.Endpoint, body []byte, signature string) (payouts.Notice, error) {
	secret := c.o.Platform
	if endpoint == payouts.ConnectedNews {
		secret = c.o.Connected
	}
	if secret == "" { // stripe-go takes a signature under an empty secret for good
		return payouts.Notice{}, fmt.Errorf("%w: the %s endpoint has no secret", payouts.ErrNoticeForged, endpoint)
	}
	signed, err := signedAt(signature)
	if err != nil {
		return payouts.Notice{}, err
	}
	if err := webhook.ValidatePayloadIgnoringTolerance(body, signature, secret); err != nil {
		return payouts.Notice{}, fmt.Errorf("%w: %w", payouts.ErrNoticeForged, err)
	}
	// stripe-go lets through what is signed for the future.
	if apart := c.o.Now().Sub(signed); apart > tolerance || apart < -tolerance {
		return payouts.Notice{}, fmt.Errorf("%w: %s", payouts.ErrNoticeStale, signed.UTC().Format(time.RFC3339))
	}
	return c.readNotice(endpoint, body)
}

// signedAt is when a signature was made. A header with several times is nobody's:
// the one that is signed and the one that is looked at might differ.
func signedAt(signature string) (time.Time, error) {
	var times []string
	for _, part := range strings.Split(signature, ",") {
		if name, value, _ := strings.Cut(part, "="); name == "t" {
			times = append(times, value)
		}
	}
	if len(times) != 1 {
		return time.Time{}, fmt.Errorf("%w: the signature has %d times", payouts.ErrNoticeForged, len(times))
	}
	seconds, err := strconv.ParseInt(times[0], 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: the signature's time is no number", payouts.ErrNoticeForged)
	}
	return time.Unix(seconds, 0), nil
}

// event is what we read of a webhook: who it is of, and what to look at.
type event struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Type    string `json:"type"`
	Account string `json:"account"`
	Live    bool   `json:"livemode"`
	Created int64  `json:"created"`
	Data    struct {
		Object struct {
			ID       string            `json:"id"`
			Metadata map[string]string `json:"metadata"`
		} `json:"object"`
	} `json:"data"`
}

const longestID = 255

// isID reports what a database keeps as it is: PostgreSQL takes no NUL.
func isID(s string) bool { return len(s) <= longestID && !strings.ContainsRune(s, 0) }

func (c *Client) readNotice(endpoint payouts.Endpoint, body []byte) (payouts.Notice, error) {
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		return payouts.Notice{}, fmt.Errorf("%w: it is no event: %w", payouts.ErrNoticeForeign, err)
	}
	switch {
	case e.Object != "event" || e.ID == "" || e.Type == "":
		return payouts.Notice{}, fmt.Errorf("%w: it is no event", payouts.ErrNoticeForeign)
	case !isID(e.ID) || !isID(e.Type) || !isID(e.Account) || !isID(e.Data.Object.ID):
		return payouts.Notice{}, fmt.Errorf("%w: its ids are none of Stripe's", payouts.ErrNoticeForeign)
	case e.Live != c.Live():
		return payouts.Notice{}, fmt.Errorf("%w: it is of the other mode, live or test", payouts.ErrNoticeForeign)
	case (e.Account != "") != (endpoint == payouts.ConnectedNews):
		return payouts.Notice{}, fmt.Errorf("%w: it belongs to the other endpoint", payouts.ErrNoticeForeign)
	}
	n := payouts.Notice{
		Provider: Label, ID: e.ID, Endpoint: endpoint, Kind: e.Type, Account: e.Account,
		Object: e.Data.Object.ID, Subject: subjectOf(e.Data.Object.Metadata), SentAt: at(e.Created),
	}
	if n.Object == e.Account { // account.updated is of the account itself
		n.Subject = uuid.Nil
	}
	return n, nil
}
