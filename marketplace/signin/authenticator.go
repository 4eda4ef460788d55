package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

const (
	stepSeconds   = 30 // RFC 6238
	skew          = 1  // steps a clock may be off, both ways
	codeDigits    = 6
	recoveryCodes = 8
)

// authenticator makes a person's one-time codes (RFC 6238, SHA-1, 6 digits, 30
// seconds: what every app understands). The zero value is none.
type authenticator struct {
	PersonID     access.PersonID `gorm:"primaryKey"`
	SecretSealed []byte
	CreatedAt    time.Time
	ConfirmedAt  *time.Time
	LastStep     int64 // of the last code used: it and those before are used up
}

func (a authenticator) confirmed() bool { return a.ConfirmedAt != nil }

type recoveryCode struct {
	PersonID access.PersonID `gorm:"primaryKey"`
	CodeHash []byte          `gorm:"primaryKey"`
	UsedAt   *time.Time
}

// authenticatorTx loads a person's authenticator; the zero value where there is
// none.
func authenticatorTx(ctx context.Context, tx *gorm.DB, person access.PersonID) (authenticator, error) {
	var a authenticator
	err := tx.WithContext(ctx).Where("person_id = ?", person).Take(&a).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return authenticator{}, nil
	}
	if err != nil {
		return authenticator{}, fmt.Errorf("load the authenticator of person %s: %w", person, err)
	}
	return a, nil
}

// Enrolment is what an authenticator app is set up with; shown this once.
type Enrolment struct {
	Secret string // base32
	URI    string // otpauth://, for a QR code
}

// BeginTOTP makes the secret of a new authenticator of the caller's, which
// counts once it is confirmed; beginning again makes another. The password is
// asked for: who has found an open session must not lock its owner out. Errors:
// ErrAuthenticatorOn, ErrCredentials, *ThrottledError, *access.ForbiddenError
// for who is no person.
func (s *Service) BeginTOTP(ctx context.Context, caller access.Caller, password string) (Enrolment, error) {
	on, err := s.HasAuthenticator(ctx, caller)
	if err != nil {
		return Enrolment{}, err
	}
	if on {
		return Enrolment{}, ErrAuthenticatorOn
	}
	if _, err := s.prove(ctx, caller, password); err != nil {
		return Enrolment{}, err
	}
	now := s.clock.Now()
	var e Enrolment
	err = s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		name, err := s.people.OpenEmailTx(ctx, tx, caller.Person)
		if errors.Is(err, access.ErrNoEmail) {
			name, err = "you", nil
		}
		if err != nil {
			return err
		}
		key, err := totp.Generate(totp.GenerateOpts{Issuer: "Knowhow", AccountName: name, SecretSize: 20})
		if err != nil {
			return fmt.Errorf("make an authenticator's secret: %w", err)
		}
		e = Enrolment{Secret: key.Secret(), URI: key.URL()}
		return s.keepTx(ctx, tx, caller.Person, e.Secret, now)
	})
	if err != nil {
		return Enrolment{}, err
	}
	return e, nil
}

// keepTx keeps a secret in place of one that was not confirmed.
func (s *Service) keepTx(ctx context.Context, tx *gorm.DB, person access.PersonID, secret string, now time.Time) error {
	a := authenticator{PersonID: person, CreatedAt: now}
	var err error
	if a.SecretSealed, err = s.keys.Seal([]byte(secret), secretColumn.Context(person.String())); err != nil {
		return fmt.Errorf("seal the authenticator of person %s: %w", person, err)
	}
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "person_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"secret_sealed", "created_at"}),
		Where:     clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "authenticators.confirmed_at IS NULL"}}},
	}).Create(&a)
	if done.Error != nil {
		return fmt.Errorf("write the authenticator of person %s: %w", person, done.Error)
	}
	if done.RowsAffected == 0 {
		return ErrAuthenticatorOn
	}
	return nil
}

// ConfirmTOTP turns the caller's authenticator on by its first code, and gives
// the recovery codes, each good for one sign-in without it; shown this once.
// Errors: ErrNoAuthenticator, ErrAuthenticatorOn, ErrCredentials,
// *ThrottledError, *access.ForbiddenError for who is no person.
func (s *Service) ConfirmTOTP(ctx context.Context, caller access.Caller, code string) ([]string, error) {
	if err := onlyPerson(caller); err != nil {
		return nil, err
	}
	if err := s.take(ctx, triesOfCode, caller.Person.String()); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	var codes []string
	err := s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		a, err := authenticatorTx(ctx, marketplace.ForUpdate(tx), caller.Person)
		switch {
		case err != nil:
			return err
		case a.PersonID.IsZero():
			return ErrNoAuthenticator
		case a.confirmed():
			return ErrAuthenticatorOn
		}
		if err := right(s.useStepTx(ctx, tx, a, code, now)); err != nil {
			return err
		}
		codes, err = s.turnOnTx(ctx, tx, caller.Person, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

func (s *Service) turnOnTx(ctx context.Context, tx *gorm.DB, person access.PersonID, now time.Time) ([]string, error) {
	err := tx.WithContext(ctx).Model(&authenticator{}).Where("person_id = ?", person).
		Updates(map[string]any{"confirmed_at": now}).Error
	if err != nil {
		return nil, fmt.Errorf("confirm the authenticator of person %s: %w", person, err)
	}
	codes, rows := make([]string, recoveryCodes), make([]recoveryCode, recoveryCodes)
	for i := range codes {
		codes[i] = newRecoveryCode()
		rows[i] = recoveryCode{PersonID: person, CodeHash: access.HashToken(plainCode(codes[i]))}
	}
	if err := tx.WithContext(ctx).Create(&rows).Error; err != nil {
		return nil, fmt.Errorf("insert the recovery codes of person %s: %w", person, err)
	}
	if err := s.clearTx(ctx, tx, triesOfCode, person.String()); err != nil {
		return nil, err
	}
	if err := s.appendTx(ctx, tx, AuthenticatorOn, person, now, nil); err != nil {
		return nil, err
	}
	return codes, s.mailPersonTx(ctx, tx, person, authenticatorLetter(s.base, true))
}

// newRecoveryCode is 80 bits of chance: too many to guess, so a plain hash is
// kept.
func newRecoveryCode() string {
	text := strings.ToLower(rand.Text()[:16])
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}

func plainCode(code string) string {
	return strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))
}

