package redact

import "testing"

// TestLabels: a name follows a label that says so.
func TestLabels(t *testing.T) {
	checkTexts(t, New(Options{}), []text{
		{"Name on the account: Colm Brannigan.", "Name on the account: [name 1]."},
		{"Name: Ottoline Pemb", "Name: [name 1]"},
		{"Cardholder name\nTheda Marlowe", "Cardholder name\n[name 1]"},
		{"The account holder is Zyla Quorn.", "The account holder is [name 1]."},
		{"on behalf of Zyla Quorn", "on behalf of [name 1]"},
		{"Kontoinhaber: Hjalmar Quist", "Kontoinhaber: [name 1]"},
		{"Titular: Eneko Zubiri", "Titular: [name 1]"},
		{"Titulaire du compte : Maëlys Kerbrat", "Titulaire du compte : [name 1]"},
		{"Intestatario: Ilenia Zuccon", "Intestatario: [name 1]"},
		{"Naam: Sietske Hoekstra", "Naam: [name 1]"},
		{"Hesap sahibi: Çağla Öztan", "Hesap sahibi: [name 1]"},
		{"Imię i nazwisko: Bożydar Wrzos", "Imię i nazwisko: [name 1]"},
		{"ФИО: Ростислав Гринько", "ФИО: [name 1]"},

		{text: "Device name: Quorn Router"},
		{text: "Network name: Garden Hub"},
		{text: "Subject: Quorn Router"},
	})
}
