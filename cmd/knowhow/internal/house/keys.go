package house

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"knowhow/marketplace/redact"
)

const (
	// keysVariable holds keys; they are never a flag, which others could read in
	// the list of processes.
	keysVariable = "KNOWHOW_KEYS"
	// keysCredential is what a service manager calls the keys it hands over.
	keysCredential = "knowhow.keys"
)

// Keys are those of the environment, of the service manager's credentials, or
// of the key file.
func (f Flag) Keys() (*redact.Keyring, error) {
	if keys, err := handedKeys(); keys != nil || err != nil {
		return keys, err
	}
	path, err := f.keyPath()
	if err != nil {
		return nil, err
	}
	keys, err := redact.LoadKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("--key-file: there is no file %s; (umask 077; knowhow keys generate > %s) makes one", path, path)
	}
	if err != nil {
		return nil, fmt.Errorf("--key-file: %w", err)
	}
	return keys, nil
}

// KeysOrNew is Keys that makes the key file where there is none.
func (f Flag) KeysOrNew() (*redact.Keyring, error) {
	if keys, err := handedKeys(); keys != nil || err != nil {
		return keys, err
	}
	path, err := f.keyPath()
	if err != nil {
		return nil, err
	}
	keys, err := redact.LoadOrCreateKeyFile(path)
	if err != nil {
		return nil, fmt.Errorf("--key-file: %w", err)
	}
	return keys, nil
}

// handedKeys are the keys of the environment or of a credential; nil where
// there are neither.
func handedKeys() (*redact.Keyring, error) {
	text, err := Secret(keysVariable, keysCredential)
	if err != nil || text == "" {
		return nil, err
	}
	keys, err := redact.ParseKeyring(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", keysVariable, err)
	}
	return keys, nil
}

// Secret is the value of a variable, or of the credential that systemd handed
// to the service under a name (systemd.exec, LoadCredential=), without the line
// break at its end. Empty where there is neither. A credential's mode is not
// looked at: only the service can enter its directory.
func Secret(variable, credential string) (string, error) {
	if text := os.Getenv(variable); text != "" {
		return text, nil
	}
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return "", nil
	}
	text, err := os.ReadFile(filepath.Join(dir, credential))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("read credential %s: %w", credential, err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// keyPath is where the key file is, or would be.
func (f Flag) keyPath() (string, error) {
	if f.KeyFile != "" {
		return f.KeyFile, nil
	}
	file, ok := f.File()
	if !ok {
		return "", fmt.Errorf("--key-file: PostgreSQL needs one, or keys in %s", keysVariable)
	}
	return file + ".keys", nil
}
