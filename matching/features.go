package matching

import (
	"encoding/binary"
	"math"
	"time"
)

// The features of a candidate. All are logarithms of counts or of shares, so
// that they mean the same in a young program and in an old one.
const (
	featActivityDay = iota
	featActivity3
	featActivityWeek
	featActivityMonth
	featActivityQuarter
	featActivityYear
	featResolved
	featResolvedShare
	featIdleHours
	featIdleDays
	featHour
	featWeekday
	featAsker
	featNear
	featNearYear
	featNearest
	featWords
	featWordsSum
	featTags
	featPrior
	featureCount
)

// A feature is what records call it, and the side of zero its weight stays on.
var featureTable = [featureCount]struct {
	name string
	sign int8
}{
	featActivityDay:     {"activity_1d", 1},
	featActivity3:       {"activity_3d", 1},
	featActivityWeek:    {"activity_7d", 1},
	featActivityMonth:   {"activity_30d", 1},
	featActivityQuarter: {"activity_90d", 1},
	featActivityYear:    {"activity_365d", 1},
	featResolved:        {"resolved", 1},
	featResolvedShare:   {"resolved_share", 1},
	featIdleHours:       {"idle_hours", -1},
	featIdleDays:        {"idle_days", -1},
	featHour:            {"this_hour", 1},
	featWeekday:         {"this_weekday", 1},
	featAsker:           {"answered_asker", 1},
	featNear:            {"similar_90d", 1},
	featNearYear:        {"similar_365d", 1},
	featNearest:         {"nearest", 1},
	featWords:           {"words", 1},
	featWordsSum:        {"words_sum", 1},
	featTags:            {"tags", 1},
	featPrior:           {"prior", 1},
}

// tally is what one expert did on what is like the question; what is summed up
// over documents is in fixed point.
type tally struct {
	near, nearYear, nearest int64
	words                   float64
	tags                    float64
	asker                   int64
}

var (
	nearHalfLife = days(90)
	yearHalfLife = days(365)
)

// tallyNear shares each neighbour's likeness out to who answered it.
func (ix *Index) tallyNear(at int64, s *scratch) {
	for i := range s.near {
		n := &s.near[i]
		ix.briefs.answered(n.doc, at, func(expert uint32, since int64) {
			place := s.place[expert]
			if place <= 0 {
				return
			}
			t, year := &s.room[place-1], decay(at-since, yearHalfLife)
			t.near += fixed(n.broad * decay(at-since, nearHalfLife))
			t.nearYear += fixed(n.broad * year)
			t.nearest += fixed(n.sharp * year)
		})
	}
}

// tallyTags sums up answers to questions with the tags of the question, from
// whichever side there is less to look at.
func (ix *Index) tallyTags(at int64, s *scratch) {
	for i := range s.tags {
		t := &s.tags[i]
		if len(t.experts) <= 8*len(s.room) {
			for j := range t.experts {
				if place := s.place[t.experts[j].slot]; place > 0 {
					t.take(&t.experts[j], at, &s.room[place-1].tally)
				}
			}
			continue
		}
		for j := range s.room {
			if k, ok := t.slotOf[s.room[j].slot]; ok {
				t.take(&t.experts[k], at, &s.room[j].tally)
			}
		}
	}
}

// tallyWords sums up, over the most telling words of the question, how often an
// expert answered questions with the word. A second answer says less than the
// first.
func (ix *Index) tallyWords(terms []wanted, at int64, s *scratch) {
	s.telling = 0
	all := float64(timesBefore(ix.text.asked, at) + 1)
	s.counts = grown(s.counts, len(s.room))
	read, most := 0, maxWordPostings
	if s.crowded {
		most = crowdWords
	}
	for _, t := range terms {
		if read += t.docs; read > most && s.telling > 0 {
			read -= t.docs
			continue
		}
		s.telling += t.idf
		usual := usually * (float64(t.docs) + 0.5) / all
		s.counted = s.counted[:0]
		ix.countWord(t.list.data, at, s)
		for _, place := range s.counted {
			s.room[place].words += float64(t.idf * math.Log(1+float64(s.counts[place])/(1<<32)/usual))
			s.counts[place] = 0
		}
	}
	for i := range s.room {
		s.room[i].words /= max(s.telling, 1e-9)
	}
}

// countWord counts in s.counts who answered the documents of a list, and when.
func (ix *Index) countWord(data []byte, at int64, s *scratch) {
	doc := never32
	for ; len(data) >= postingBytes; data = data[postingBytes:] {
		doc += uint32(binary.LittleEndian.Uint16(data))
		if data[2] == 0 {
			continue
		}
		last := ix.briefs.last[doc]
		if last == nobody {
			continue
		}
		if place := s.place[last&^andMore] - 1; place >= 0 {
			if since := ix.briefs.since[doc]; since < at {
				s.countAnswer(place, at-since)
			}
		}
		if last&andMore == 0 {
			continue
		}
		for next := ix.briefs.next[doc]; next != 0; {
			a := &ix.briefs.more[next-1]
			if place := s.place[a.expert] - 1; place >= 0 && a.since < at {
				s.countAnswer(place, at-a.since)
			}
			next = a.next
		}
	}
}

func (s *scratch) countAnswer(place int16, age int64) {
	if s.counts[place] == 0 {
		s.counted = append(s.counted, place)
	}
	s.counts[place] += yearly(age)
}

