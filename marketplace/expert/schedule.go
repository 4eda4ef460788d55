package expert

import (
	"context"
	"fmt"
	"time"
	_ "time/tzdata" // so that a time zone is known on a machine without them

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
)

// Span is a part of a day, in minutes from its beginning: from 0 to 1440, From
// before To.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Hours are when an expert wants offers: of each day of the week, Monday first,
// by the clock of their zone.
type Hours struct {
	Zone string // an IANA name: "Europe/Lisbon"
	Days [7][]Span
}

// schedule is an expert's hours as they are kept.
type schedule struct {
	ID        access.PersonID `gorm:"primaryKey"`
	BrandID   marketplace.BrandID
	Zone      string
	Hours     [7][]Span `gorm:"serializer:json"`
	NextDueAt *time.Time
}

// TableName implements gorm's Tabler.
func (schedule) TableName() string { return "expert_schedules" }

const (
	minutesADay = 24 * 60
	maxSpans    = 6 // of a day
	maxZone     = 64
)

// check refuses hours that are none, and loads their zone.
func (h Hours) check() (*time.Location, error) {
	if err := marketplace.CheckText("zone", h.Zone, 1, maxZone); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(h.Zone)
	if err != nil || h.Zone == "Local" {
		return nil, &marketplace.InvalidError{Field: "zone", Reason: "is not a time zone"}
	}
	some := false
	for day, spans := range h.Days {
		field, after := fmt.Sprintf("days[%d]", day), 0
		if err := marketplace.CheckRange(field, len(spans), 0, maxSpans); err != nil {
			return nil, err
		}
		for _, s := range spans {
			if s.From < after || s.To <= s.From || s.To > minutesADay {
				return nil, &marketplace.InvalidError{Field: field, Reason: "must be spans of minutes from 0 to 1440, one after the other"}
			}
			some, after = true, s.To
		}
	}
	if !some {
		return nil, &marketplace.InvalidError{Field: "days", Reason: "must have one span at least"}
	}
	return zone, nil
}

// at is whether the hours are on at a moment, and when they next may change.
func (h Hours) at(now time.Time, zone *time.Location) (on bool, next time.Time) {
	local := now.In(zone)
	for day := -1; day <= 8; day++ {
		date := local.AddDate(0, 0, day)
		for _, s := range h.Days[(int(date.Weekday())+6)%7] {
			from, to := minute(date, s.From), minute(date, s.To)
			on = on || !now.Before(from) && now.Before(to)
			for _, edge := range []time.Time{from, to} {
				if edge.After(now) && (next.IsZero() || edge.Before(next)) {
					next = edge
				}
			}
		}
	}
	return on, next.UTC()
}

// minute is a minute of a day by the clocks of its zone, which may not show it or
// show it twice.
func minute(date time.Time, n int) time.Time {
	return time.Date(date.Year(), date.Month(), date.Day(), 0, n, 0, 0, date.Location())
}

// Hours are the calling expert's; found is false where they have none.
func (s *Service) Hours(ctx context.Context, caller access.Caller) (h Hours, found bool, err error) {
	if !caller.IsPerson(caller.Person) {
		return h, false, ErrNotAPerson
	}
	var list []schedule
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.WithContext(ctx).Where("id = ?", caller.Person).Limit(1).Find(&list).Error
	})
	if err != nil {
		return h, false, fmt.Errorf("load the hours of expert %s: %w", caller.Person, err)
	}
	if len(list) == 0 {
		return h, false, nil
	}
	return Hours{Zone: list[0].Zone, Days: list[0].Hours}, true, nil
}

// SetHours has the calling expert's availability go by the week from now on. What
// they switch by hand holds until the hours next change. Errors: ErrNotAPerson,
// *marketplace.InvalidError, *marketplace.NotFoundError for a person who is no
// expert.
func (s *Service) SetHours(ctx context.Context, caller access.Caller, h Hours) error {
	zone, err := h.check()
	if err != nil {
		return err
	}
	if !caller.IsPerson(caller.Person) {
		return ErrNotAPerson
	}
	on, next := h.at(s.clock.Now(), zone)
	row := schedule{ID: caller.Person, BrandID: marketplace.AllBrands, Zone: h.Zone, Hours: h.Days, NextDueAt: &next}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := s.editTx(ctx, tx, caller, marketplace.AllBrands, map[string]any{"available": on}); err != nil {
			return err
		}
		err := tx.WithContext(ctx).Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"zone", "hours", "next_due_at"}),
		}).Create(&row).Error
		if err != nil {
			return fmt.Errorf("set the hours of expert %s: %w", caller.Person, err)
		}
		return nil
	})
}

// ClearHours leaves the calling expert's availability as it is, to be switched
// by hand alone. Again changes nothing. Error: ErrNotAPerson.
func (s *Service) ClearHours(ctx context.Context, caller access.Caller) error {
	if !caller.IsPerson(caller.Person) {
		return ErrNotAPerson
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := tx.WithContext(ctx).Where("id = ?", caller.Person).Delete(&schedule{}).Error; err != nil {
			return fmt.Errorf("clear the hours of expert %s: %w", caller.Person, err)
		}
		return nil
	})
}

// hoursDueTx switches an expert's availability where their hours change.
func (s *Service) hoursDueTx(ctx context.Context, tx *gorm.DB, id job.RowID, now time.Time) error {
	var list []schedule
	if err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ?", id).Find(&list).Error; err != nil {
		return fmt.Errorf("lock the hours of expert %s: %w", id, err)
	}
	if len(list) == 0 || list[0].NextDueAt == nil || list[0].NextDueAt.After(now) {
		return nil // another process was faster
	}
	row := list[0]
	h := Hours{Zone: row.Zone, Days: row.Hours}
	zone, err := h.check()
	if err != nil {
		return err
	}
	on, next := h.at(now, zone)
	if err := tx.WithContext(ctx).Model(&schedule{}).Where("id = ?", id).Update("next_due_at", next).Error; err != nil {
		return fmt.Errorf("set the next change of the hours of expert %s: %w", id, err)
	}
	done := tx.WithContext(ctx).Model(&Expert{}).Where("person_id = ? AND available <> ?", id, on).Update("available", on)
	if done.Error != nil || done.RowsAffected == 0 {
		return done.Error
	}
	e := event.Event{Brand: marketplace.AllBrands, Kind: ProfileChanged, Subject: event.Subject(row.ID), At: now}
	return s.log.AppendTx(ctx, tx, e, Change{By: access.SystemCaller("hours").String()})
}
