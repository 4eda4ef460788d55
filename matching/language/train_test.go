package language

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"maps"
	"slices"
	"testing"
)

// ownExamples are the spoken sentences, cut in two so that there are more.
func ownExamples() []Example {
	var examples []Example
	for _, tag := range slices.Sorted(maps.Keys(spoken)) {
		for _, text := range spoken[tag] {
			half := len([]rune(text)) / 2
			examples = append(examples, Example{text, tag}, Example{string([]rune(text)[half:]), tag})
		}
	}
	return examples
}

func mustTrain(t *testing.T, examples []Example) (*Model, []byte) {
	t.Helper()
	m, err := Train(examples, nil)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := m.Encode(&file); err != nil {
		t.Fatal(err)
	}
	return m, file.Bytes()
}

func TestTrainingIsDeterministic(t *testing.T) {
	_, first := mustTrain(t, ownExamples())
	if _, again := mustTrain(t, ownExamples()); !bytes.Equal(first, again) {
		t.Error("the same examples gave two models")
	}
}

func TestModelOutlivesItsFile(t *testing.T) {
	m, file := mustTrain(t, ownExamples())
	read, err := Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := read.Encode(&again); err != nil || !bytes.Equal(again.Bytes(), file) {
		t.Errorf("written again it is another file (%v)", err)
	}
	for _, e := range ownExamples() {
		tag, p, sure := m.Detect(e.Text)
		if gotTag, gotP, gotSure := read.Detect(e.Text); gotTag != tag || gotP != p || gotSure != sure {
			t.Errorf("%q: %s %v %v, trained %s %v %v", e.Text, gotTag, gotP, gotSure, tag, p, sure)
		}
		if tag != e.Language {
			t.Errorf("%q, which it was trained on: %s, want %s", e.Text, tag, e.Language)
		}
	}
}

// A row has no part in the evidence it is calibrated with: in a language of one
// example there is none left.
func TestARowIsLeftOutOfItsOwnCounts(t *testing.T) {
	examples := append(ownExamples(), Example{"ᚠᚢᚦᚨᚱᚲ ᚷᚹᚺᚾᛁᛃ", "nn"})
	tr := &trainer{tags: tagsOf(examples)}
	tr.count(examples)
	tr.weigh()
	p := make([]float64, len(tr.tags))
	tr.scores(&tr.rows[len(examples)-1], p, func(w float64) float64 { return w })
	if slices.Max(p) != 0 {
		t.Errorf("evidence %v", p)
	}
}

// Where even the plainest texts of a language often pass for another one, no odds
// make its answers probable; where they come true, they stay so.
func TestOddsAreReadByWhatCameTrue(t *testing.T) {
	var rows []heldOut
	for i := range 400 {
		odds := float64(i%8) - 1
		rows = append(rows, heldOut{best: 0, odds: odds, right: i/8%5 != 0}, heldOut{best: 1, odds: odds, right: i%8 > 1 || i/8%2 == 0})
	}
	for tag, most := range map[int][2]float64{0: {0.75, 0.88}, 1: {0.97, 1}} {
		slope, caution := line(rows, tag)
		if p := logistic(slope*6 + caution); slope < 0 || p < most[0] || p > most[1] {
			t.Errorf("language %d: slope %.2f, caution %.2f, so %.3f at the best odds, want %v", tag, slope, caution, p, most)
		}
	}
	if slope, caution := line(rows, 2); slope != 1 || caution != 0 {
		t.Errorf("of a language nobody was taken to write in: %v, %v", slope, caution)
	}
}

func TestTooFewExamples(t *testing.T) {
	for name, examples := range map[string][]Example{"none": nil, "one language": slices.Repeat([]Example{{"a text", "en"}}, 20), "three": ownExamples()[:3]} {
		if _, err := Train(examples, nil); !errors.Is(err, ErrFewExamples) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAModelOfNothing(t *testing.T) {
	_, file := mustTrain(t, slices.Concat(slices.Repeat([]Example{{"12", "en"}}, 10), slices.Repeat([]Example{{"?", "de"}}, 10)))
	m, err := Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if tag, p, sure := m.Detect("any text"); tag != "" || p != 0 || sure {
		t.Errorf("%s %v %v", tag, p, sure)
	}
}

func TestTrainingStops(t *testing.T) {
	stopped := errors.New("stopped")
	if _, err := Train(ownExamples(), func() error { return stopped }); !errors.Is(err, stopped) {
		t.Error(err)
	}
}

func TestDamagedFilesAreRefused(t *testing.T) {
	_, whole := mustTrain(t, ownExamples())
	for i := 0; i < len(whole); i += 1 + len(whole)/500 {
		broken := bytes.Clone(whole)
		broken[i] ^= 0x10
		if _, err := Decode(broken); !errors.Is(err, ErrModel) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := Decode(whole[:i]); !errors.Is(err, ErrModel) {
			t.Fatalf("only %d bytes: %v", i, err)
		}
	}
	if _, err := Decode(nil); !errors.Is(err, ErrModel) {
		t.Error(err)
	}
}

// Whatever is in a file whose checksum is right, it is refused or detects
// without panic.
func FuzzDecode(f *testing.F) {
	m, err := Train(ownExamples(), nil)
	if err != nil {
		f.Fatal(err)
	}
	whole, err := m.columns()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte{2})
	f.Fuzz(func(t *testing.T, columns []byte) {
		head := binary.LittleEndian.AppendUint32([]byte(magic), crc32.ChecksumIEEE(columns))
		m, err := Decode(append(head, columns...))
		switch {
		case err == nil:
			m.Detect("Das Bild wird nach zwanzig Minuten unscharf")
		case !errors.Is(err, ErrModel):
			t.Error(err)
		}
	})
}
