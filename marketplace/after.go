package marketplace

import "gorm.io/gorm"

// afterwards is what is to be done once a transaction has committed.
type afterwards struct{ list []func() }

type afterKey struct{}

func (a *afterwards) run() {
	for _, fn := range a.list {
		fn()
	}
}

// AfterCommit has fn called once the transaction has committed, and never if it
// does not. It reports false, and does nothing, for a transaction that no Store
// opened or whose context was replaced. fn must return at once; a process that
// is killed meanwhile never calls it, so nothing may depend on it but speed.
func AfterCommit(tx *gorm.DB, fn func()) bool {
	a, ok := tx.Statement.Context.Value(afterKey{}).(*afterwards)
	if ok {
		a.list = append(a.list, fn)
	}
	return ok
}
