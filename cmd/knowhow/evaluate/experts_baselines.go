package evaluate

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"
)

// The names of the baselines, as in the table of the protocol.
const (
	byAnswers     = "most answers, all time"
	byActivity    = "activity decayed 30 d"
	byProfile     = "BM25 expert profile"
	byNeighbours  = "BM25 kNN K=100"
	byNeighbours9 = "kNN votes decayed 90 d"
	byTags        = "tags decayed 90 d"
	byFour        = "log decayed activity + text"
	byLogit       = "conditional logit"
)

// ledger is what the baselines know of the past. It is another program's
// arithmetic than package matching's, so that one can be held against the other.
type ledger struct {
	answers  []int
	month    []decayed      // by user, half-life 30 days
	deeds    []deed         // by user
	helped   map[[2]int]int // answers, by user and asker
	people   *people
	profiles map[string]map[int]float64
	length   []float64                   // of each user's profile
	tags     map[string]map[int]*decayed // half-life 90 days
	tagged   map[string]map[int]float64  // answers, by tag and user
	asked    map[string]int              // questions with a tag
	docs     []document
	lists    map[string][]int // documents with a word
	words    float64          // in all documents
	posts    []post
	fitted   []float64 // the coefficients of the conditional logit; nil before
}

// document is a question that was asked.
type document struct {
	words    map[string]float64
	length   float64
	answered []happening
	resolver int // -1 until it is known
}

func newLedger(posts []post, people *people) *ledger {
	users := len(people.names)
	return &ledger{
		answers: make([]int, users), month: make([]decayed, users), length: make([]float64, users),
		deeds: make([]deed, users), helped: map[[2]int]int{}, people: people, tagged: map[string]map[int]float64{},
		profiles: map[string]map[int]float64{}, tags: map[string]map[int]*decayed{}, asked: map[string]int{},
		docs: make([]document, len(posts)), lists: map[string][]int{}, posts: posts,
	}
}

var stopWords = func() map[string]bool {
	set := map[string]bool{}
	for _, w := range allWords(`a an and are as at be but by for if in into is it no not of on or such that the their
		then there these they this to was will with`) {
		set[w] = true
	}
	return set
}()

// wordsOf is the protocol's text of a question: the title twice and the first
// 1,500 characters of the body.
func wordsOf(p *post) document {
	d := document{words: map[string]float64{}, resolver: -1}
	body := []rune(p.Body)
	for _, part := range []struct {
		text string
		n    float64
	}{{p.Title, 2}, {string(body[:min(1500, len(body))]), 1}} {
		for _, w := range allWords(part.text) {
			if len(w) > 1 && !stopWords[w] {
				d.words[w] += part.n
				d.length += part.n
			}
		}
	}
	return d
}

// ask enters a question, once it was asked.
func (l *ledger) ask(i int) {
	d := wordsOf(&l.posts[i])
	l.docs[i] = d
	l.words += d.length
	for w := range d.words {
		l.lists[w] = append(l.lists[w], i)
	}
	for _, tag := range l.posts[i].Tags {
		l.asked[tag]++
	}
}

// answer enters an answer, once it was given.
func (l *ledger) answer(h happening) {
	l.answers[h.user]++
	l.month[h.user].add(h.at, 30, 1)
	l.did(h)
	d := &l.docs[h.post]
	d.answered = append(d.answered, h)
	for w, n := range d.words {
		if l.profiles[w] == nil {
			l.profiles[w] = map[int]float64{}
		}
		l.profiles[w][h.user] += n
	}
	l.length[h.user] += d.length
	for _, tag := range l.posts[h.post].Tags {
		if l.tags[tag] == nil {
			l.tags[tag], l.tagged[tag] = map[int]*decayed{}, map[int]float64{}
		}
		if l.tags[tag][h.user] == nil {
			l.tags[tag][h.user] = &decayed{}
		}
		l.tags[tag][h.user].add(h.at, 90, 1)
		l.tagged[tag][h.user]++
	}
}

// bm25 is a term's worth in a document (k1 1.2, b 0.75).
func bm25(n, length, average float64) float64 {
	return n * 2.2 / (n + 1.2*(1-0.75+0.75*length/average))
}

func idf(all, with int) float64 {
	return math.Log(1 + (float64(all-with)+0.5)/(float64(with)+0.5))
}

