package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"knowhow/migrations"
	"knowhow/migrations/pgtemp"
)

// kept is the path of something that takes long to make and is the same for
// every test process of one schema: it lies in the user's cache, where the first
// process that wants it has build make it. What nobody wanted for a week goes.
func kept(ctx context.Context, dialect, kind string, build func(ctx context.Context, path string) error) (string, error) {
	schema, err := migrations.Sum(dialect)
	if err != nil {
		return "", err
	}
	dir, err := cacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(kind + "\n" + schema))
	path := filepath.Join(dir, dialect+"-"+hex.EncodeToString(sum[:12]))
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", fmt.Errorf("open the cache of the tests: %w", err)
	}
	defer lock.Close() // which gives the lock back, as the end of the process does
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("lock the cache of the tests: %w", err)
	}
	now := time.Now()
	if err := os.Chtimes(path, now, now); err == nil || !errors.Is(err, os.ErrNotExist) {
		return path, err
	}
	if err := clearOut(dir, now.AddDate(0, 0, -7)); err != nil {
		return "", err
	}
	unfinished := path + ".new"
	if err := errors.Join(os.RemoveAll(unfinished), build(ctx, unfinished)); err != nil {
		return "", err
	}
	return path, os.Rename(unfinished, path)
}

func cacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return os.MkdirTemp("", "knowhow-tests-") // nobody's but this process's: others could have put anything elsewhere
	}
	dir = filepath.Join(dir, "knowhow-tests")
	return dir, os.MkdirAll(dir, 0o700)
}

// clearOut removes what was last wanted before a time.
func clearOut(dir string, before time.Time) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.Contains(e.Name(), "-") && info.ModTime().Before(before) {
			err = os.RemoveAll(filepath.Join(dir, e.Name()))
			if err != nil {
				return err
			}
		}
	}
	return err
}

// template is the name of the migrated database that tests' are cloned from.
const template = "template_knowhow"

// startPostgres starts a server that has the template.
func startPostgres(ctx context.Context) (*pgtemp.Server, error) {
	kind, err := pgtemp.Kind(ctx)
	if err != nil {
		return nil, err
	}
	data, err := kept(ctx, "postgres", kind, func(ctx context.Context, path string) error {
		server, err := pgtemp.Start(ctx)
		if err != nil {
			return err
		}
		if err = server.Create(ctx, template, ""); err == nil {
			err = migrate(server.URL(template))
		}
		if err != nil {
			return errors.Join(err, server.Stop())
		}
		return server.Keep(ctx, path)
	})
	if err != nil {
		return nil, err
	}
	return pgtemp.StartFrom(ctx, data)
}
