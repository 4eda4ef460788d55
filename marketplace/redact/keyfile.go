package redact

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// keyFileMode is the mode of a key file: its owner's alone.
const keyFileMode = 0o600

// LoadKeyFile reads a Keyring from a file, written as ParseKeyring reads it. It
// refuses one that its group or others can read, with ErrKeyFileMode.
func LoadKeyFile(path string) (*Keyring, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open key file: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read key file's mode: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s has mode %04o, want %04o: %w", path, info.Mode().Perm(), keyFileMode, ErrKeyFileMode)
	}
	value, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	return ParseKeyring(string(value))
}

// LoadOrCreateKeyFile reads a Keyring from a file, and makes the file with new
// keys first where there is none. Of several processes that start at once one
// makes it and all read the same; a crash leaves the whole file or none.
func LoadOrCreateKeyFile(path string) (*Keyring, error) {
	k, err := LoadKeyFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if err := createKeyFile(path, GenerateKeys("k1")); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return LoadKeyFile(path)
}

// createKeyFile writes the keys beside path, syncs them, and links them to
// path, which fails with fs.ErrExist where another was faster.
func createKeyFile(path, keys string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".keys-*") // mode 0600
	if err != nil {
		return fmt.Errorf("create key file: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(keys + "\n")
	if err := errors.Join(err, f.Chmod(keyFileMode), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil {
		return fmt.Errorf("place key file: %w", err)
	}
	return syncDir(dir)
}

// syncDir makes a new name in a directory last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open key directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync key directory: %w", err)
	}
	return nil
}
