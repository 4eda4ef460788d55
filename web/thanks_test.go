package web_test

import (
	"fmt"
	"net/http"
	"testing"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/webtest"
)

// An attempt that no database has a number for is refused like any that makes
// no sense, and one that there was not is not found.
func TestThanksForAnAttemptThatIsNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := webtest.New(t, db)
		expert := s.Expert("sam")
		q := s.Ask(s.Customer("Dana"), "The box keeps restarting")
		s.Answer(expert, s.Accept(expert))
		path, owner := "/api/v1/brands/"+s.Brand.String()+"/questions/"+q.ID.String()+"/thanks", s.Token(s.Owner)
		for attempt, status := range map[int64]int{
			0: http.StatusUnprocessableEntity, 1 << 31: http.StatusUnprocessableEntity, 1 << 62: http.StatusUnprocessableEntity,
			1_000_000: http.StatusNotFound, 2: http.StatusNotFound, 1: http.StatusCreated,
		} {
			got := s.Do(http.MethodPost, path, owner, fmt.Sprintf(`{"attempt":%d,"amount":100,"reason":"Well found."}`, attempt))
			if got.Status != status {
				t.Errorf("attempt %d: %d %s, want %d", attempt, got.Status, got.Body, status)
			}
		}
	})
}
