package community

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// ReportID identifies a report.
type ReportID = marketplace.ID[Report]

// Report asks the platform's operators to look at a post.
type Report struct {
	ID         ReportID `gorm:"primaryKey"`
	BrandID    marketplace.BrandID
	ProgramID  program.ID
	PostID     PostID
	PersonID   access.PersonID // who reported
	Reason     ReportReason
	ReportedAt time.Time
	DecidedBy  *access.PersonID
	DecidedAt  *time.Time
	Hidden     *bool  // what was decided
	Why        string // the operator's reason
}

// TableName implements gorm's Tabler.
func (Report) TableName() string { return "room_reports" }

// ReportReason is why a post is reported: a closed list.
type ReportReason string

const (
	OfCustomer ReportReason = "customer_data" // it tells who a customer is
	Abuse      ReportReason = "abuse"
	Spam       ReportReason = "spam"
	Otherwise  ReportReason = "other"
)

const (
	minWhy = 10
	maxWhy = 500
)

// Report asks operators to look at a post; again changes nothing. Errors:
// *marketplace.InvalidError, *marketplace.NotFoundError for who is not of the
// room or for no such post, ErrNotAPerson.
func (s *Service) Report(ctx context.Context, caller access.Caller, id program.ID, post PostID, reason ReportReason) error {
	if !slices.Contains([]ReportReason{OfCustomer, Abuse, Spam, Otherwise}, reason) {
		return &marketplace.InvalidError{Field: "reason", Reason: "is not one of the listed reasons for a report"}
	}
	return s.asMember(ctx, caller, id, true, func(tx *gorm.DB, m member) error {
		p, err := postTx(ctx, tx, id, post)
		if err != nil {
			return err
		}
		if p.RemovedAt != nil {
			return marketplace.NotFound("post", post)
		}
		r := Report{
			ID: marketplace.NewID[Report](), BrandID: m.Brand, ProgramID: id, PostID: post, PersonID: m.Person, Reason: reason, ReportedAt: s.clock.Now(),
		}
		done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&r)
		if done.Error != nil {
			return fmt.Errorf("insert report %s: %w", r.ID, done.Error)
		}
		if done.RowsAffected == 0 {
			return nil
		}
		return s.eventTx(ctx, tx, Reported, m.Brand, event.Subject(r.ID), Change{Program: id, Code: string(reason)})
	})
}

// ReportView is a report with where it comes from.
type ReportView struct {
	Report      `gorm:"embedded"`
	ProgramName string
	BrandName   string
}

// Reports lists what waits for an operator, oldest first, in every brand, without
// a word of what was said (permission ModerateRooms). Error:
// *access.ForbiddenError.
func (s *Service) Reports(ctx context.Context, caller access.Caller, page marketplace.Page) (list marketplace.Listing[ReportView], err error) {
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.ModerateRooms); err != nil {
			return err
		}
		find := tx.WithContext(ctx).Table("room_reports").
			Select("room_reports.*, programs.name AS program_name, brands.name AS brand_name").
			Joins("JOIN programs ON programs.id = room_reports.program_id").
			Joins("JOIN brands ON brands.id = room_reports.brand_id").
			Where("room_reports.decided_at IS NULL")
		order := marketplace.Order{At: "room_reports.reported_at", ID: "room_reports.id"}
		list, err = marketplace.List(find, page, order, func(r ReportView) marketplace.Place {
			return marketplace.Place{At: r.ReportedAt, ID: r.ID}
		})
		if err != nil {
			return fmt.Errorf("list the reports: %w", err)
		}
		return nil
	})
	return list, err
}

// Open shows an operator the reported post, for a reason that is put on record
// first (permission ModerateRooms). Errors: *access.ForbiddenError, also for a
// member of the brand and for who wrote it, *marketplace.InvalidError, *marketplace.NotFoundError for what is not reported.
func (s *Service) Open(ctx context.Context, caller access.Caller, id ReportID, why string) (p Post, err error) {
	err = s.moderate(ctx, caller, id, why, func(tx *gorm.DB, r Report, why string) error {
		if p, err = postTx(ctx, tx, r.ProgramID, r.PostID); err != nil {
			return err
		}
		p.PersonID = nil // what was said is to be judged, not who said it
		return s.eventTx(ctx, tx, ReportOpened, r.BrandID, event.Subject(id), Change{By: caller.String(), Program: r.ProgramID, Why: why})
	})
	return p, err
}

