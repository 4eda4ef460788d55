package redact

import "strings"

// labelWords are words of a label before a colon that say a person's name
// follows, in many languages: "Name on the account:", "Kontoinhaber:".
var labelWords = set(`
	name names fullname firstname lastname surname surnames forename holder accountholder cardholder owner subscriber
	beneficiary payee payer recipient sender applicant insured policyholder tenant passenger passengers traveller traveler guest
	guests patient attendee signatory signature undersigned spouse
	kontoinhaber kontoinhaberin karteninhaber karteninhaberin inhaber inhaberin vertragsinhaber vertragspartner versicherungsnehmer
	namen vorname nachname familienname geburtsname empfanger empfangerin absender ansprechpartner ansprechpartnerin
	anschlussinhaber rechnungsempfanger mieter unterschrift
	titular nombre nombres apellido apellidos beneficiario beneficiaria destinatario destinataria remitente firmante pasajero pasajera
	nom prenom prenoms titulaire beneficiaire destinataire expediteur abonne passager
	nome cognome nominativo intestatario intestataria titolare mittente passeggero sobrenome apelido remetente passageiro assinante
	naam voornaam achternaam rekeninghouder kaarthouder ontvanger afzender houder
	ad adi soyad soyadi isim ismi sahibi alici gonderen yolcu
	imie nazwisko wlasciciel posiadacz odbiorca nadawca jmeno prijmeni majitel drzitel meno priezvisko
	nev neve szamlatulajdonos nume numele prenume titularul
	namn fornamn efternamn kontoinnehavare innehavare navn fornavn efternavn etternavn kontoinnehaver kontohaver kortholder kontoeier
	nimi etunimi sukunimi tilinomistaja omistaja vastaanottaja ime prezime priimek vlasnik imetnik lastnik
	vardas pavarde vards uzvards perekonnanimi eesnimi
	imya familiya fio vladelets poluchatel otpravitel derzhatel im'ya prizvishche prizvishchye vlasnyk vlasnik
	onoma onomateponymo eponymo dikaioychos katochos nama pemilik penerima pengirim khoan jina pangalan emri`)

// roleWords label a person too, where a colon and a capital follow.
var roleWords = set(`
	from to cc contact attn customer agent user author signed client kunde kundin cliente klant klient mijoz technician manager
	colleague driver secondary spouse`)

// thingWords in a label say that the name is of something else: "device name:".
var thingWords = set(`
	device network wifi wi-fi file app product plan company business firm channel show profile program programme model server host
	domain brand film movie series user username screen package item course school hotel street bank project organisation
	organization store shop game router ssid event subject domaine dispositivo archivo empresa producto red fichier produit
	entreprise reseau rete azienda prodotto firma firmy produktu urun dosya cihaz ag sirket`)

// set makes a set of the words of a text.
func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// maxLabel is how many words a label has at most.
const maxLabel = 7

// labelled tells whether a label that announces a person's name ends right
// before token i, and whether it says so plainly ("name", "holder") and not by a
// role ("from", "customer").
func (f *finder) labelled(i int) (labelled, plainly bool) {
	i--
	for n := 0; n < 2 && (f.at(i).kind == newline || f.at(i).char == '"'); n++ {
		i--
	}
	if c := f.at(i).char; c != ':' && c != '=' {
		return false, false
	}
	for n := 1; n <= maxLabel; n++ {
		t := f.at(i - n)
		switch {
		case t.kind == word && thingWords[t.key]:
			return false, false
		case t.kind == word && labelWords[t.key]:
			plainly = true
		case t.kind == word && roleWords[t.key] && n == 1:
			labelled = true
		case t.kind == word, t.char == '/', t.char == '(', t.char == ')', t.char == '&':
		default:
			return labelled || plainly, plainly
		}
	}
	return labelled || plainly, plainly
}

// announced scores the words that stand right before a run without a colon and
// say whose name it is: "the account holder is", "on behalf of", "Kontoinhaber".
func (f *finder) announced(r *run) float64 {
	one, two, three := f.at(r.from-1), f.at(r.from-2), f.at(r.from-3)
	switch {
	case is(one.key) && labelWords[two.key] && !thingWords[three.key]:
		return 2.5
	case one.key == "of" && (two.key == "name" || two.key == "behalf"),
		(one.key == "de" || one.key == "di" || one.key == "van" || one.key == "von") && (two.key == "nombre" || two.key == "nom" || two.key == "nome" || two.key == "naam" || two.key == "namen"),
		one.key == "namen" && (two.key == "den" || two.key == "dem"), one.key == "name" && two.key == "the" && three.key == "under":
		return 1.8
	case one.key == "holder", one.key == "cardholder", one.key != "name" && !one.is(common) && labelWords[one.key] && len(one.key) > 5:
		return 1.5
	}
	return 0
}

// is tells the words for "is".
func is(key string) bool {
	switch key {
	case "is", "ist", "es", "est", "e", "jest", "er", "ar", "je", "on", "este":
		return true
	}
	return false
}
