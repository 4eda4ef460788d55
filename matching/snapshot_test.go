package matching

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func snapshot(t rapid.TB, ix *Index) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := ix.Snapshot(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func restored(t rapid.TB, text []byte) *Index {
	t.Helper()
	ix, err := Restore(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// A restored index ranks as the one that was written, and as one that is built
// anew; and it goes on as they do.
func TestRestoredIndexRanksTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		ix := w.index()
		gone := w.candidates[rapid.IntRange(0, 7).Draw(t, "gone")].Expert
		if rapid.Bool().Draw(t, "remove") {
			ix.RemoveExpert(gone)
			ix.RemoveDocument(w.docs[0].ID)
		}
		again := restored(t, snapshot(t, ix))
		sameRanking(t, ix.Rank(w.query, w.candidates, DefaultWeights()), again.Rank(w.query, w.candidates, DefaultWeights()), itself)
		for _, x := range []*Index{ix, again} {
			for _, d := range w.docs {
				x.AddDocument(d)
			}
			for _, e := range w.evidence {
				x.AddEvidence(e)
			}
		}
		want := w.index().Rank(w.query, w.candidates, DefaultWeights())
		sameRanking(t, want, ix.Rank(w.query, w.candidates, DefaultWeights()), itself)
		sameRanking(t, want, again.Rank(w.query, w.candidates, DefaultWeights()), itself)
	})
}

func TestRestoreRefuses(t *testing.T) {
	ix, _, _ := crowd(rand.New(rand.NewPCG(1, 2)))
	good := snapshot(t, ix)
	restored(t, good)
	other := bytes.Clone(good)
	other[len(snapshotMagic)]++
	for name, text := range map[string][]byte{
		"empty": nil, "short": good[:len(good)-1], "long": append(bytes.Clone(good), 0), "another version": other,
		"something else": bytes.Repeat([]byte("x"), 100),
	} {
		if _, err := Restore(bytes.NewReader(text)); !errors.Is(err, ErrSnapshot) {
			t.Errorf("%s: %v, want ErrSnapshot", name, err)
		}
	}
	for i := 0; i < len(good); i += 97 {
		flipped := bytes.Clone(good)
		flipped[i] ^= 1
		if _, err := Restore(bytes.NewReader(flipped)); !errors.Is(err, ErrSnapshot) {
			t.Fatalf("byte %d flipped: %v, want ErrSnapshot", i, err)
		}
	}
}

// Whatever comes behind a good checksum is an index or refused.
func FuzzRestore(f *testing.F) {
	w := reasonsWorld()
	var b bytes.Buffer
	if err := w.index().Snapshot(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes()[len(snapshotMagic)+1 : b.Len()-4])
	f.Fuzz(func(t *testing.T, body []byte) {
		text := append(append([]byte(snapshotMagic), snapshotVersion), body...)
		text = binary.LittleEndian.AppendUint32(text, crc32.ChecksumIEEE(text))
		ix, err := Restore(bytes.NewReader(text))
		if err != nil {
			if !errors.Is(err, ErrSnapshot) {
				t.Fatal(err)
			}
			return
		}
		ix.Rank(w.query, []Candidate{{Expert: id("a")}, {Expert: id("b")}}, DefaultWeights())
	})
}
