package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/job"
	"knowhow/marketplace/redact"
)

const jobKind = "notify.mail"

type jobArgs struct {
	Mail RecordID `json:"mail"`
}

// Service writes mails and sends them. Safe for concurrent use.
type Service struct {
	// Base is where the outside reaches the web pages, for the links in mails; nil:
	// the default address of a local server. Set it before the first mail.
	Base *url.URL

	offKey  []byte // what links to turn mails off are signed with
	watches []Watch

	store  *marketplace.Store
	clock  marketplace.Clock
	queue  *job.Queue
	people *access.Service
	keys   *redact.Keyring
	mailer Mailer
}

// New makes the service and registers its job with queue.
func New(store *marketplace.Store, clock marketplace.Clock, queue *job.Queue, people *access.Service, keys *redact.Keyring, mailer Mailer) *Service {
	s := &Service{store: store, clock: clock, queue: queue, people: people, keys: keys, mailer: mailer, offKey: keys.Derive("notify.unsubscribe")}
	queue.HandleCall(jobKind, s.send)
	queue.Sweep(job.Sweep{Name: "mail watch", Table: "mail_watch", Do: s.watchDueTx})
	return s
}

// SendTx writes a mail that is sent once tx commits, unless its reader wants none
// of its kind. A mail of the same brand and key is already written; then nothing
// happens. tx must see m.Brand's
// rows. Errors: *marketplace.InvalidError.
func (s *Service) SendTx(ctx context.Context, tx *gorm.DB, m Mail) error {
	language, err := languageTx(ctx, tx, m)
	if err != nil {
		return err
	}
	m, err = m.worded(language).check()
	if err != nil {
		return err
	}
	if wanted, err := s.wantsTx(ctx, tx, m); err != nil || !wanted {
		return err
	}
	r, err := s.seal(m)
	if err != nil {
		return err
	}
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&r)
	if done.Error != nil {
		return fmt.Errorf("write mail %s: %w", m.Key, done.Error)
	}
	if done.RowsAffected == 0 {
		return nil
	}
	return s.queue.EnqueueTx(ctx, tx, job.New{
		Kind: jobKind, Args: jobArgs{Mail: r.ID}, Brand: m.Brand, RunAt: r.CreatedAt, UniqueKey: "mail:" + r.ID.String(),
	})
}

func (s *Service) seal(m Mail) (Record, error) {
	r := Record{
		ID: marketplace.NewID[recordNoun](), BrandID: m.Brand, MailKey: m.Key, Kind: m.Kind, PersonID: m.To,
		CustomerID: m.Customer, State: Queued, CreatedAt: s.clock.Now(),
	}
	text, err := m.content()
	if err != nil {
		return r, err
	}
	if r.ContentSealed, err = s.keys.Seal(text, contentColumn.Context(r.ID.String())); err != nil {
		return r, fmt.Errorf("seal mail %s: %w", r.ID, err)
	}
	if m.ToAddress == "" {
		return r, nil
	}
	if r.ToSealed, err = s.keys.Seal([]byte(m.ToAddress), toColumn.Context(r.ID.String())); err != nil {
		return r, fmt.Errorf("seal the address of mail %s: %w", r.ID, err)
	}
	return r, nil
}

