package topic

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"sync"
	"testing"
)

func TestSnapshotIsTheModel(t *testing.T) {
	m := newSupport(t)
	must(t, m.Learn("late", "my parcel", "delivery"))
	snapshot := m.Snapshot()
	back, err := Restore(snapshot)
	must(t, err)
	if !bytes.Equal(back.Snapshot(), snapshot) {
		t.Error("a snapshot of the restored model is another")
	}
	const text = "password of my parcel"
	if a, b := m.Read(text), back.Read(text); fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("read as %v, restored %v", a, b)
	}
	must(t, m.Fit(nil))
	must(t, back.Fit(nil))
	if !bytes.Equal(back.Snapshot(), m.Snapshot()) {
		t.Error("the restored model fits otherwise")
	}
}

func TestDamagedSnapshotsAreRefused(t *testing.T) {
	snapshot := newSupport(t).Snapshot()
	for i := 0; i < len(snapshot); i += 997 {
		damaged := bytes.Clone(snapshot)
		damaged[i] ^= 0x10
		for _, bad := range [][]byte{damaged, snapshot[:i]} {
			if _, err := Restore(bad); !errors.Is(err, ErrSnapshot) {
				t.Fatalf("at %d: %v", i, err)
			}
		}
	}
	if _, err := Restore(append(snapshot, 0)); !errors.Is(err, ErrSnapshot) {
		t.Errorf("one byte more: %v", err)
	}
}

// FuzzRestore gives bodies a good checksum, so that what is behind it is tried.
func FuzzRestore(f *testing.F) {
	m := &Model{}
	must(f, m.Describe("a", "b"))
	must(f, m.Learn("1", "hello", "a"))
	f.Add(m.Snapshot()[len(mark):])
	must(f, m.Fit(nil))
	f.Add(m.Snapshot()[len(mark):])
	f.Fuzz(func(t *testing.T, body []byte) {
		whole := append([]byte(mark), body...)
		whole = binary.LittleEndian.AppendUint32(whole, crc32.Checksum(whole, table))
		m, err := Restore(whole)
		if err != nil {
			if !errors.Is(err, ErrSnapshot) {
				t.Error(err)
			}
			return
		}
		m.Read("hello")
	})
}

var readModel = sync.OnceValue(func() *Model {
	m := &Model{}
	for name, texts := range map[string][]string{"a": {"hello there", "good day"}, "b": {"再见", "so long"}} {
		_ = m.Describe(name, "") // cannot fail, nor what follows
		for i, text := range texts {
			_ = m.Learn(fmt.Sprint(name, i), text, name)
		}
	}
	_ = m.Fit(nil)
	return m
})

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"", "hello", "再见\xff", "[name 1]", "\u0301", "a\x00b", "🙂🙂🙂"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, sum := readModel().Read(text), 0.0
		for _, g := range r.Topics {
			if !(g.Probability >= 0 && g.Probability <= 1) {
				t.Errorf("%q: %v", text, r)
			}
			sum += g.Probability
		}
		if len(r.Topics) != 2 || math.Abs(sum-1) > 1e-6 || !(r.Strange >= 0 && r.Strange <= 1) || math.IsNaN(r.Familiar) {
			t.Errorf("%q: %v", text, r)
		}
	})
}