// DisableTOTP turns the caller's authenticator off, proven by the password and
// a code or recovery code. Errors: ErrNoAuthenticator, ErrCredentials,
// *ThrottledError, *access.ForbiddenError for who is no person.
func (s *Service) DisableTOTP(ctx context.Context, caller access.Caller, password, code string) error {
	if err := onlyPerson(caller); err != nil {
		return err
	}
	if _, err := s.prove(ctx, caller, password); err != nil {
		return err
	}
	if err := s.take(ctx, triesOfCode, caller.Person.String()); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		a, err := authenticatorTx(ctx, marketplace.ForUpdate(tx), caller.Person)
		if err != nil {
			return err
		}
		if !a.confirmed() {
			return ErrNoAuthenticator
		}
		if err := right(s.useCodeTx(ctx, tx, a, code, now)); err != nil {
			return err
		}
		return s.turnOffTx(ctx, tx, caller.Person, now)
	})
}

// HasAuthenticator tells whether the caller signs in with a code besides the
// password. Errors: *access.ForbiddenError for who is no person.
func (s *Service) HasAuthenticator(ctx context.Context, caller access.Caller) (bool, error) {
	if err := onlyPerson(caller); err != nil {
		return false, err
	}
	var a authenticator
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		a, err = authenticatorTx(ctx, tx, caller.Person)
		return err
	})
	return a.confirmed(), err
}

func (s *Service) turnOffTx(ctx context.Context, tx *gorm.DB, person access.PersonID, now time.Time) error {
	for _, row := range []any{&recoveryCode{}, &authenticator{}} {
		if err := tx.WithContext(ctx).Where("person_id = ?", person).Delete(row).Error; err != nil {
			return fmt.Errorf("remove the authenticator of person %s: %w", person, err)
		}
	}
	if err := s.clearTx(ctx, tx, triesOfCode, person.String()); err != nil {
		return err
	}
	if err := s.appendTx(ctx, tx, AuthenticatorOff, person, now, nil); err != nil {
		return err
	}
	return s.mailPersonTx(ctx, tx, person, authenticatorLetter(s.base, false))
}

// useCodeTx uses up a code of a, or a recovery code; ok is false for one that is
// neither, or was used before. a must be locked.
func (s *Service) useCodeTx(ctx context.Context, tx *gorm.DB, a authenticator, code string, now time.Time) (ok bool, err error) {
	code = plainCode(code)
	if len(code) == codeDigits {
		return s.useStepTx(ctx, tx, a, code, now)
	}
	done := tx.WithContext(ctx).Model(&recoveryCode{}).
		Where("person_id = ? AND code_hash = ? AND used_at IS NULL", a.PersonID, access.HashToken(code)).
		Updates(map[string]any{"used_at": now})
	if done.Error != nil {
		return false, fmt.Errorf("use a recovery code of person %s: %w", a.PersonID, done.Error)
	}
	return done.RowsAffected == 1, nil
}

// right is ErrCredentials for a code that is not.
func right(ok bool, err error) error {
	if err == nil && !ok {
		err = ErrCredentials
	}
	return err
}

// useStepTx uses up the code of one of the steps around now. Each step's code is
// good once, and none is after a later one was used.
func (s *Service) useStepTx(ctx context.Context, tx *gorm.DB, a authenticator, code string, now time.Time) (ok bool, err error) {
	secret, err := s.keys.Open(a.SecretSealed, secretColumn.Context(a.PersonID.String()))
	if err != nil {
		return false, fmt.Errorf("open the authenticator of person %s: %w", a.PersonID, err)
	}
	this := now.Unix() / stepSeconds
	for step := max(this-skew, a.LastStep+1); step <= this+skew; step++ {
		want, err := hotp.GenerateCode(string(secret), uint64(step))
		if err != nil {
			return false, fmt.Errorf("make a code of person %s: %w", a.PersonID, err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(plainCode(code))) != 1 {
			continue
		}
		err = tx.WithContext(ctx).Model(&authenticator{}).Where("person_id = ?", a.PersonID).
			Updates(map[string]any{"last_step": step}).Error
		if err != nil {
			return false, fmt.Errorf("use a code of person %s: %w", a.PersonID, err)
		}
		return true, nil
	}
	return false, nil
}
