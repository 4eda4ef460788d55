package verdict

import "knowhow/matching/words"

const (
	// junkWords is how many different words an answer has at least that says
	// something.
	junkWords = 4
	// junkTimes is how often an answer says each of its words, in the mean, that
	// says the same over and over.
	junkTimes = 5
	// junkLook is how many words tell that: of a long text each is said often.
	junkLook = 300
	// junkRun is how many characters are as a word in scripts without spaces, of
	// which some have so few that each comes often in any text.
	junkRun = 3
)

// Junk reports a text that says next to nothing: a word or two, or the same words
// over and over. In scripts without spaces each three characters in a row are a
// word, or all where there are fewer.
func Junk(text string) bool {
	all, different := 0, map[string]bool{}
	count := func(word []rune) {
		if all < junkLook {
			all++
			different[string(word)] = true
		}
	}
	words.Cut(text, func(run []rune, unspaced bool) {
		if !unspaced || len(run) < junkRun {
			count(run)
			return
		}
		for i := range len(run) - junkRun + 1 {
			count(run[i : i+junkRun])
		}
	})
	return len(different) < junkWords || all >= junkTimes*len(different)
}
