package redact

import "testing"

// text is what a text becomes; want "" stands for the text as it is.
type text struct{ text, want string }

// checkTexts compares what a Redactor makes of texts.
func checkTexts(t *testing.T, r *Redactor, tests []text) {
	t.Helper()
	for _, tt := range tests {
		want := tt.want
		if want == "" {
			want = tt.text
		}
		if got := r.Redact(tt.text, nil).Text; got != want {
			t.Errorf("%q:\n got %q\nwant %q", tt.text, got, want)
		}
	}
}

// TestPapers: numbers of passports, identity cards and driving licences are
// found by the word that says what they are, in many languages.
func TestPapers(t *testing.T) {
	checkTexts(t, New(Options{}), []text{
		{"passport number X1234567", "passport number [id 1]"},
		{"My passport no. is 925665416.", "My passport no. is [id 1]."},
		{"wanted my passport number, I had entered X1234567 before", "wanted my passport number, I had entered [id 1] before"},
		{"Reisepassnummer: C01X00T47", "Reisepassnummer: [id 1]"},
		{"Mein Personalausweis L01X00T471", "Mein Personalausweis [id 1]"},
		{"driving licence MORGA 657054 SM9IJ", "driving licence [id 1]"},
		{"my pasaporte AAB123456", "my pasaporte [id 1]"},
		{"numéro de passeport : 12AB34567", "numéro de passeport : [id 1]"},
		{"pasaport no: U12345678", "pasaport no: [id 1]"},
		{"номер паспорта 4510 123456", "номер паспорта [id 1]"},
		{"X1234567 and x1234567, my passport: x1234567", "X1234567 and x1234567, my passport: [id 1]"},
	})
}

// TestNoPapers: dates, years, durations and the numbers of things stay.
func TestNoPapers(t *testing.T) {
	checkTexts(t, New(Options{}), []text{
		{text: "I have my passport since 2019 and moved"},
		{text: "a passport from 1998 till 2008"},
		{text: "my passport is valid to 2031-05-12"},
		{text: "passport: 12-05-2031"},
		{text: "order ID number 4829301122"},
		{text: "device ID number: 77AB1234"},
		{text: "Passport ready, ticket AB1234567"},
		{text: "my driving licence for 3 years, 2 months"},
	})
}