// yearly is what is left of one after age, in fixed point, by the day.
func yearly(age int64) int64 {
	day := int(age / dayMicros)
	if day < len(yearlyTable) {
		return yearlyTable[day]
	}
	return fixed(math.Exp2(-float64(day) / 365))
}

var yearlyTable = func() (t [4096]int64) {
	for day := range t {
		t[day] = fixed(math.Exp2(-float64(day) / 365))
	}
	return t
}()

// tallyAsker counts answers to earlier questions of the same asker.
func (ix *Index) tallyAsker(asker ID, at int64, s *scratch) {
	if asker == (ID{}) {
		return
	}
	for _, slot := range ix.askers[asker] {
		ix.briefs.answered(slot, at, func(expert uint32, _ int64) {
			if place := s.place[expert]; place > 0 {
				s.room[place-1].asker++
			}
		})
	}
}

// whole is what everybody who is looked at did together.
func (s *scratch) whole() tally {
	var sum tally
	for i := range s.room {
		t := &s.room[i].tally
		sum.near += t.near
		sum.nearYear += t.nearYear
		sum.nearest += t.nearest
	}
	return sum
}

// features writes a candidate's vector, and gives how many answers are behind
// it, and those of a year.
func (ix *Index) features(c *considered, at int64, whole *tally, v *Vector, s *scratch) (answers int, year float64) {
	p := &nothing
	if c.slot != nobody {
		p = ix.experts[c.slot].before(at, &s.past)
	}
	for i, h := range activityHalfLives {
		v[featActivityDay+i] = math.Log(p.active[i].at(at, h) + 0.1)
	}
	year = p.active[featActivityYear-featActivityDay].at(at, yearHalfLife)
	v[featResolved] = logCount(p.resolved)
	left := 1.0
	if p.answers > 0 {
		left = decay(at-p.work.cell*habitHalfLife.micros, habitHalfLife)
	}
	work := p.work.value * left
	won, unresolved := p.won.at(at, habitHalfLife), p.unresolved.at(at, habitHalfLife)
	v[featResolvedShare] = math.Log(1 - (unresolved+2)/(won+unresolved+3))
	idle := p.idle(c.Since, at)
	v[featIdleHours] = math.Log(min(idle*24, 72) + 0.5)
	v[featIdleDays] = math.Log(1 + idle)
	hour, weekday := clock(at)
	v[featHour] = p.habit(hour, left, work)
	v[featWeekday] = math.Log((float64(p.weekdays[weekday])*left*7 + unsaid) / (work + unsaid))
	v[featAsker] = logCount(int(c.asker))
	v[featNear] = logShare(c.near, whole.near)
	v[featNearYear] = logShare(c.nearYear, whole.nearYear)
	v[featNearest] = ratio(c.nearest, whole.nearest)
	rarely := math.Log(1 + year/usually)
	v[featWords] = c.words - rarely
	v[featWordsSum] = float64(s.telling/10) * v[featWords]
	v[featTags] = 0
	if len(s.tags) > 0 {
		v[featTags] = c.tags - float64(float64(len(s.tags))*math.Log(1+year/usuallyTagged))
	}
	v[featPrior] = unit(c.prior)
	v.round()
	return p.answers, year
}

// sixPlaces is ten to the decimal places of a feature: the rest would say nothing,
// and be most of what a record takes.
const sixPlaces = 1e6

func (v *Vector) round() {
	for i, x := range v {
		v[i] = math.RoundToEven(x*sixPlaces)/sixPlaces + 0 // and no -0
	}
}

// nothing is the past of who has none.
var nothing past

// unsaid is how many answers, evenly spread, an expert's habits begin with: a few
// answers say little of when somebody is there.
const unsaid = 20

// habit is how much more than evenly the expert's answers are given at this hour
// of the day and soon after it: when who is asked now would answer.
func (p *past) habit(hour int, left, work float64) float64 {
	sum := 0.0
	for _, counts := range fading {
		if n := p.hours[hour]; n != 0 { // as most are
			sum += float64(float64(n) * counts)
		}
		if hour++; hour == len(p.hours) {
			hour = 0
		}
	}
	return math.Log((sum*left + unsaid*evenly) / ((work + unsaid) * evenly))
}

// fading is how much an hour counts that lies so many hours ahead.
var fading, evenly = func() (f [24]float64, mean float64) {
	for i := range f {
		f[i] = math.Exp(-float64(i) / 4)
		mean += f[i] / 24
	}
	return f, mean
}()

// idle is the days since the last answer, or since enrolment where that is
// later: a newcomer is not idle.
func (p *past) idle(since time.Time, at int64) float64 {
	last := at - 3650*dayMicros
	if p.answers > 0 {
		last = max(last, p.last)
	}
	if !since.IsZero() {
		last = max(last, min(since.UnixMicro(), at))
	}
	return float64(at-last) / float64(dayMicros)
}

var logCounts = func() (logs [1000]float64) {
	for n := range logs {
		logs[n] = math.Log1p(float64(n))
	}
	return logs
}()

func logCount(n int) float64 {
	if n < len(logCounts) {
		return logCounts[n]
	}
	return math.Log1p(float64(n))
}

// leastShare stands in for no share at all.
const leastShare = 0.002

var logNothing = math.Log(leastShare)

func logShare(a, of int64) float64 {
	if a == 0 {
		return logNothing // most candidates have no share
	}
	return math.Log(ratio(a, of) + leastShare)
}

// unit keeps a prior within 0 to 1; what is no number counts as 0.
func unit(x float64) float64 {
	if !(x > 0) {
		return 0
	}
	return min(x, 1)
}
