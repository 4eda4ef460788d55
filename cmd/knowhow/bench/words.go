package bench

import (
	"math"
	"math/rand/v2"
	"strings"
)

// subject is what a topic's questions are about, in the words of those who ask.
type subject struct {
	slug  string
	words []string
}

// subjects are the topics of the bench's program.
var subjects = subjectsOf(`
network: wifi router signal drops ethernet mesh channel dongle reconnect range antenna wireless
picture: blurry screen contrast flicker hdr brightness pixels ratio sharpness cable panel dark
sound: volume speaker crackle silent stereo soundbar delay bass headphones mute dolby mono
remote: buttons pairing batteries infrared pointer click unresponsive lost voice menu shortcut key
login: password locked username verification expired email reset session profile forgot factor signin
billing: invoice charged twice refund card payment receipt renewal tax currency declined statement
plans: upgrade downgrade yearly family student trial cancel pause discount bundle limit price
downloads: offline storage episode stuck expired quality folder travel queue space renew device
live: channel match delay rewind replay kickoff blackout broadcast region buffer stadium commentary
recordings: schedule series deleted conflict recorder tuner keep padding library missed space guide
subtitles: captions language font missing sync translated forced size colour overlap encoding burned
accounts: household member child pin profile merge delete transfer guest owner invite rename
mobile: phone tablet android battery background notification cast rotate widget crash permission app
browser: firefox chrome extension cookies cache plugin blocked tab fullscreen private script render
firmware: update failed version rollback stuck percent restart beta checksum release install loop
storage: disk full card mount format partition slow external backup sectors corrupt ntfs
printer: paper jam toner cartridge duplex driver spooler tray queue smudge scan wireless
camera: lens focus night motion alert stream clip angle blur privacy shutter memory
thermostat: heating schedule sensor boiler humidity eco valve target reading winter holiday zone
lights: bulb dimmer scene group colour flash bridge switch warm automation sunset lamp
alarm: siren false trigger arm disarm keypad code tamper window door battery panel
doorbell: chime ring visitor delay package answer wiring transformer pole mount night talk
vacuum: brush dock map obstacle stuck wheel bin filter carpet corner schedule suction
watch: strap heart steps sync pairing charge swim display crown sleep workout gps
tablet: pen charger touch rotation keyboard glass split drawing palm case slow wallet
laptop: fan hot hinge keyboard trackpad sleep boot battery dim dock port memory
gaming: controller lag frames save trophy lobby headset disc matchmaking crash party stick
travel: roaming passport abroad hotel airport sim country abroad border charges flight timezone
orders: parcel tracking delivery courier return exchange label warehouse missing delayed damaged address
privacy: consent export erase cookies sharing location history tracking personal request data analytics
`)

// common are the words that questions about anything are made of.
var common = strings.Fields(`the my it is after when since on to and not with this only but every again still
 works stopped shows error minutes yesterday update tried turning off nothing changes even then sometimes box device
 need help please how can does what why other same works fine before first second time always never new old settings
 open close start wait press hold see says message appears comes back goes away until week morning evening both all
 using connected without setup manual support page reset twice three different another normal problem happens seems
 around between during enough almost already anything possible correct option there here them would should could`)

func subjectsOf(text string) []subject {
	var list []subject
	for line := range strings.Lines(strings.TrimSpace(text)) {
		slug, words, _ := strings.Cut(line, ":")
		list = append(list, subject{slug, strings.Fields(words)})
	}
	return list
}

// write appends n words about s to text, spread as in real texts: half are the
// words of any question, a fifth the subject's, the rest come from a large
// vocabulary whose k-th word is as frequent as 1/k, or are a model's name. So
// hardly two texts are alike.
func (s subject) write(text []byte, r *rand.Rand, n int) []byte {
	for i := range n {
		if i > 0 {
			text = append(text, ' ')
		}
		switch k := r.IntN(20); {
		case k < 10:
			text = append(text, common[skewed(r, len(common))]...)
		case k < 14:
			text = append(text, s.words[skewed(r, len(s.words))]...)
		case k < 19:
			text = spell(text, skewed(r, vocabulary))
		default:
			text = append(text, 'k'+byte(r.IntN(8)), 'a'+byte(r.IntN(26)), '-', '1'+byte(r.IntN(9)), '0'+byte(r.IntN(10)))
		}
		if i%12 == 11 && i < n-1 {
			text = append(text, '.')
		}
	}
	return text
}

// vocabulary is how many words there are beside the listed ones.
const vocabulary = 20_000

// skewed draws from 0 to n-1, k with a chance proportional to about 1/(k+1).
func skewed(r *rand.Rand, n int) int {
	return min(n, int(math.Exp(r.Float64()*math.Log(float64(n+1))))) - 1
}

// spell appends the k-th word of the vocabulary, which means nothing.
func spell(text []byte, k int) []byte {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	for k += 100; k > 0; k /= len(consonants) * len(vowels) {
		text = append(text, consonants[k%len(consonants)], vowels[k/len(consonants)%len(vowels)])
	}
	return append(text, 'n')
}

// text is n words about s.
func (s subject) text(r *rand.Rand, n int) string { return string(s.write(nil, r, n)) }
