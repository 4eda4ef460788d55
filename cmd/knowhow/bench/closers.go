package bench

import (
	"context"
	"errors"
	"slices"
	"strings"

	"knowhow/migrations/pgtemp"
)

// closers end what a bench has begun.
type closers []func() error

func (c *closers) later(end func() error) { *c = append(*c, end) }

// close ends it all, what was begun last first.
func (c *closers) close() error {
	var errs []error
	for _, end := range slices.Backward(*c) {
		errs = append(errs, end())
	}
	return errors.Join(errs...)
}

// conclude measures and has told what was found, and ends what was begun for it.
func (c *closers) conclude(p *progress, measure func() (tell func() error, err error)) (err error) {
	defer func() { err = errors.Join(err, c.close()) }()
	tell, err := measure()
	p.clear()
	if err != nil {
		return err
	}
	return tell()
}

// startPostgres starts a throwaway server, as durable as a real one, with an
// empty database of the name knowhow.
func (c *closers) startPostgres(ctx context.Context) (*pgtemp.Server, error) {
	server, err := pgtemp.StartDurable(ctx)
	if err != nil {
		return nil, err
	}
	c.later(server.Stop)
	return server, server.Create(ctx, "knowhow", "")
}

// with is a database's URL with more parameters.
func with(url, parameters string) string {
	if strings.Contains(url, "?") {
		return url + "&" + parameters
	}
	return url + "?" + parameters
}
