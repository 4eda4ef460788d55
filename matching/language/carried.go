package language

import (
	_ "embed"
	"sync"
)

//go:embed model.bin
var file []byte

// Carried is the model in the program. It is read once, when first asked for,
// and takes some 3 MB from then on.
var Carried = sync.OnceValue(func() *Model {
	m, err := Decode(file)
	if err != nil {
		panic("language: the carried model: " + err.Error()) // the build is broken
	}
	return m
})

// Detect is what the carried model's Detect says of a text.
func Detect(text string) (tag Tag, probability float64, sure bool) { return Carried().Detect(text) }
