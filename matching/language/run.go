package language

const (
	longest    = 5           // letters of a run, edges counted as letters
	wholeWord  = longest     // the kind of a run that is a whole, longer word
	kinds      = longest + 1 // runs of 1 to 5 letters, and whole words
	hashBits   = 26
	bucketBits = 16
	restBits   = hashBits - bucketBits
)

// eachRun gives the hash and kind of every run of a word as next gives it. What
// edges alone say is left out.
func eachRun(word []rune, emit func(hash uint32, kind int)) {
	for from := range word {
		h := uint32(2166136261)
		for n := 0; n < longest && from+n < len(word); n++ {
			h = mix(h, word[from+n])
			if n > 0 || word[from] != ' ' {
				emit(finish(h), n)
			}
		}
	}
	if len(word) > longest {
		h := uint32(97)
		for _, r := range word {
			h = mix(h, r)
		}
		emit(finish(h), wholeWord)
	}
}

func mix(h uint32, r rune) uint32 {
	h = (h ^ uint32(r)) * 16777619
	return h ^ h>>15
}

func finish(h uint32) uint32 {
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return (h ^ h>>16) >> (32 - hashBits)
}