// profileScores is model 1 of Balog: each user of the pool is a document of all
// they answered.
func (l *ledger) profileScores(q document) map[int]float64 {
	users, lengths := 0, 0.0
	for user, n := range l.answers {
		if n >= seasoned {
			users++
			lengths += l.length[user]
		}
	}
	scores := map[int]float64{}
	for _, w := range slices.Sorted(maps.Keys(q.words)) {
		with := 0
		for user := range l.profiles[w] {
			if l.answers[user] >= seasoned {
				with++
			}
		}
		for user, n := range l.profiles[w] {
			scores[user] += idf(users, min(with, users)) * bm25(n, l.length[user], lengths/float64(max(1, users)))
		}
	}
	return scores
}

// likeness is what users have to do with a question, by user.
type likeness struct {
	profile                  map[int]float64
	near, nearBest, nearLate map[int]float64 // by similar questions: all, those they resolved, halved every 90 days
	tagged, taggedLate       map[int]float64 // by its tags: all, and halved every 90 days
}

func (l *ledger) likenessTo(i int) likeness {
	p, q := &l.posts[i], wordsOf(&l.posts[i])
	like := likeness{
		profile: l.profileScores(q), near: map[int]float64{}, nearBest: map[int]float64{}, nearLate: map[int]float64{},
		tagged: map[int]float64{}, taggedLate: map[int]float64{},
	}
	l.neighbours(q, i, p.Created.Time, &like)
	for _, tag := range p.Tags {
		weight := idf(i, l.asked[tag])
		for user, d := range l.tags[tag] {
			like.taggedLate[user] += weight * d.as(p.Created.Time, 90)
			like.tagged[user] += weight * l.tagged[tag][user]
		}
	}
	return like
}

// neighbours is model 2 of Balog: the users who answered the 100 questions most
// like it, by how like they are.
func (l *ledger) neighbours(q document, asked int, at time.Time, like *likeness) {
	near := map[int]float64{}
	for _, w := range slices.Sorted(maps.Keys(q.words)) {
		weight := idf(asked, len(l.lists[w]))
		for _, doc := range l.lists[w] {
			d := &l.docs[doc]
			near[doc] += weight * bm25(d.words[w], d.length, l.words/float64(asked))
		}
	}
	docs := slices.SortedFunc(maps.Keys(near), func(a, b int) int {
		return cmp.Or(cmp.Compare(near[b], near[a]), cmp.Compare(a, b))
	})
	for _, doc := range docs[:min(100, len(docs))] {
		d := &l.docs[doc]
		for _, h := range d.answered {
			like.near[h.user] += near[doc]
			like.nearLate[h.user] += near[doc] * math.Exp2(-at.Sub(h.at).Hours()/24/90)
		}
		if d.resolver >= 0 {
			like.nearBest[d.resolver] += near[doc]
		}
	}
}

// scores are all baselines' for the i-th question, over the users of the pool; the
// conditional logit's only once it was fitted.
func (l *ledger) scores(i int, pool []int) map[string][]float64 {
	like := l.likenessTo(i)
	out := l.plainScores(i, pool, like)
	if l.fitted != nil {
		out[byLogit] = l.logitScores(l.choice(i, pool, like))
	}
	return out
}

// plainScores are those of the baselines that need no fit.
func (l *ledger) plainScores(i int, pool []int, like likeness) map[string][]float64 {
	at := l.posts[i].Created.Time
	out := map[string][]float64{}
	for _, user := range pool {
		for name, score := range map[string]float64{
			byAnswers: float64(l.answers[user]), byActivity: l.month[user].as(at, 30), byProfile: like.profile[user],
			byNeighbours: like.near[user], byNeighbours9: like.nearLate[user], byTags: like.taggedLate[user],
		} {
			out[name] = append(out[name], score)
		}
	}
	out[byFour] = four(out)
	return out
}

// four adds up the logarithms of decayed activity and of three shares of the
// pool, with weights set by hand on the years before any window.
func four(of map[string][]float64) []float64 {
	out := make([]float64, len(of[byActivity]))
	for i, x := range of[byActivity] {
		out[i] = 0.7 * math.Log(x+0.1)
	}
	for _, text := range []struct {
		name   string
		weight float64
	}{{byProfile, 0.3}, {byNeighbours9, 0.5}, {byTags, 0.7}} {
		sum := 0.0
		for _, x := range of[text.name] {
			sum += x
		}
		for i, x := range of[text.name] {
			out[i] += text.weight * math.Log(x/max(sum, 1e-9)+0.02)
		}
	}
	return out
}

// inOrder sorts the users of a pool, which is ascending, by score: the highest
// first, of equal ones the first.
func inOrder(pool []int, scores []float64) []int {
	place := make([]int, len(pool))
	for i := range place {
		place[i] = i
	}
	slices.SortStableFunc(place, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	for i, at := range place {
		place[i] = pool[at]
	}
	return place
}
