package serve

import (
	"context"
	"errors"
	"time"

	"knowhow/web/limit"
)

// chore is what is done from time to time while the process serves.
type chore struct {
	name  string
	every time.Duration
	do    func(ctx context.Context) error
}

// firstAfter is how long after the start a rare chore is first done.
const firstAfter = time.Minute

// forgetAtOnce is how many rows one transaction forgets.
const forgetAtOnce = 1000

// keepUp does a chore until ctx ends. A failure is logged, and no reason to
// stop.
func (n *node) keepUp(ctx context.Context, c chore) {
	wait := time.NewTimer(min(c.every, firstAfter))
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wait.C:
		}
		if err := c.do(ctx); err != nil && ctx.Err() == nil {
			n.log.Warn("a chore failed and will be tried again", "chore", c.name, "err", err)
		}
		wait.Reset(c.every)
	}
}

// chores are those of this process: every process follows the database's
// clock, knows how long customers wait and experts take, by which it routes, and
// keeps no past question in mind that it has no use for; those with workers clear
// away what has had its time.
func (n *node) chores() []chore {
	list := []chore{
		{"follow the database's clock", time.Minute, n.clock.Sync},
		{"look at how long customers wait", time.Minute, n.house.Questions.RefreshForecasts},
		{"forget past questions that nothing is asked of", time.Minute, n.house.Questions.ForgetIdle},
	}
	if n.web {
		list = append(list, chore{"learn what questions are about", time.Minute, n.house.Questions.RefreshTopics})
	}
	if n.workers > 0 {
		list = append(list, chore{"forget the keys of old requests", time.Hour, n.forgetClaims},
			chore{"forget sessions and links that are over", time.Hour, n.forgetSessions},
			chore{"forget what was counted on days past", time.Hour, n.forgetCounts},
			chore{"forget pictures that nobody sent", time.Hour, n.forgetUploads},
			chore{"forget links to receipts that have expired", time.Hour, n.forgetShares},
			chore{"fit the weights of matching to what was resolved", time.Hour, n.house.Questions.RefitWeights},
			chore{"look whose work to review more closely", 24 * time.Hour, n.house.Quality.WatchExperts},
			chore{"tell who waits longer than was said", time.Minute, n.house.Questions.TellOfWaits})
	}
	return list
}

// inParts forgets until there is no more to forget, some rows at a time.
func inParts(forget func(limit int) (int, error)) error {
	for {
		forgotten, err := forget(forgetAtOnce)
		if err != nil || forgotten < forgetAtOnce {
			return err
		}
	}
}

func (n *node) forgetClaims(ctx context.Context) error {
	return inParts(func(limit int) (int, error) { return n.house.Store.ForgetClaims(ctx, n.clock.Now(), limit) })
}

func (n *node) forgetSessions(ctx context.Context) error {
	_, persons := n.house.SignIn.Prune(ctx)
	_, customers := n.house.Customers.Prune(ctx)
	return errors.Join(persons, customers)
}

func (n *node) forgetShares(ctx context.Context) error {
	return inParts(func(most int) (int, error) { return n.house.Questions.ForgetShares(ctx, most) })
}

// forgetUploads forgets a few at a time: each holds a picture.
func (n *node) forgetUploads(ctx context.Context) error {
	return inParts(func(most int) (int, error) { return n.house.Questions.ForgetUploads(ctx, most) })
}

// forgetCounts forgets what customers nobody vouches for asked, and how often
// who asked for anything.
func (n *node) forgetCounts(ctx context.Context) error {
	return errors.Join(
		inParts(func(most int) (int, error) { return n.house.Questions.ForgetCaps(ctx, most) }),
		inParts(func(most int) (int, error) { return limit.Forget(ctx, n.house.Store, n.clock.Now(), most) }),
	)
}
