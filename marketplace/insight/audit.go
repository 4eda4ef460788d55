package insight

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/quality"
)

// Act is something that an operator of the platform did.
type Act struct {
	quality.Happening
	Brand marketplace.BrandID // marketplace.AllBrands: nobody's in particular
}

// Audit lists what operators did, in any brand and on the platform as a whole,
// newest first (permission SeeAudit): what they changed, not what they read.
// Error: *access.ForbiddenError.
func (s *Service) Audit(ctx context.Context, caller access.Caller, page marketplace.Page) (list marketplace.Listing[Act], err error) {
	err = s.onPlatform(ctx, caller, access.SeeAudit, func(tx *gorm.DB) error {
		operators, err := access.OperatorsTx(ctx, tx)
		if err != nil {
			return err
		}
		var names []string
		for _, id := range operators {
			names = append(names, access.PersonCaller(id).String(), id.String()) // some rooms' events hold the bare id
		}
		found, err := s.Events.ByTx(ctx, tx, names, page)
		if err != nil {
			return err
		}
		list = marketplace.Listing[Act]{Items: make([]Act, len(found.Items)), Next: found.Next}
		for i, e := range found.Items {
			list.Items[i].Brand = e.Brand
			if list.Items[i].Happening, err = quality.HappeningOf(e); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}
