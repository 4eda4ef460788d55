package redact

import "strings"

// mainStreet are street types that make an address even of common words.
var mainStreet = map[string]bool{
	"street": true, "st": true, "avenue": true, "ave": true, "road": true, "rd": true, "boulevard": true, "blvd": true,
	"lane": true, "drive": true, "dr": true, "court": true, "terrace": true, "square": true, "close": true, "crescent": true,
	"way": true, "place": true, "highway": true, "row": true, "circle": true,
}

// firstStreet are street types that stand before the name.
var firstStreet = func() map[string]bool {
	m := map[string]bool{}
	for word := range strings.FieldsSeq(`rue avenue av chemin impasse quai cours place route allee calle avenida avda paseo
		plaza carrer camino ronda travesia via viale vicolo corso piazza piazzale largo strada contrada rua travessa praca
		estrada rodovia alameda ulica ul aleja al plac os osiedle ulitsa prospekt pereulok bulevar bulvari boulevard jalan
		leoforos odos plateia`) {
		m[word] = true
	}
	return m
}()

// streetBehind are street types written as a word of their own after the name
// and before the number.
var streetBehind = map[string]bool{
	"strasse": true, "str": true, "gasse": true, "weg": true, "platz": true, "allee": true, "ring": true, "ufer": true,
	"damm": true, "chaussee": true, "utca": true, "u": true, "ut": true, "utja": true, "ter": true, "tere": true,
	"korut": true, "tee": true, "tn": true, "mnt": true, "pst": true, "puiestee": true, "maantee": true, "caddesi": true,
	"cad": true, "sokak": true, "sokagi": true, "sk": true, "bulvari": true, "iela": true, "gatve": true, "namesti": true,
	"trida": true, "ulice": true, "cesta": true, "trg": true, "gate": true, "gata": true, "vei": true, "vej": true,
	"katu": true, "straat": true, "laan": true, "plein": true, "st": true, "street": true, "road": true, "avenue": true,
}

// streetSuffixes end the names of streets written in one word.
var streetSuffixes = []string{
	"strasse", "gasse", "weg", "platz", "allee", "damm", "ufer", "steig", "vej", "vejen", "gade", "gaden", "gata", "gatan",
	"vagen", "vag", "gate", "gaten", "veien", "vei", "svingen", "bakken", "vaenget", "katu", "tie", "kuja", "polku", "raitti",
	"straat", "laan", "plein", "gracht", "kade", "dreef", "singel", "dijk", "hof", "straeti", "stigur", "braut", "vegur",
	"holt", "hlid", "stien", "parken", "haven", "torget", "grand", "str",
}

// streetSuffix tells a word like "Elmsvej" or "Hauptstraße".
func streetSuffix(key string) bool {
	for _, s := range streetSuffixes {
		if len(key) >= len(s)+3 && strings.HasSuffix(key, s) {
			return true
		}
	}
	return false
}
