package matching

import (
	"math"
	"slices"
	"time"
)

// The features of a candidate. All are logarithms of counts or of shares of the
// pool, so that they mean the same in a young program and in an old one.
const (
	featActivityShort = iota
	featActivityLong
	featAnswers
	featBest
	featBestShare
	featIdle
	featAsker
	featNear
	featNearLong
	featNearShort
	featTag
	featTagLong
	featTagShort
	featPrior
	featureCount
)

// featureNames are what records call the features, in order.
var featureNames = [featureCount]string{
	featActivityShort: "activity_30d",
	featActivityLong:  "activity_90d",
	featAnswers:       "answers",
	featBest:          "resolved",
	featBestShare:     "resolved_share",
	featIdle:          "idle_days",
	featAsker:         "answered_asker",
	featNear:          "similar",
	featNearLong:      "similar_90d",
	featNearShort:     "similar_30d",
	featTag:           "tags",
	featTagLong:       "tags_90d",
	featTagShort:      "tags_30d",
	featPrior:         "prior",
}

// tally is what one expert did on what is like the question, in fixed point.
type tally struct {
	near, nearLong, nearShort int64
	tag, tagLong, tagShort    int64
	asker                     int64
}

// tallyNear shares each neighbour's similarity out to who answered it.
func (ix *Index) tallyNear(near []neighbour, at int64, tallies []tally) {
	for _, n := range near {
		doc := &ix.docs[n.doc]
		for _, e := range doc.evidence {
			since := doc.since(e)
			if since >= at {
				continue
			}
			t := &tallies[e.expert]
			t.near += fixed(n.sim)
			t.nearLong += fixed(n.sim * decay(at-since, longHalfLife))
			t.nearShort += fixed(n.sim * decay(at-since, shortHalfLife))
		}
	}
}

// tallyTags counts answers to questions with the tags of q; a rare tag counts
// for more than a common one.
func (ix *Index) tallyTags(tags []string, at int64, tallies []tally) {
	all := timesBefore(ix.text.asked, at)
	for i, name := range tags {
		t := ix.tags[name]
		if t == nil || slices.Contains(tags[:i], name) {
			continue
		}
		weight := inverseFrequency(all, timesBefore(t.asked, at))
		for j := range t.experts {
			x := &t.experts[j]
			to := &tallies[x.slot]
			n := x.answers.before(at)
			to.tag += fixed(weight * float64(n))
			to.tagLong += fixed(weight * x.answers.decayed(n, at, x.answers.long, longHalfLife))
			to.tagShort += fixed(weight * x.answers.decayed(n, at, x.answers.short, shortHalfLife))
		}
	}
}

// tallyAsker counts answers to earlier questions of the same asker.
func (ix *Index) tallyAsker(asker ID, at int64, tallies []tally) {
	for _, slot := range ix.askers[asker] {
		doc := &ix.docs[slot]
		for _, e := range doc.evidence {
			if doc.since(e) < at {
				tallies[e.expert].asker++
			}
		}
	}
}

// features gives a candidate's vector; pool is the sum of all candidates'
// tallies.
func (ix *Index) features(c Candidate, slot uint32, at int64, tallies []tally, pool tally) (Vector, int) {
	var v Vector
	t := &noTally
	if slot != nobody {
		t = &tallies[slot]
	}
	x := ix.pastOf(slot, at)
	v[featActivityShort] = math.Log(x.decayed(at, x.short, shortHalfLife) + 0.1)
	v[featActivityLong] = math.Log(x.decayed(at, x.long, longHalfLife) + 0.1)
	v[featAnswers] = logCount(x.answers)
	v[featBest] = logCount(x.bests)
	v[featBestShare] = logNothing
	if x.bests > 0 {
		v[featBestShare] = math.Log(float64(x.bests)/float64(max(x.answers, 1)) + 0.02)
	}
	v[featIdle] = math.Log1p(x.idleDays(c.Since, at))
	v[featAsker] = logCount(int(t.asker))
	v[featNear] = logShare(t.near, pool.near)
	v[featNearLong] = logShare(t.nearLong, pool.nearLong)
	v[featNearShort] = logShare(t.nearShort, pool.nearShort)
	v[featTag] = logShare(t.tag, pool.tag)
	v[featTagLong] = logShare(t.tagLong, pool.tagLong)
	v[featTagShort] = logShare(t.tagShort, pool.tagShort)
	v[featPrior] = unit(c.Prior)
	return v, x.answers
}

// What most candidates have, or lack.
var (
	noTally    tally
	logNothing = math.Log(ratio(0, 1) + 0.02)
	logCounts  = func() (logs [1000]float64) {
		for n := range logs {
			logs[n] = math.Log1p(float64(n))
		}
		return logs
	}()
)

func logCount(n int) float64 {
	if n < len(logCounts) {
		return logCounts[n]
	}
	return math.Log1p(float64(n))
}

func logShare(a, of int64) float64 {
	if a == 0 {
		return logNothing // most candidates have no share
	}
	return math.Log(ratio(a, of) + 0.02)
}

// idleDays is the time since the last answer, or since enrolment where that is
// later: a newcomer is not idle.
func (x *past) idleDays(since time.Time, at int64) float64 {
	last := at - (10 * 365 * 24 * time.Hour).Microseconds()
	if x.answers > 0 {
		last = max(last, x.last)
	}
	if !since.IsZero() {
		last = max(last, min(since.UnixMicro(), at))
	}
	return float64(at-last) / float64((24 * time.Hour).Microseconds())
}

// decayed is what is left at time at of a sum as it was after the last answer.
func (x *past) decayed(at int64, sum float64, halfLife time.Duration) float64 {
	if x.answers == 0 {
		return 0
	}
	return float64(sum * decay(at-x.last, halfLife))
}

// unit keeps a prior within 0 to 1; what is no number counts as 0.
func unit(x float64) float64 {
	if !(x > 0) {
		return 0
	}
	return min(x, 1)
}
