package matching

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Postings hold what was put in, in whatever order and however far apart.
func TestPostings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		docs := rapid.SliceOfNDistinct(rapid.OneOf(rapid.Uint32Range(0, 50), rapid.Uint32Range(0, 400_000)), 0, 30, rapid.ID[uint32]).Draw(t, "docs")
		gone := rapid.SliceOfN(rapid.SampledFrom(append(docs, 7)), 0, 10).Draw(t, "gone")
		var p postings
		want := map[uint32]uint8{}
		for i, d := range docs {
			p.insert(d, uint8(i+1))
			want[d] = uint8(i + 1)
		}
		for _, d := range gone {
			_, there := want[d]
			if p.remove(d) != there {
				t.Fatalf("removing %d: it was there: %v", d, there)
			}
			delete(want, d)
		}
		var got []uint32
		p.each(func(doc uint32, impact uint8) {
			got = append(got, doc)
			if want[doc] != impact {
				t.Fatalf("%d has impact %d, want %d", doc, impact, want[doc])
			}
		})
		if len(got) != len(want) || p.docs != len(want) || !slices.IsSorted(got) {
			t.Fatalf("got %v, %d of them; want %v", got, p.docs, want)
		}
		scores := make([]uint16, 400_001)
		var impacts [256]uint16
		for i := range impacts {
			impacts[i] = uint16(i)
		}
		scoreAll(p.data, &impacts, scores)
		for d, i := range want {
			if scores[d] != uint16(i) {
				t.Fatalf("document %d scores %d, want %d", d, scores[d], i)
			}
		}
	})
}
