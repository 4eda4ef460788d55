package insight

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/insight/workrecord"
	"knowhow/marketplace/job"
	"knowhow/marketplace/program"
)

// Rooms are what this one stands on.
type Rooms struct {
	Store     *marketplace.Store
	Clock     marketplace.Clock
	Queue     *job.Queue
	Events    *event.Log
	Access    *access.Service
	Programs  *program.Service
	Experts   *expert.Service
	Admission *admission.Service
	// RecordKey signs records of work, in the name of Base, the service's address.
	RecordKey workrecord.Key
	Base      string
}

// Service reads. Safe for concurrent use.
type Service struct {
	Rooms
	pages *kept[Demand]
	books *kept[Books]
}

// New makes the service.
func New(r Rooms) *Service {
	return &Service{Rooms: r, pages: newKept[Demand](), books: newKept[Books]()}
}

// onProgram runs look in a reading transaction of the program's brand when the
// caller has the permission there; to those who are nothing to the brand there
// is no such program.
func (s *Service) onProgram(ctx context.Context, caller access.Caller, id program.ID, permission access.Permission, look func(tx *gorm.DB, p program.Program) error) error {
	brand, err := s.Programs.BrandOf(ctx, id)
	if err != nil {
		return err
	}
	return s.Store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeOnTx(ctx, tx, caller, brand, permission, marketplace.NotFound("program", id)); err != nil {
			return err
		}
		p, err := s.Programs.LoadTx(ctx, tx, id)
		if err != nil {
			return err
		}
		return look(tx, p)
	})
}

// onPlatform runs look in a reading transaction of everything when the caller
// has a permission of the platform as a whole.
func (s *Service) onPlatform(ctx context.Context, caller access.Caller, permission access.Permission, look func(tx *gorm.DB) error) error {
	return s.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, permission); err != nil {
			return err
		}
		return look(tx)
	})
}

// eachRow reads a query's rows; scan reads one of them.
func eachRow(ctx context.Context, tx *gorm.DB, doing, query string, args []any, scan func(into func(...any) error) error) error {
	rows, err := tx.WithContext(ctx).Raw(query, args...).Rows()
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows.Scan); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
