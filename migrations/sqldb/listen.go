package sqldb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
)

// Between two attempts to connect anew, in the beginning and at most.
const (
	soonest = 50 * time.Millisecond
	latest  = 5 * time.Second
)

// listen calls hear with the text of every notification on a PostgreSQL channel
// until ctx ends, over a connection of its own, which the pool cannot lend to
// others meanwhile. Where the connection breaks it connects anew. Notifications
// get lost then, so after every connecting it calls hear with an empty text.
// lost is told of each break.
func listen(ctx context.Context, config *pgx.ConnConfig, channel string, hear func(text string), lost func(err error)) {
	wait := soonest
	for ctx.Err() == nil {
		err := listenOnce(ctx, config, channel, func(text string) {
			wait = soonest
			hear(text)
		})
		if ctx.Err() != nil {
			return
		}
		lost(err)
		pause(ctx, wait/2+rand.N(wait))
		wait = min(2*wait, latest)
	}
}

// listenOnce listens until the connection breaks or ctx ends.
func listenOnce(ctx context.Context, config *pgx.ConnConfig, channel string, hear func(text string)) error {
	conn, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return fmt.Errorf("connect to listen: %w", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = conn.Close(ctx) // it may be broken already
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return fmt.Errorf("listen on %s: %w", channel, err)
	}
	hear("")
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("wait for a notification: %w", err)
		}
		hear(n.Payload)
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
