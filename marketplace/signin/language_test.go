package signin_test

import (
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// Who signs in is written to in the first language of their browser that mails are
// in, unless one is known already: what they chose stays.
func TestSigningInSuggestsALanguage(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		person := d.signUp(ada).Session.PersonID
		signIn := func(want string, languages ...string) {
			t.Helper()
			before := home
			home.Languages = languages
			d.signIn(ada)
			home = before
			var got string
			d.must(d.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
				got, err = access.LanguageTx(ctx, tx, person)
				return err
			}))
			if got != want {
				t.Errorf("after signing in with %v they are written to in %q, want %q", languages, got, want)
			}
		}
		signIn("")
		signIn("", "fr", "pt-BR")
		signIn("de", "fr", "de-AT", "en")
		signIn("de", "ar", "en")
		d.must(d.Notify.SetLanguage(ctx, access.PersonCaller(person), "ar"))
		signIn("ar", "de")
	})
}
