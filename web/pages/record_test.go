package pages_test

import (
	"bytes"
	"mime/multipart"
	"strings"
	"testing"
)

// Anybody finds out whether a record of work is true, in their language, from the
// file or from what is in it; one byte altered, and it is not.
func TestAnybodyVerifiesARecord(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		expert := b.Expert("ada")
		signed, err := b.Insight.Record(b.Ctx(), expert)
		if err != nil {
			t.Fatal(err)
		}
		text := string(signed)
		for lang, said := range map[string][]string{
			"en": {"It is true", "It is not what we signed", "Choose the file"},
			"de": {"Er ist echt", "Das haben wir so nicht signiert", "Wähle die Datei"},
			"ar": {"إنه صحيح", "ليس هذا ما وقّعناه", "اختر الملف"},
		} {
			b.lang = lang
			b.send("/record", 200, "record", text).says(t, said[0], "ada")
			b.send("/record", 200, "record", "\r\n"+text+"\r\n").says(t, said[0])
			altered := strings.Replace(text, `"handle":"ada"`, `"handle":"adb"`, 1)
			if p := b.send("/record", 200, "record", altered); altered == text || !strings.Contains(p.text, said[1]) || strings.Contains(p.text, "<dl>") {
				t.Errorf("one byte altered: %s", p.words())
			}
			b.send("/record", 200, "record", "nonsense").says(t, said[1])
			b.send("/record", 422, "record", " ").says(t, said[2])
		}
		b.lang = "en"
		b.hand(t, signed, 200).says(t, "It is true", "ada")
		b.hand(t, append(bytes.Clone(signed), '\n'), 200).says(t, "It is true")
		b.hand(t, signed[:len(signed)-1], 200).says(t, "It is not what we signed")
		b.hand(t, []byte{0xff, 0, '<'}, 200).says(t, "It is not what we signed")
		b.hand(t, bytes.Repeat([]byte("x"), 80<<10), 422)
		b.hand(t, bytes.Repeat([]byte("x"), 200<<10), 413)
	})
}

// hand sends a record as a file.
func (b *browser) hand(t *testing.T, record []byte, status int) seen {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "work-record.json")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(record) // in memory
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.want(b.raw("POST", "/record", body.String(), "Content-Type", w.FormDataContentType()), "hand in a file", status)
}
