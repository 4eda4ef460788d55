package redact

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// plansText has a line for each region's numbering plan, those of a country code
// together, its main one first. It is written by a test, from libphonenumber's
// data as github.com/nyaruka/phonenumbers carries it; that module itself would
// be 2.5 MB of program and 10 ms of every start, most of it for what we never
// ask of it (docs/adr/0011). See NOTICE.md beside it.
//
//go:embed plans.tsv
var plansText string

// plan is the numbering plan of a region.
type plan struct {
	region        string // "001": of no region, such as toll-free numbers of the whole world
	code          int
	international string    // what is dialled before a country's code
	prefix        string    // what is dialled before a national number
	transform     string    // what a prefix becomes; empty: it is left out
	leading       string    // what numbers of this region begin with; empty: it is told by kind
	local         []int     // lengths of numbers that are complete nearby only
	general       numbers   // of any kind
	kinds         []numbers // of lines: fixed, mobile, …
}

// numbers are numbers of a kind: how long they may be (empty: not said), and
// what they look like.
type numbers struct {
	lengths []int
	pattern string
}

func (n numbers) has(national string) bool {
	return (len(n.lengths) == 0 || slices.Contains(n.lengths, len(national))) && whole(n.pattern).MatchString(national)
}

// planTable are all plans.
type planTable struct {
	region map[string]*plan
	code   map[int][]*plan
}

// plans reads the plans, once.
var plans = sync.OnceValue(func() planTable {
	t := planTable{map[string]*plan{}, map[int][]*plan{}}
	for line := range strings.Lines(plansText) {
		p := readPlan(strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		t.code[p.code] = append(t.code[p.code], p)
		if p.region != worldwide {
			t.region[p.region] = p
		}
	}
	return t
})

const worldwide = "001"

// Columns of plansText; from planKinds on there are as many as there are kinds.
const (
	planRegion = iota
	planCode
	planInternational
	planPrefix
	planTransform
	planLeading
	planLocal
	planGeneral
	planKinds
)

func readPlan(f []string) *plan {
	p := &plan{
		region: f[planRegion], code: planNumber(f[planCode]), international: f[planInternational], prefix: f[planPrefix],
		transform: f[planTransform], leading: f[planLeading], local: lengths(f[planLocal]), general: readNumbers(f[planGeneral]),
	}
	for _, kind := range f[planKinds:] {
		p.kinds = append(p.kinds, readNumbers(kind))
	}
	return p
}

// readNumbers reads "7,8 [2-9]\d{6,7}".
func readNumbers(field string) numbers {
	all, pattern, _ := strings.Cut(field, " ")
	return numbers{lengths(all), pattern}
}

func lengths(list string) (all []int) {
	if list == "" {
		return nil
	}
	for n := range strings.SplitSeq(list, ",") {
		all = append(all, planNumber(n))
	}
	return all
}

func planNumber(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		panic("redact: the numbering plans: " + err.Error()) // the build is broken
	}
	return n
}

// main is the plan by which numbers of a country code are read, or nil.
func (t planTable) main(code int) *plan {
	if of := t.code[code]; len(of) > 0 {
		return of[0]
	}
	return nil
}

// of is the plan that a number is one of, or nil.
func (t planTable) of(d dialled) *plan {
	of := t.code[d.code]
	if len(of) == 1 {
		return of[0]
	}
	for _, p := range of {
		if p.leading != "" && atStart(p.leading).MatchString(d.national) || p.leading == "" && p.kind(d.national) {
			return p
		}
	}
	return nil
}

// valid tells a number that a plan has.
func (d dialled) valid() bool {
	p := plans().of(d)
	return p != nil && p.kind(d.national)
}

// validIn tells a number that a region's plan has.
func (d dialled) validIn(region string) bool {
	p := plans().region[region]
	return p != nil && p.code == d.code && p.kind(d.national)
}

// possible tells a number that is as long as numbers of its country are.
func (d dialled) possible() bool {
	p := plans().main(d.code)
	if p == nil {
		return false
	}
	fits := p.fits(d.national)
	return fits == right || fits == localOnly
}

// kind reports whether the national number is one of the plan's lines.
func (p *plan) kind(national string) bool {
	return p.general.has(national) && slices.ContainsFunc(p.kinds, func(n numbers) bool { return n.has(national) })
}

// fitting is how a number's length is, to a plan.
type fitting int

const (
	right fitting = iota
	localOnly
	tooShort
	tooLong
	between // other numbers are shorter, and others longer
)

func (p *plan) fits(national string) fitting {
	all := p.general.lengths // in their order
	switch n := len(national); {
	case slices.Contains(p.local, n):
		return localOnly
	case slices.Contains(all, n):
		return right
	case n < all[0]:
		return tooShort
	case n > all[len(all)-1]:
		return tooLong
	}
	return between
}
