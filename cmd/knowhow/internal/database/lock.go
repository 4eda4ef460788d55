package database

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// ErrServed: another process serves the SQLite file.
var ErrServed = errors.New("another process serves this file")

// Claim makes this process the only one that serves the flag's SQLite file,
// until release is called or the process ends, however it ends. The mark is a
// lock on FILE.lock, a file that stays. Other commands may use the database
// beside it. On PostgreSQL it does nothing: any number may serve.
func (f Flag) Claim() (release func() error, err error) {
	file, ok := f.File()
	if !ok {
		return func() error { return nil }, nil
	}
	lock, err := os.OpenFile(file+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--database-url: %w", err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("--database-url: %w (%s); PostgreSQL takes several", ErrServed, file)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock.Close, nil
}
