package matching

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestVectorsAreWrittenWithoutLoss(t *testing.T) {
	w := fittedToACrowd(t)
	text, err := json.Marshal(w.Tagged)
	if err != nil {
		t.Fatal(err)
	}
	var read Vector
	if err := json.Unmarshal(text, &read); err != nil || read != w.Tagged {
		t.Errorf("read %v, %v; written %v", read, err, w.Tagged)
	}
	for wrong, from := range map[string]string{
		"a feature is missing":  strings.Replace(string(text), `"prior":1,`, "", 1),
		"a feature is renamed":  strings.Replace(string(text), `"prior"`, `"priors"`, 1),
		"there is one too many": strings.Replace(string(text), `"prior"`, `"handsome":1,"prior"`, 1),
		"it is a list":          "[1,2]",
	} {
		if from == string(text) {
			t.Fatalf("%s: nothing was changed in %s", wrong, text)
		}
		if err := json.Unmarshal([]byte(from), &read); err == nil {
			t.Errorf("%s, and it was read", wrong)
		}
	}
}
