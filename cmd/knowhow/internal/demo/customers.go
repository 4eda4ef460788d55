package demo

import (
	"fmt"
	"strings"
	"time"
)

// person is an invented customer.
type person struct {
	Handle, Name, Locale string
}

// crowd is how many customers ask in a language, and what they are called.
type crowd struct {
	count       int
	first, last []string
}

var crowds = map[string]crowd{
	"en": {105, strings.Fields("Alder Bryony Corwin Delphine Edda Fenton Greer Hollis Isolde Jarvis Keziah Lorcan Maeve Nolan Orla Piers Quilla Rowan Sorcha Tamsin"),
		strings.Fields("Ashgrove Birkwood Cranleigh Dunmarsh Eastlake Fernsby Gorsefield Harrowgate Inglemoor Kelmscott Larkhill Merriden Northcote")},
	"de": {28, strings.Fields("Annegret Bertram Clemens Dörte Eike Frauke Gesine Hinnerk Ilse Jörn"),
		strings.Fields("Ackermoor Birkenfels Dornbusch Eschenbach Fliederau Grünwaldt Heidekamp")},
	"es": {22, strings.Fields("Amaya Beltrán Casilda Dimas Eloísa Fermín Graciela Hilario"),
		strings.Fields("Arroyuelo Bosquealto Campoverde Fuentenegra Montelar Ríoclaro")},
	"fr": {18, strings.Fields("Apolline Barnabé Clotilde Désiré Églantine Firmin Ghislaine"),
		strings.Fields("Aubépin Boisclair Chantemerle Valfleuri Grandpré Rochebrune")},
	"tr": {16, strings.Fields("Aysun Bilge Cenk Defne Ege Figen"), strings.Fields("Akpınarlı Bozdereli Çamlıova Gölbaşar Yeşilkaya")},
	"ar": {14, strings.Fields("أمينة باسل جميلة رائد سمية"), strings.Fields("الوادي النخيلي البستاني المرجاني")},
}

// of is the n-th customer of a language.
func (c crowd) of(language string, n int) person {
	first, last := c.first[n%len(c.first)], c.last[(n/len(c.first)+5*n)%len(c.last)]
	return person{Handle: fmt.Sprintf("bw-%s-%03d", language, n+1), Name: first + " " + last, Locale: language}
}

// askerOf is who asks: some ask more than once.
func askerOf(e entry, reference string) person {
	if e.Customer != "" {
		return person{Handle: "bw-" + e.ID, Name: e.Customer, Locale: e.Language}
	}
	c := crowds[e.Language]
	return c.of(e.Language, draw("asker", reference).below(c.count))
}

// signed puts the customer's own name where the text has a place for it.
func (p person) signed(text string) string {
	first, _, _ := strings.Cut(p.Name, " ")
	return strings.NewReplacer("{name}", p.Name, "{first}", first).Replace(text)
}

// The demand of a day by hour, UTC: people watch in the evening.
var hours = []int{6, 7, 8, 9, 11, 12, 13, 15, 16, 16, 17, 17, 18, 18, 18, 19, 19, 19, 19, 20, 20, 20, 20, 21, 21, 22}

// Of a question of the past: no sooner than the program is well under way, and
// early enough to be answered before the end.
const (
	firstDay = 3
	lastDay  = 69
	lastAsk  = past - 6*time.Hour
)

// askedAt spreads the questions over the story.
func askedAt(e entry, reference string, start time.Time) time.Time {
	c := draw("day", reference)
	from := max(e.From, firstDay)
	day0 := time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, time.UTC)
	at := day0.Add(time.Duration(from+c.below(lastDay+1-from))*day + time.Duration(pick(draw("hour", reference), hours))*time.Hour)
	at = at.Add(draw("minute", reference).between(0, time.Hour))
	if at.After(start.Add(lastAsk)) {
		at = at.Add(-day)
	}
	return at
}

// contextOf is what the page and the product tell of themselves.
func contextOf(e entry, reference string) string {
	product := pick(draw("product", reference), []string{"phone app 7.4.1", "phone app 7.4.0", "tablet app 7.4.1", "TV app 7.3.8", "web player"})
	for _, tag := range e.Tags {
		if tag == "box" {
			product = pick(draw("box", reference), []string{"Brindle Box, firmware 5.2.0", "Brindle Box, firmware 5.2.1", "Brindle Box 2, firmware 6.0.3"})
		}
	}
	plan := pick(draw("plan", reference), []string{"Solo", "Solo", "Family", "Family", "Cinema"})
	return fmt.Sprintf("page: /help/%s\nproduct: %s\nplan: %s", e.Topic, product, plan)
}

// Openings and closings that people put around an answer; none is among them.
var openings = map[string][]string{
	"en": {"", "", "", "Hello! ", "Thanks for the clear description. ", "I had exactly this at home. ", "Good news, this one is easy. "},
	"de": {"", "", "Hallo! ", "Danke für die genaue Beschreibung. ", "Das kenne ich von zu Hause. "},
	"es": {"", "", "¡Hola! ", "Gracias por contarlo tan claro. ", "Me pasó lo mismo en casa. "},
	"fr": {"", "", "Bonjour ! ", "Merci pour ces détails. "},
	"tr": {"", "", "Merhaba! ", "Ayrıntılı anlattığınız için teşekkürler. "},
	"ar": {"", "", "مرحباً! ", "شكراً على الوصف الواضح. "},
}

var closings = map[string][]string{
	"en": {"", "", "", " Tell me if it comes back.", " If that does not help, write here what you see.", " Enjoy the evening!"},
	"de": {"", "", " Melden Sie sich, falls es wiederkommt.", " Viel Freude beim Schauen!"},
	"es": {"", "", " Si vuelve a pasar, escríbeme aquí.", " ¡Que lo disfrutes!"},
	"fr": {"", "", " Dites-moi si cela revient.", " Bonne soirée !"},
	"tr": {"", "", " Tekrar olursa buraya yazın.", " İyi seyirler!"},
	"ar": {"", "", " أخبرني إن تكرر الأمر.", " مشاهدة ممتعة!"},
}

func framed(text, language, reference string) string {
	return pick(draw("opening", reference), openings[language]) + text + pick(draw("closing", reference), closings[language])
}