// Decide hides a reported post or leaves it, and closes every report of it
// (permission ModerateRooms). Of who has left the program the reports go. Errors as
// Open's, ErrNotNow where it was decided.
func (s *Service) Decide(ctx context.Context, caller access.Caller, id ReportID, hidden bool, why string) error {
	now := s.clock.Now()
	return s.moderate(ctx, caller, id, why, func(tx *gorm.DB, r Report, why string) error {
		if r.DecidedAt != nil {
			return ErrNotNow
		}
		var hiddenAt *time.Time
		if hidden {
			hiddenAt = &now
		}
		if err := tx.WithContext(ctx).Model(&Post{}).Where("id = ?", r.PostID).Update("hidden_at", hiddenAt).Error; err != nil {
			return fmt.Errorf("hide post %s: %w", r.PostID, err)
		}
		err := tx.WithContext(ctx).Model(&Report{}).Where("post_id = ? AND decided_at IS NULL", r.PostID).
			Updates(map[string]any{"decided_by": caller.Person, "decided_at": now, "hidden": hidden, "why": why}).Error
		if err != nil {
			return fmt.Errorf("close the reports of post %s: %w", r.PostID, err)
		}
		if err := forgetReportsTx(ctx, tx, r); err != nil {
			return err
		}
		code := map[bool]string{true: "hidden", false: "kept"}[hidden]
		return s.eventTx(ctx, tx, ReportDecided, r.BrandID, event.Subject(id), Change{By: caller.String(), Program: r.ProgramID, Code: code, Why: why})
	})
}

// moderate runs do on a report, which is locked, for an operator who says why.
func (s *Service) moderate(ctx context.Context, caller access.Caller, id ReportID, why string, do func(tx *gorm.DB, r Report, why string) error) error {
	why = strings.TrimSpace(why)
	if err := marketplace.CheckText("why", why, minWhy, maxWhy); err != nil {
		return err
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.ModerateRooms); err != nil {
			return err
		}
		var r Report
		err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ?", id).Take(&r).Error
		if err := marketplace.OnlyOne(err, "report", id); err != nil {
			return err
		}
		if err := impartialTx(ctx, tx, caller, r); err != nil {
			return err
		}
		return do(tx, r, why)
	})
}

// impartialTx refuses an operator who is a member of the brand, which does not read
// the room, or who wrote what was reported.
func impartialTx(ctx context.Context, tx *gorm.DB, caller access.Caller, r Report) error {
	p, err := postTx(ctx, tx, r.ProgramID, r.PostID)
	if err != nil {
		return err
	}
	var member int64
	err = tx.WithContext(ctx).Table("memberships").Where("brand_id = ? AND person_id = ?", r.BrandID, caller.Person).Count(&member).Error
	if err != nil {
		return fmt.Errorf("look whether %s is a member of brand %s: %w", caller, r.BrandID, err)
	}
	if member > 0 || p.PersonID != nil && *p.PersonID == caller.Person {
		return &access.ForbiddenError{Permission: access.ModerateRooms}
	}
	return nil
}

// forgetReportsTx deletes the reports, now decided, of who has left the program.
func forgetReportsTx(ctx context.Context, tx *gorm.DB, r Report) error {
	left := tx.Table("enrolments").Select("person_id").Where("program_id = ? AND state = ?", r.ProgramID, expert.Left)
	err := tx.WithContext(ctx).Where("post_id = ? AND decided_at IS NOT NULL AND person_id IN (?)", r.PostID, left).Delete(&Report{}).Error
	if err != nil {
		return fmt.Errorf("forget who reported post %s: %w", r.PostID, err)
	}
	return nil
}
