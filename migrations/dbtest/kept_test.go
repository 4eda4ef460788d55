package dbtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What is kept is made once, whole or not at all, and goes when nobody wants it.
func TestKept(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	made := 0
	get := func(kind string, fail error) (string, error) {
		return kept(t.Context(), "sqlite", kind, func(_ context.Context, path string) error {
			made++
			return errors.Join(os.WriteFile(path, []byte(kind), 0o600), fail)
		})
	}
	if _, err := get("first", errHalfway); !errors.Is(err, errHalfway) {
		t.Fatalf("made halfway: %v", err)
	}
	var first string
	for range 3 {
		path, err := get("first", nil)
		if text, read := os.ReadFile(path); err != nil || read != nil || string(text) != "first" || first != "" && path != first {
			t.Fatalf("%s: %q, %v, %v", path, text, err, read)
		}
		first = path
	}
	if made != 2 {
		t.Errorf("made %d times", made)
	}
	long := time.Now().AddDate(0, 0, -8)
	if err := os.Chtimes(first, long, long); err != nil {
		t.Fatal(err)
	}
	second, err := get("second", nil)
	if _, gone := os.Stat(first); err != nil || second == first || !errors.Is(gone, os.ErrNotExist) {
		t.Errorf("%s beside %s: %v, %v", second, first, err, gone)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(second), "*")); err != nil || len(left) != 2 {
		t.Errorf("there are %v, %v; want the lock and the second", left, err)
	}
}
