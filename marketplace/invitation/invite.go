package invitation

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
)

// maxAddresses is how many addresses can be written in at once.
const maxAddresses = 50

// InviteByLink makes a link to pass on; most people can apply by it, 0: any number
// (permission InviteExperts). Errors: *access.ForbiddenError,
// *marketplace.InvalidError, ErrTooMany, *program.TransitionError for a program
// that is a draft, whose page nobody can read yet, or closed,
// *marketplace.NotFoundError.
func (s *Service) InviteByLink(ctx context.Context, caller access.Caller, id program.ID, terms Terms, most int) (Invitation, error) {
	if most < 0 || most > maxMost {
		return Invitation{}, &marketplace.InvalidError{Field: "most", Reason: fmt.Sprintf("must be from 0 to %d", maxMost)}
	}
	return s.invite(ctx, caller, id, terms, Invitation{Kind: ByLink, Most: most}, nil)
}

// InviteAddresses has up to 50 addresses written to, each once for a program; its
// link is good for one application (permission InviteExperts). Errors as
// InviteByLink's; *marketplace.InvalidError where nobody new is among them too.
func (s *Service) InviteAddresses(ctx context.Context, caller access.Caller, id program.ID, terms Terms, addresses []string) (Invitation, error) {
	if len(addresses) == 0 || len(addresses) > maxAddresses {
		return Invitation{}, &marketplace.InvalidError{Field: "addresses", Reason: fmt.Sprintf("must be 1 to %d", maxAddresses)}
	}
	var list []address
	for i, text := range addresses {
		email, err := access.NormalEmail(text)
		if err != nil {
			return Invitation{}, &marketplace.InvalidError{Field: fmt.Sprintf("addresses[%d]", i), Reason: "is not a plain e-mail address"}
		}
		if !slices.ContainsFunc(list, func(a address) bool { return a.email == email }) {
			list = append(list, address{email: email})
		}
	}
	return s.invite(ctx, caller, id, terms, Invitation{Kind: ByAddresses}, list)
}

// address is one to be written to, perhaps in a language of its own.
type address struct {
	email, language string
	line            int // of the file
	index           []byte
}

// invite makes an invitation for the addresses.
func (s *Service) invite(ctx context.Context, caller access.Caller, id program.ID, terms Terms, i Invitation, list []address) (Invitation, error) {
	now := s.clock.Now()
	terms, err := terms.normal(now)
	if err != nil {
		return Invitation{}, err
	}
	if i.ID.IsZero() {
		i.ID = marketplace.NewID[Invitation]()
	}
	i.ProgramID, i.Label, i.Language, i.ExpiresAt = id, terms.Label, terms.Language, terms.ExpiresAt
	i.CreatedBy, i.CreatedAt = caller.Person, now
	err = s.experts.InProgram(ctx, caller, id, access.InviteExperts, func(tx *gorm.DB, p program.Program) error {
		if p.State == program.Draft || p.State == program.Closed {
			return &program.TransitionError{From: p.State}
		}
		i.BrandID = p.BrandID
		return s.inviteTx(ctx, tx, caller, p, &i, list)
	})
	if err != nil {
		return Invitation{}, err
	}
	return i, nil
}

func (s *Service) inviteTx(ctx context.Context, tx *gorm.DB, caller access.Caller, p program.Program, i *Invitation, list []address) error {
	if _, err := s.programs.LockTx(ctx, tx, p.ID); err != nil { // so that nobody is invited twice at once
		return err
	}
	if again, err := sameFileTx(ctx, tx, i); err != nil || again {
		if again {
			marketplace.Made(ctx, i.ID)
		}
		return err
	}
	var open int64
	err := tx.WithContext(ctx).Model(&Invitation{}).Where("program_id = ? AND revoked_at IS NULL AND expires_at > ?", p.ID, i.CreatedAt).Count(&open).Error
	if err != nil {
		return fmt.Errorf("count the invitations of program %s: %w", p.ID, err)
	}
	if open >= MaxInvitations {
		return ErrTooMany
	}
	list, err = s.newcomersTx(ctx, tx, p, list)
	switch {
	case err != nil:
		return err
	case i.Kind != ByLink && len(list) == 0:
		return &marketplace.InvalidError{Field: "addresses", Reason: "hold nobody who is not invited already"}
	case len(list) > 0:
		i.NextDueAt = &i.CreatedAt
	}
	i.Invited = len(list)
	if err := tx.WithContext(ctx).Create(i).Error; err != nil {
		return fmt.Errorf("insert invitation %s: %w", i.ID, err)
	}
	if err := s.inviteesTx(ctx, tx, *i, list); err != nil {
		return err
	}
	marketplace.Made(ctx, i.ID)
	return s.experts.ProgramEventTx(ctx, tx, ExpertsInvited, p, expert.Change{By: caller.String(), Code: string(i.Kind), Count: i.Invited})
}

