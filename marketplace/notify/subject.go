package notify

import (
	"strings"
	"unicode/utf8"
)

// Subject is a mail's subject with a name in place of its %s; of a name that is
// too long for it as much as there is room for.
func Subject(format, name string) string {
	room := maxSubject - (len(format) - len("%s"))
	if len(name) > room {
		const cut = "…"
		end := max(room-len(cut), 0)
		for end > 0 && !utf8.RuneStart(name[end]) {
			end--
		}
		name = strings.TrimSpace(name[:end]) + cut
	}
	return strings.Replace(format, "%s", name, 1)
}
