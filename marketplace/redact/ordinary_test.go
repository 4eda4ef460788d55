package redact

import "testing"

// TestOrdinaryWords: capitals in ordinary support texts make no names.
func TestOrdinaryWords(t *testing.T) {
	checkTexts(t, New(Options{}), []text{
		{text: "Powerline adapters help, but Powerline is slow."},
		{text: "Film is dark. The MAC starts with 5C. Use the guest Wi-Fi."},
		{text: "Automatic asks for a code. Subtitles switch off."},
		{text: "TaxiFinder says no."},
		{text: "Get me my neighbour's Wi-Fi password."},
		{text: "Over Wi-Fi I get 200, by cable 94."},
		{text: "There is a town called Nakhchivan which is nice."},
		{text: "It is called Zajazd."},
		{text: "From late August on, August is a busy month."},
		{text: "I go to Sydney, and Sydney is far from home."},

		{"Anna asks for a code.", "[name 1] asks for a code."},
		{"my aunt is called Nakhchivana", "my aunt is called [name 1]"},
		{"a guy called Wobblewick was here", "a guy called [name 1] was here"},
	})
}

// TestGerman: every noun has a capital there; names need a list or a cue.
func TestGerman(t *testing.T) {
	checkTexts(t, New(Options{}), []text{
		{text: "Im Angebot steht, dass Cinema das beste Bild hat."},
		{text: "Das Handy geht nicht, und am Schluss habe ich den Regler bewegt."},
		{text: "Das gilt auch hier, und das Kabel ist neu."},
		{text: "Ich habe den vorherrschenden Primat im Gesundheitswesen gesehen."},
		{"Ich habe Annegret Wolff nicht erreicht, und das Gerät ist neu.", "Ich habe [name 1] nicht erreicht, und das Gerät ist neu."},
		{"Ich habe Herrn Quandtner gefragt.", "Ich habe Herrn [name 1] gefragt."},
		{"Ich heiße Zyla Quorn und habe eine Frage.", "Ich heiße [name 1] und habe eine Frage."},
		{"Es geht nicht auf und nicht zu.\n\nMit freundlichen Grüßen\nZyla Quorn", "Es geht nicht auf und nicht zu.\n\nMit freundlichen Grüßen\n[name 1]"},
		{"Beste Sietske, het werkt niet.", "Beste [name 1], het werkt niet."},
	})
}

// TestNoPhones: numbers of customers, coordinates and choices are no phones.
func TestNoPhones(t *testing.T) {
	checkTexts(t, New(Options{}), []text{
		{text: "Customer number 88-204-771."},
		{text: "Meine Kundennummer ist 030 1234567."},
		{text: "numéro de client : 01 23 45 67 89"},
		{text: "membership 020 7946 0018"},
		{text: "in Japan (43.768533,142.482717)"},
		{text: "the seats of a 747/757/767/777"},
		{"Customer number 88-204-771, call 030 1234567.", "Customer number 88-204-771, call [phone 1]."},
	})
}

// TestKeep: the brand's own words are no names, but the customer's names are,
// and a word that is kept is still part of an address.
func TestKeep(t *testing.T) {
	texts := []text{
		{text: "Exempt Brindlewave from it, and ask Rosa."},
		{"I am Dana Whitlow, Brindlewave is slow.", "I am [name 1], Brindlewave is slow."},
		{"I asked Rosamund Achterberg.", "I asked [name 1]."},
		{"I live at 12 Oak Street, Springfield.", "I live at [address 1]."},
	}
	checkTexts(t, New(Options{Names: []string{"Dana Whitlow"}, Keep: []string{"Brindlewave", "Rosa Cinema", "Dana & Co.", "Street parking"}}), texts)
	checkTexts(t, New(Options{}), []text{{"Exempt Brindlewave from it, and ask Rosa.", "[name 1] from it, and ask [name 2]."}})
}