// send is the job: open, hand over, record. After a crash between the last two
// it hands over again, under the same Message-ID.
func (s *Service) send(ctx context.Context, j job.Job) error {
	var args jobArgs
	if err := j.Decode(&args); err != nil {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	m, waits, err := s.open(ctx, j.BrandID, args.Mail)
	if err == nil && waits {
		err = s.mailer.Send(ctx, m)
	}
	switch {
	case err == nil && !waits:
		return nil
	case err == nil:
		return s.end(ctx, j.BrandID, args.Mail, Sent, "")
	case hopeless(err):
		err = fmt.Errorf("%w: %w", job.ErrGiveUp, err)
		return errors.Join(err, s.end(ctx, j.BrandID, args.Mail, Failed, err.Error()))
	case j.Attempts >= job.MaxAttempts:
		return errors.Join(err, s.end(ctx, j.BrandID, args.Mail, Failed, err.Error()))
	default:
		return err
	}
}

// hopeless reports that trying again cannot help.
func hopeless(err error) bool {
	return errors.Is(err, ErrRefused) || errors.Is(err, access.ErrNoEmail)
}

// open reads a mail and opens it; waits is false where it needs no sending.
func (s *Service) open(ctx context.Context, brand marketplace.BrandID, id RecordID) (m Message, waits bool, err error) {
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		var r Record
		err := tx.Where("brand_id = ? AND id = ?", brand, id).Take(&r).Error
		if err := marketplace.OnlyOne(err, "mail", id); err != nil {
			return err
		}
		if r.State != Queued && r.State != Failed {
			return nil
		}
		waits = true
		m, err = s.openTx(ctx, tx, r)
		return err
	})
	return m, waits, err
}

func (s *Service) openTx(ctx context.Context, tx *gorm.DB, r Record) (Message, error) {
	text, err := s.keys.Open(r.ContentSealed, contentColumn.Context(r.ID.String()))
	if err != nil {
		return Message{}, fmt.Errorf("open mail %s: %w", r.ID, err)
	}
	var c content
	if err := json.Unmarshal(text, &c); err != nil {
		return Message{}, fmt.Errorf("read mail %s: %w", r.ID, err)
	}
	to, err := s.addressTx(ctx, tx, r)
	if err != nil {
		return Message{}, err
	}
	ending, unsubscribe := s.ending(r, to, c.Language)
	return Message{ID: r.messageID(), To: to, Subject: c.Subject, Text: c.Text + ending, At: r.CreatedAt, Language: c.Language, Unsubscribe: unsubscribe}, nil
}

func (s *Service) addressTx(ctx context.Context, tx *gorm.DB, r Record) (string, error) {
	if r.ToSealed == nil {
		return s.people.OpenEmailTx(ctx, tx, r.PersonID)
	}
	to, err := s.keys.Open(r.ToSealed, toColumn.Context(r.ID.String()))
	if err != nil {
		return "", fmt.Errorf("open the address of mail %s: %w", r.ID, err)
	}
	return string(to), nil
}

// end records how a mail ended. Once sent, what it said and where it went are
// not needed any more and go.
func (s *Service) end(ctx context.Context, brand marketplace.BrandID, id RecordID, state State, reason string) error {
	change := map[string]any{"state": state, "reason": reason, "ended_at": s.clock.Now()}
	if state == Sent {
		change["to_sealed"], change["content_sealed"] = nil, nil
	}
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		err := tx.Model(&Record{}).Where("brand_id = ? AND id = ? AND state IN ?", brand, id, []State{Queued, Failed}).Updates(change).Error
		if err != nil {
			return fmt.Errorf("record mail %s as %s: %w", id, state, err)
		}
		return nil
	})
}

// RecordTx loads what is kept of brand's mail of this key.
func RecordTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, key string) (Record, error) {
	var r Record
	err := tx.WithContext(ctx).Where("brand_id = ? AND mail_key = ?", brand, key).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return r, &marketplace.NotFoundError{Noun: "mail", ID: key}
	}
	if err != nil {
		return r, fmt.Errorf("load mail %s: %w", key, err)
	}
	return r, nil
}

// ErasedColumns are this room's personal columns.
var ErasedColumns = []string{"mails.to_sealed", "mails.content_sealed"}

// EraseCustomerTx empties what the mails to a customer hold of them and
// withdraws those not yet sent. It is this room's eraser.
func (s *Service) EraseCustomerTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, customer access.CustomerID) error {
	err := tx.WithContext(ctx).Model(&Record{}).
		Where("brand_id = ? AND customer_id = ? AND state IN ?", brand, customer, []State{Queued, Failed}).
		Updates(map[string]any{"state": Withdrawn, "to_sealed": nil, "content_sealed": nil, "ended_at": s.clock.Now()}).Error
	if err != nil {
		return fmt.Errorf("erase the mails to customer %s: %w", customer, err)
	}
	return nil
}