// sameFileTx finds the invitation that was made of the same file and is not over.
func sameFileTx(ctx context.Context, tx *gorm.DB, i *Invitation) (bool, error) {
	if i.FileIndex == nil {
		return false, nil
	}
	var list []Invitation
	err := tx.WithContext(ctx).Where("program_id = ? AND file_index = ? AND revoked_at IS NULL AND expires_at > ?", i.ProgramID, i.FileIndex, i.CreatedAt).
		Limit(1).Find(&list).Error
	if err != nil {
		return false, fmt.Errorf("look for the file of an invitation: %w", err)
	}
	if len(list) == 0 {
		return false, nil
	}
	*i = list[0]
	return true, nil
}

// newcomersTx are those of the addresses that the program has not invited yet and
// that want to be, with their blind indexes.
func (s *Service) newcomersTx(ctx context.Context, tx *gorm.DB, p program.Program, list []address) ([]address, error) {
	known, refused, err := s.sortedTx(ctx, tx, p, list)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(list), func(a address) bool { return known[string(a.index)] || refused[string(a.index)] }), nil
}

// lookPage is how many addresses are looked up at once.
const lookPage = 500

// sortedTx gives the addresses their blind indexes and finds those that the
// program has invited, and those that want no invitations.
func (s *Service) sortedTx(ctx context.Context, tx *gorm.DB, p program.Program, list []address) (known, refused map[string]bool, err error) {
	known, refused = map[string]bool{}, map[string]bool{}
	for page := range slices.Chunk(list, lookPage) {
		indexes := make([][]byte, len(page))
		for i := range page {
			page[i].index = s.keys.BlindIndex(p.BrandID, "email", page[i].email)
			indexes[i] = page[i].index
		}
		var found [][]byte
		err := tx.WithContext(ctx).Model(&invitee{}).Where("program_id = ? AND email_index IN ?", p.ID, indexes).Pluck("email_index", &found).Error
		if err != nil {
			return nil, nil, fmt.Errorf("look who is invited to program %s: %w", p.ID, err)
		}
		unwilling, err := notify.RefusedTx(ctx, tx, p.BrandID, indexes)
		if err != nil {
			return nil, nil, err
		}
		for _, index := range found {
			known[string(index)] = true
		}
		for _, index := range unwilling {
			refused[string(index)] = true
		}
	}
	return known, refused, nil
}

// inviteesTx writes whom an invitation is for.
func (s *Service) inviteesTx(ctx context.Context, tx *gorm.DB, i Invitation, list []address) error {
	for page := range slices.Chunk(list, lookPage) {
		rows := make([]invitee, len(page))
		for n, a := range page {
			row := invitee{
				ID: marketplace.NewID[invitee](), BrandID: i.BrandID, ProgramID: i.ProgramID, InvitationID: i.ID,
				EmailIndex: bytes.Clone(a.index), Language: a.language, State: inviteeWaits,
			}
			if row.Language == "" {
				row.Language = i.Language
			}
			var err error
			if row.EmailSealed, err = s.keys.Seal([]byte(a.email), inviteeColumn.Context(row.ID.String())); err != nil {
				return fmt.Errorf("seal an address of invitation %s: %w", i.ID, err)
			}
			rows[n] = row
		}
		if err := tx.WithContext(ctx).Create(&rows).Error; err != nil {
			return fmt.Errorf("insert who invitation %s is for: %w", i.ID, err)
		}
	}
	return nil
}
