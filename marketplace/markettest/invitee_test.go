package markettest_test

import (
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace/customer"
	"knowhow/marketplace/invitation"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// Who is erased is written to no more, and their address is kept nowhere among
// the invited.
func TestErasureReachesInvitations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		c, err := m.Customers.Identify(t.Context(), m.Owner, m.Brand, customer.Contact{Channel: customer.Email, Handle: "Dana@example.com", Name: "Dana Whitlow", Locale: "en"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = m.Invitations.InviteAddresses(t.Context(), m.Manager, m.Program.ID, invitation.Terms{Label: "Spring"}, []string{"dana@example.com", "otto@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Customers.Erase(t.Context(), m.Owner, m.Brand, c.ID); err != nil {
			t.Fatal(err)
		}
		m.RunDue()
		if mails := m.Mails(); len(mails) != 1 {
			t.Errorf("%d mails, want Otto's only", len(mails))
		}
		var kept int64
		err = m.Store.Read(t.Context(), m.Brand, func(tx *gorm.DB) error { return tx.Table("invitees").Count(&kept).Error })
		if err != nil || kept != 1 {
			t.Errorf("%d are kept as invited, %v", kept, err)
		}
	})
}
