package customer

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// Customer loads a customer without their name, for themselves and for those
// who may IdentifyCustomers. Errors: *access.ForbiddenError,
// *marketplace.InvalidError, *marketplace.NotFoundError.
func (s *Service) Customer(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID) (c Customer, err error) {
	if err := access.CheckBrand(brand); err != nil {
		return Customer{}, err
	}
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) (err error) {
		if err := allowOwnTx(ctx, tx, caller, brand, id, access.IdentifyCustomers); err != nil {
			return err
		}
		c, err = CustomerTx(ctx, tx, brand, id)
		c.NameSealed = nil
		return err
	})
	return c, err
}

// Consents lists what a customer agreed to, newest first, also what they
// withdrew: for themselves, and for who may record it in their name. Errors:
// *access.ForbiddenError, *marketplace.InvalidError.
func (s *Service) Consents(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID, page marketplace.Page) (list marketplace.Listing[Consent], err error) {
	if err := access.CheckBrand(brand); err != nil {
		return list, err
	}
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) (err error) {
		if err := allowOwnTx(ctx, tx, caller, brand, id, access.RecordConsent); err != nil {
			return err
		}
		find := tx.WithContext(ctx).Where("brand_id = ? AND customer_id = ?", brand, id)
		list, err = marketplace.List(find, page, marketplace.Order{At: "given_at", ID: "id", Newest: true}, func(c Consent) marketplace.Place {
			return marketplace.Place{At: c.GivenAt, ID: c.ID}
		})
		return wrap(err, "list the consents of customer", id)
	})
	return list, err
}

// OpenNames opens a customer's name where another room has read it together
// with its own rows; it is for the redactor alone, as KnownNamesTx's is. Sealed
// is empty where no name is known.
func (s *Service) OpenNames(id ID, sealed []byte) ([]string, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	name, err := s.keys.Open(sealed, nameContext(id))
	if err != nil {
		return nil, wrap(err, "open the name of customer", id)
	}
	return []string{string(name)}, nil
}
