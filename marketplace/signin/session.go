package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/notify"
)

const (
	idleLife     = 30 * 24 * time.Hour // a session not used for so long is over
	longestLife  = 90 * 24 * time.Hour // and however often it was used
	repeatWithin = 30 * time.Second    // a late repeat of the token before is no theft
)

// SessionID identifies a session.
type SessionID = marketplace.ID[Session]

// Session is one signed-in browser or device.
type Session struct {
	ID           SessionID `gorm:"primaryKey"`
	PersonID     access.PersonID
	TokenHash    []byte // of the current turn
	PreviousHash []byte // of the turn before; nil on the first
	RotatedAt    *time.Time
	UserAgent    string // as the browser calls itself, cleaned and cut
	CreatedAt    time.Time
	LastUsedAt   time.Time
	ExpiresAt    time.Time // if it is not used again before
	EndedAt      *time.Time
	EndReason    string // empty while it lasts
	// NeedsTOTP limits the session to setting up an authenticator.
	NeedsTOTP bool `gorm:"-"`
}

// Why a session ended.
const (
	endSignedOut = "signed_out" // by itself
	endRevoked   = "revoked"    // by the person, from another
	endPassword  = "password"   // the password was set anew
	endReused    = "reused"     // an old token turned up again
)

// Ended is the data of SessionsEnded.
type Ended struct {
	Person   access.PersonID `json:"person"`
	Sessions []SessionID     `json:"sessions"`
	Reason   string          `json:"reason"`
}

// Started is a session with the token of its next turn, which only the browser
// keeps.
type Started struct {
	Session Session
	Token   string
}

// Caller is the person signed in.
func (s Started) Caller() access.Caller { return access.PersonCaller(s.Session.PersonID) }

// startTx begins a session of person.
func (s *Service) startTx(ctx context.Context, tx *gorm.DB, person access.PersonID, client Client, now time.Time) (Started, error) {
	n := Session{
		ID: marketplace.NewID[Session](), PersonID: person, UserAgent: client.agent(),
		CreatedAt: now, LastUsedAt: now, ExpiresAt: now.Add(idleLife),
	}
	t := s.tokens.first(n.ID)
	n.TokenHash = t.hash()
	if err := tx.WithContext(ctx).Create(&n).Error; err != nil {
		return Started{}, fmt.Errorf("insert a session of person %s: %w", person, err)
	}
	err := notify.SuggestLanguageTx(ctx, tx, person, client.Languages...)
	if err != nil {
		return Started{}, err
	}
	n.NeedsTOTP, err = s.needsTOTPTx(ctx, tx, person)
	return Started{Session: n, Token: s.tokens.write(t)}, err
}

// needsTOTPTx reports an operator who must set up an authenticator first.
func (s *Service) needsTOTPTx(ctx context.Context, tx *gorm.DB, person access.PersonID) (bool, error) {
	if !s.strict {
		return false, nil
	}
	p, err := access.PersonTx(ctx, tx, person)
	if err != nil || !p.Operator {
		return false, err
	}
	a, err := authenticatorTx(ctx, tx, person)
	return !a.confirmed(), err
}

// Refresh gives the session's next token for its current one, and lengthens
// its life. The token before the current one, repeated within 30 seconds, gives
// the current one: a browser may ask twice, or miss the answer. Any other old
// token ends the session. Errors: ErrSession, ErrTokenReused.
func (s *Service) Refresh(ctx context.Context, token string) (Started, error) {
	t, ok := s.tokens.read(token)
	if !ok {
		return Started{}, ErrSession
	}
	now := s.clock.Now()
	var started Started
	var refused error
	err := s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		started, refused, err = s.refreshTx(ctx, tx, t, now)
		return err
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return Started{}, err
	}
	return started, nil
}

// refreshTx refuses, besides failing, where what it wrote must be kept.
func (s *Service) refreshTx(ctx context.Context, tx *gorm.DB, t turn, now time.Time) (started Started, refused, err error) {
	n, err := liveTx(ctx, marketplace.ForUpdate(tx), t.session, now)
	if err != nil {
		return Started{}, nil, err
	}
	hash, next := t.hash(), s.tokens.after(t)
	switch {
	case same(hash, n.TokenHash):
		if err := rotateTx(ctx, tx, &n, hash, next.hash(), now); err != nil {
			return Started{}, nil, err
		}
	case same(hash, n.PreviousHash) && now.Sub(*n.RotatedAt) <= repeatWithin:
	default:
		return Started{}, ErrTokenReused, s.endTx(ctx, tx, n.PersonID, endReused, now, "id = ?", n.ID)
	}
	n.NeedsTOTP, err = s.needsTOTPTx(ctx, tx, n.PersonID)
	return Started{Session: n, Token: s.tokens.write(next)}, nil, err
}

func same(a, b []byte) bool { return len(b) > 0 && subtle.ConstantTimeCompare(a, b) == 1 }

func rotateTx(ctx context.Context, tx *gorm.DB, n *Session, from, to []byte, now time.Time) error {
	n.PreviousHash, n.TokenHash, n.RotatedAt, n.LastUsedAt = from, to, &now, now
	n.ExpiresAt = now.Add(idleLife)
	if last := n.CreatedAt.Add(longestLife); n.ExpiresAt.After(last) {
		n.ExpiresAt = last
	}
	err := tx.WithContext(ctx).Model(&Session{}).Where("id = ?", n.ID).Updates(map[string]any{
		"token_hash": to, "previous_hash": from, "rotated_at": now, "last_used_at": now, "expires_at": n.ExpiresAt,
	}).Error
	if err != nil {
		return fmt.Errorf("turn session %s: %w", n.ID, err)
	}
	return nil
}

// liveTx loads a session that has neither ended nor expired, or ErrSession.
func liveTx(ctx context.Context, tx *gorm.DB, id SessionID, now time.Time) (Session, error) {
	var n Session
	err := tx.WithContext(ctx).Where("id = ?", id).Take(&n).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return Session{}, ErrSession
	case err != nil:
		return Session{}, fmt.Errorf("load session %s: %w", id, err)
	case n.EndedAt != nil || !now.Before(n.ExpiresAt):
		return Session{}, ErrSession
	}
	return n, nil
}

// endTx ends those of person's sessions that last and meet a condition, and
// records it in one event.
func (s *Service) endTx(ctx context.Context, tx *gorm.DB, person access.PersonID, reason string, now time.Time, where string, args ...any) error {
	var ids []SessionID
	err := marketplace.ForUpdate(tx).WithContext(ctx).Model(&Session{}).
		Where("person_id = ? AND ended_at IS NULL", person).Where(where, args...).Order("id").Pluck("id", &ids).Error
	if err != nil {
		return fmt.Errorf("lock the sessions of person %s: %w", person, err)
	}
	if len(ids) == 0 {
		return nil
	}
	err = tx.WithContext(ctx).Model(&Session{}).Where("id IN ?", ids).
		Updates(map[string]any{"ended_at": now, "end_reason": reason}).Error
	if err != nil {
		return fmt.Errorf("end %d sessions of person %s: %w", len(ids), person, err)
	}
	return s.appendTx(ctx, tx, SessionsEnded, person, now, Ended{Person: person, Sessions: ids, Reason: reason})
}

// appendTx records what happened to a person's account.
func (s *Service) appendTx(ctx context.Context, tx *gorm.DB, kind event.Kind, person access.PersonID, now time.Time, data any) error {
	e := event.Event{Brand: marketplace.AllBrands, Kind: kind, Subject: event.Subject(person), At: now}
	return s.log.AppendTx(ctx, tx, e, data)
}
