package redact

import (
	"strings"
	"testing"
)

// TestRedact holds what is found, and what is left, in short texts of many
// languages.
func TestRedact(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"demo", "Dana Whitlow, card 4242 4242 4242 4242, +44 7700 900123: charged twice", "[name 1], card [card 1], [phone 1]: charged twice"},
		{"same value, same number", "a@b.com or A@B.com, not c@b.com", "[email 1] or [email 1], not [email 2]"},
		{"part of a name", "I am Julia Novak. Ask for Novak.", "I am [name 1]. Ask for [name 1]."},

		{"email", "write to dana.whitlow+x@mail.example.co.uk.", "write to [email 1]."},
		{"email in words", "mail me: john dot doe at gmail dot com please", "mail me: [email 1] please"},
		{"email in brackets", "john.doe [at] example [dot] org", "[email 1]"},
		{"email, at only", "reach me: jdoe at gmail.com", "reach me: [email 1]"},
		{"no email", "I looked at booking.com and at home", "I looked at booking.com and at home"},
		{"full-width email", "ｄａｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "[email 1]"},
		{"zero width inside", "da\u200bna@exam\u200bple.com", "[email 1]"},

		{"card, dashes", "my card 4242-4242-4242-4242", "my card [card 1]"},
		{"amex", "378282246310005", "[card 1]"},
		{"mistyped card", "my card 4242 4242 4242 4241 fails", "my card [card 1] fails"},
		{"full-width card", "カード ４２４２　４２４２　４２４２　４２４２", "カード [card 1]"},
		{"Arabic digits", "بطاقتي ٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢", "بطاقتي [card 1]"},
		{"no card", "order 1234567890123456 is late", "order 1234567890123456 is late"},

		{"iban", "DE89 3704 0044 0532 0130 00 is mine", "[iban 1] is mine"},
		{"iban, tight", "to GB82WEST12345698765432!", "to [iban 1]!"},
		{"no iban", "GB82WEST12345698765433", "GB82WEST12345698765433"},

		{"ip", "blocked: 203.0.113.7, 2001:db8::8a2e:370:7334", "blocked: [ip 1], [ip 2]"},
		{"no ip", "version 1.2.3.4 at 10:30:45", "version 1.2.3.4 at 10:30:45"},

		{"phone, international", "+49 (0)30 901820", "[phone 1]"},
		{"phone, local", "call me on 9472 7916", "call me on [phone 1]"},
		{"phone, extension", "(602)272-9781x45", "[phone 1]"},
		{"phone, German", "Rufen Sie mich an: 030/123 45 67", "Rufen Sie mich an: [phone 1]"},
		{"phone, Arabic digits", "رقمي ٠٥٠١٢٣٤٥٦٧", "رقمي [phone 1]"},
		{"no phone", "order 4829301122 from 2011-12-05, 1 250 000 EUR, 2011-2012", "order 4829301122 from 2011-12-05, 1 250 000 EUR, 2011-2012"},

		{"ssn", "SSN 536-90-4399", "SSN [id 1]"},
		{"nino", "my NI number is AB 12 34 56 C", "my NI number is [id 1]"},
		{"Steuer-ID", "Meine Steuer-ID: 86095742719", "Meine Steuer-ID: [id 1]"},
		{"DNI", "mi DNI es 12345678Z", "mi DNI es [id 1]"},
		{"NIE", "NIE X1234567L", "NIE [id 1]"},
		{"NIR", "N° 1 84 12 76 451 089 46", "N° [id 1]"},
		{"codice fiscale", "CF RSSMRA85T10A562S", "CF [id 1]"},
		{"BSN", "BSN 111222333", "BSN [id 1]"},
		{"TCKN", "TC kimlik 10000000146", "TC kimlik [id 1]"},
		{"PESEL", "PESEL 44051401359", "PESEL [id 1]"},
		{"CPF", "CPF 529.982.247-25", "CPF [id 1]"},
		{"no id", "PESEL 44051401358 and 12345678A", "PESEL 44051401358 and 12345678A"},

		{"address", "I live at 12 Oak Street, Apt. 4, Springfield, IL 62704 now", "I live at [address 1] now"},
		{"address, German", "Ich wohne in der Hauptstraße 12, 10115 Berlin", "Ich wohne in der [address 1]"},
		{"address, French", "j'habite 33 avenue de Provence", "j'habite [address 1]"},
		{"address, Polish", "mieszkam: ul. Prosta 28", "mieszkam: [address 1]"},
		{"address, po box", "send it to P.O. Box 149", "send it to [address 1]"},

		{"url query", "see https://x.example/a?page=2&token=abc123&email=a%40b.com", "see https://x.example/a?page=2&token=[secret 1]&email=[secret 2]"},
		{"url user", "ftp://bob:pw@files.example/x", "ftp://[secret 1]@files.example/x"},

		{"name, lower case", "hi, my name is dana whitlow and i need help", "hi, my name is [name 1] and i need help"},
		{"name, signature", "It fails.\n\nRegards,\nMaartje Visser", "It fails.\n\nRegards,\n[name 1]"},
		{"name, title", "I spoke to Mrs. Labrie", "I spoke to Mrs. [name 1]"},
		{"name, German", "Mein Name ist Jürgen Groß und ich habe ein Problem mit meiner Rechnung", "Mein Name ist [name 1] und ich habe ein Problem mit meiner Rechnung"},
		{"name, French", "Je m'appelle Aurélie Lefèvre", "Je m'appelle [name 1]"},
		{"name, Spanish", "Hola, me llamo Íñigo Ibáñez", "Hola, me llamo [name 1]"},
		{"name, Turkish", "Benim adım Ayşe Yılmaz", "Benim adım [name 1]"},
		{"name, Russian", "Меня зовут Иван Петров", "Меня зовут [name 1]"},
		{"name, Arabic", "اسمي محمد العلي", "اسمي [name 1]"},
		{"name, Chinese", "你好，我叫王小明，订单没到", "你好，我叫[name 1]，订单没到"},
		{"name, Japanese", "私の名前は田中太郎です", "私の名前は[name 1]です"},
		{"name, Korean", "제 이름은 김철수입니다", "제 이름은 [name 1]입니다"},

		{"places stay", "Can I fly from Berlin to New York via Heathrow in May?", "Can I fly from Berlin to New York via Heathrow in May?"},
		{"organisations stay", "Acme Ltd and Deutsche Bank closed my account", "Acme Ltd and Deutsche Bank closed my account"},
		{"titles stay", "Mr. President of the United States", "Mr. President of the United States"},
		{"placeholder stays", "[name 1] paid with [card 12]", "[name 1] paid with [card 12]"},
	}
	r := New(Options{})
	for _, tt := range tests {
		if got := r.Redact(tt.text, nil).Text; got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

// TestPlanted counts on about thirty values planted in one conversation: none
// may survive.
func TestPlanted(t *testing.T) {
	planted := []string{
		"Dana Whitlow", "whitlow", "dana@whitlow.example", "4242 4242 4242 4242", "5555555555554444", "+44 7700 900123",
		"(212) 555-0175", "DE89370400440532013000", "FR14 2004 1010 0505 0001 3M02 606", "198.51.100.23", "2001:db8::1",
		"536-90-4399", "AB123456C", "12345678Z", "RSSMRA85T10A562S", "12 Oak Street", "Hauptstraße 12", "Mehmet Yıldız",
		"Юрий Булгаков", "Kirsten Sørensen", "Þóra Jónsdóttir", "Giulia Ferrari", "José Hernández", "Ngozi Okafor",
		"3530 111333 300000", "6011-1111-1111-1117", "378282246310005", "Unit 0822 Box 8858\nDPO AA 13319", "jdoe(at)gmail(dot)com",
		"091 234 5678", "Apt. 94, 77 Elm Road",
	}
	r := New(Options{Names: []string{"Dana Whitlow"}})
	state := &State{}
	for _, value := range planted {
		text := "Hello, please note " + value + " and call me at once."
		switch {
		case strings.Contains(value, "4242"), strings.Contains(value, "3530"):
			text = "My card " + value + " was charged twice."
		case value[0] == '0':
			text = "Call me: " + value + "."
		}
		got := r.Redact(text, state)
		if strings.Contains(got.Text, value) || len(got.Spans) == 0 {
			t.Errorf("%q survives in %q", value, got.Text)
		}
	}
	for key := range state.Seen {
		if strings.Contains(strings.ToLower(key), "whitlow") {
			t.Errorf("state holds %q in the clear", key)
		}
	}
}

// TestKnownNames: the customer's own names are found in any case and place.
func TestKnownNames(t *testing.T) {
	r := New(Options{Names: []string{"Will Mary-Jane Zyx", "王小明"}})
	tests := []struct{ text, want string }{
		{"zyx here again", "[name 1] here again"},
		{"I will wait; Will too", "I will wait; [name 1] too"},
		{"ZYX, Will", "[name 1], [name 1]"},
		{"订单是王小明的", "订单是[name 1]的"},
	}
	for _, tt := range tests {
		if got := r.Redact(tt.text, nil).Text; got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// TestHide: the customer's own choice is hidden whole, cut to the text.
func TestHide(t *testing.T) {
	text := "my dog Rex, ünder 4 years"
	r := New(Options{})
	got := r.Redact(text, nil, [2]int{3, 10}, [2]int{5, 6}, [2]int{13, 14}, [2]int{-4, 0}, [2]int{90, 99})
	if want := "my [hidden 1], [hidden 2]nder 4 years"; got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
	for _, s := range got.Spans {
		if s.Kind != Hidden {
			t.Errorf("span %+v", s)
		}
	}
}

// TestUnexpected: hostile and odd texts give valid, bounded answers.
func TestUnexpected(t *testing.T) {
	r := New(Options{})
	for _, text := range []string{"", "\x00", "\xff\xfe@\xff.com", "@", "@@@@", "+", "((((", "[name 1", "[name 12345]", "://", "a@b", "🙂"} {
		check(t, r, text)
	}
	if got := r.Redact("[name 12345] [card 4242424242424242]", nil).Text; strings.Contains(got, "4242") {
		t.Errorf("a card in the clothes of a placeholder survives: %q", got)
	}
}
