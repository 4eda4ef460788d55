package earnings_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/payouts"
)

// post is a provider whose news are their own signature: "kind object subject".
func post(endpoint payouts.Endpoint, body []byte, signature string) (payouts.Notice, error) {
	if signature != "genuine" {
		return payouts.Notice{}, payouts.ErrNoticeForged
	}
	parts := strings.Fields(string(body))
	subject, _ := uuid.Parse(parts[2])
	return payouts.Notice{Provider: "sandbox", ID: string(body), Endpoint: endpoint, Kind: parts[0], Object: parts[1], Subject: subject, SentAt: time.Unix(1e9, 0)}, nil
}

func (b *bench) notices() (list []payouts.Notice) {
	b.T.Helper()
	b.ok("read notices", b.Store.Read(b.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Order("id").Find(&list).Error
	}))
	return list
}

func TestNewsIsHeardOnceAndHeeded(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.Provide(nil, post)
		paid, err := b.Programs.Pay(b.Ctx(), b.Owner, b.Program.ID, payouts.PayCard, payouts.Money{Minor: 500, Currency: "EUR"}, "k")
		if err != nil || paid.State != payouts.PaymentPaid {
			t.Fatalf("%+v, %v", paid, err)
		}
		body := []byte("payment_intent.succeeded " + *paid.Charge + " -")
		for range 3 {
			b.ok("hear", b.Earnings.Hear(b.Ctx(), payouts.PlatformNews, body, "genuine"))
		}
		list := b.notices()
		if len(list) != 1 || list[0].HandledAt != nil {
			t.Fatalf("%+v", list)
		}
		b.RunDue()
		if list = b.notices(); list[0].HandledAt == nil {
			t.Fatal("nobody has looked")
		}
		b.ok("hear again", b.Earnings.Hear(b.Ctx(), payouts.PlatformNews, body, "genuine"))
		waiting, err := b.Queue.Waiting(b.Ctx())
		if err != nil || waiting[job.Ready] != 0 {
			t.Errorf("%v, %v: it is looked at again", waiting, err)
		}
	})
}

// What is forged, or not for us, leaves nothing behind.
func TestForgedNewsIsNotKept(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		body := []byte("payment_intent.succeeded pi_1 -")
		if err := b.Earnings.Hear(b.Ctx(), payouts.PlatformNews, body, "genuine"); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("where none is sent: %v", err)
		}
		b.Provide(nil, post)
		if err := b.Earnings.Hear(b.Ctx(), payouts.PlatformNews, body, "forged"); !errors.Is(err, payouts.ErrNoticeForged) {
			t.Error(err)
		}
		if list := b.notices(); len(list) != 0 {
			t.Errorf("%+v", list)
		}
	})
}

// News may be faster than our own commit: what is not known yet is looked at again.
func TestNewsOfWhatIsNotKnownYet(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.Provide(nil, post)
		id := uuid.New()
		b.ok("hear", b.Earnings.Hear(b.Ctx(), payouts.PlatformNews, []byte("payment_intent.succeeded pi_unknown "+id.String()), "genuine"))
		b.RunDue()
		if list := b.notices(); len(list) != 1 || list[0].HandledAt != nil {
			t.Fatalf("%+v", list)
		}
		_, err := b.Programs.Cashier.Start(b.Ctx(), payouts.PaymentRequest{
			ID: id, Brand: uuid.UUID(b.Brand), Method: payouts.PayCard, Amount: payouts.Money{Minor: 500, Currency: "EUR"},
		})
		b.ok("pay", err)
		b.Clock.Advance(time.Minute)
		b.RunDue()
		if list := b.notices(); list[0].HandledAt == nil {
			t.Error("it was not looked at again")
		}
	})
}
