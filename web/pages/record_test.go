package pages_test

import (
	"bytes"
	"mime/multipart"
	"strings"
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// recordOf is the record of an expert's work, one answer, who is certified for a
// topic.
func recordOf(t *testing.T, b *browser, expert access.Caller) []byte {
	t.Helper()
	dana := b.Customer("Dana Whitlow")
	q := b.Ask(dana, "4K turns blurry")
	b.Answer(expert, b.Accept(expert))
	if err := b.Questions.Resolve(b.Ctx(), dana, q.ID); err != nil {
		t.Fatal(err)
	}
	b.RunDue()
	enrolled, err := b.Experts.Enrolments(b.Ctx(), b.Manager, b.Program.ID, nil, marketplace.Page{})
	if err != nil || len(enrolled.Items) != 1 {
		t.Fatal(enrolled, err)
	}
	if err := b.Admission.Certify(b.Ctx(), b.Manager, enrolled.Items[0].Enrolment.ID, []string{"plans"}); err != nil {
		t.Fatal(err)
	}
	signed, err := b.Insight.Record(b.Ctx(), expert)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// Anybody finds out whether a record of work is true, in their language, from the
// file or from what is in it, and what it says; one byte altered, and it is not.
func TestAnybodyVerifiesARecord(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		text := string(recordOf(t, b, b.Expert("ada")))
		for lang, said := range map[string][]string{
			"en": {"It is true", "It is not what we signed", "Choose the file", "That was more than fits here.", "from 2 Mar 2026 to 2 Mar 2026", "Certified for plans", "one outcome is behind it", "%"},
			"de": {"Er ist echt", "Das haben wir so nicht signiert", "Wählen Sie die Datei", "Das war mehr, als hier hineinpasst.", "von 2. März 2026 bis 2. März 2026", "Zertifiziert für plans", "das beruht auf einem Ergebnis", "\u00a0%"},
			"ar": {"إنه صحيح", "ليس هذا ما وقّعناه", "اختر الملف", "كان ذلك أكثر مما يتسع له هنا.", "من 2 مارس 2026 إلى 2 مارس 2026", "معتمد في plans", "مبني على نتيجة واحدة", "%"},
		} {
			b.lang = lang
			p := b.send("/record", 200, "record", text)
			p.says(t, append(said[4:], said[0], "ada")...)
			if strings.Contains(p.text, "2026-03-02") || strings.Contains(p.text, "&#34;handle") {
				t.Errorf("a bare day, or what was pasted, is on the page: %s", p.text)
			}
			b.send("/record", 200, "record", "\r\n"+text+"\r\n").says(t, said[0])
			altered := strings.Replace(text, `"handle":"ada"`, `"handle":"adb"`, 1)
			if p := b.send("/record", 200, "record", altered); altered == text || !strings.Contains(p.text, said[1]) || strings.Contains(p.text, "<dl>") {
				t.Errorf("one byte altered: %s", p.words())
			}
			b.send("/record", 200, "record", "nonsense").says(t, said[1])
			b.send("/record", 422, "record", " ").says(t, said[2])
			b.send("/record", 413, "record", strings.Repeat("x", 64<<10+1)).says(t, said[3])
		}
	})
}

// A file is what counts wherever there is one, whatever was pasted beside it.
func TestAFileOfARecord(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		signed := recordOf(t, b, b.Expert("ada"))
		forged := bytes.Replace(signed, []byte(`"answered":1`), []byte(`"answered":9`), 1)
		for name, c := range map[string]struct {
			file   []byte
			pasted string
			status int
			said   string
		}{
			"true":                      {signed, "", 200, "It is true"},
			"with a line's end":         {append(bytes.Clone(signed), '\n'), "", 200, "It is true"},
			"cut off":                   {signed[:len(signed)-1], "", 200, "It is not what we signed"},
			"no text":                   {[]byte{0xff, 0, '<'}, "", 200, "It is not what we signed"},
			"forged, beside a true one": {forged, string(signed), 200, "It is not what we signed"},
			"true, beside a forged one": {signed, string(forged), 200, "It is true"},
			"empty, beside a true one":  {[]byte{}, string(signed), 422, "Choose the file"},
			"none, beside a true one":   {nil, string(signed), 200, "It is true"},
			"none at all":               {nil, "", 422, "Choose the file"},
			"as long as may be":         {bytes.Repeat([]byte("x"), 64<<10), "", 200, "It is not what we signed"},
			"too long":                  {bytes.Repeat([]byte("x"), 64<<10+1), "", 413, "That was more than fits here."},
			"far too long":              {bytes.Repeat([]byte("x"), 200<<10), "", 413, "That was more than fits here."},
		} {
			t.Run(name, func(t *testing.T) { b.hand(t, c.file, c.pasted, c.status).says(t, c.said) })
		}
	})
}

// hand sends the form of a record as a browser does: a file, of which nil is that
// none was chosen, and what was pasted.
func (b *browser) hand(t *testing.T, file []byte, pasted string, status int) seen {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	name := "work-record.json"
	if file == nil {
		name = ""
	}
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(file) // in memory
	if err := w.WriteField("record", pasted); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.want(b.raw("POST", "/record", body.String(), "Content-Type", w.FormDataContentType()), "hand in a file", status)
}
