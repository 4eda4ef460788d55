package training

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"

	"knowhow/marketplace/access"
)

// draw picks the items of a try: the same whenever it is asked for, so that
// looking again does not draw anew, and by a secret key, so that nobody can tell
// beforehand. All of a bank are asked in its own order.
func (s *Service) draw(q Quiz, person access.PersonID, attempt int) []int {
	if q.Draw == 0 {
		return q.all()
	}
	mac := hmac.New(sha256.New, s.drawKey)
	_, _ = fmt.Fprintf(mac, "%s %s %d %s %d", q.ProgramID, q.Topic, q.Version, person, attempt) // never fails
	return rand.New(rand.NewChaCha8([32]byte(mac.Sum(nil)))).Perm(len(q.Items))[:q.Draw]
}
