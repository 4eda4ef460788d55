package pages

import (
	"time"

	"knowhow/payouts/money"
)

// joinRoutes are a program's page for who may want to work in it.
func (p *Pages) joinRoutes() { p.get("/join/{program}", (*visit).join) }

// joining is what a program tells who may want to work in it. What is not
// known, or not yet, is nil.
type joining struct {
	program
	Pay struct {
		Least   money.Money `json:"least"`
		Typical money.Money `json:"typical"`
		Most    money.Money `json:"most"`
	} `json:"pay"`
	HandlingS *int64 `json:"handling_s"`
	Hours     *hours `json:"questions_by_hour"`
	Experts   *int   `json:"experts"`
	Asked     struct {
		Quiz      bool `json:"quiz"`
		Terms     bool `json:"terms"`
		Probation bool `json:"probation"`
	} `json:"asks"`
	Books   openBooks  `json:"-"`
	Chosen  chosen     `json:"-"`
	Voice   voice      `json:"-"`
	Invited *applicant `json:"-"` // by whose invitation the visitor came
	Full    bool       `json:"full"`
}

// voice is how the brand hears its experts.
type voice struct {
	Answered float64 `json:"answered"`
	Waiting  float64 `json:"waiting"`
	Overdue  []struct {
		Title string    `json:"title"`
		DueAt time.Time `json:"due_at"`
	} `json:"overdue"`
	Spokespeople []struct {
		Handle string `json:"handle"`
	} `json:"spokespeople"`
}

// Late is how many were not answered in time.
func (v voice) Late() float64 { return float64(len(v.Overdue)) }

// Heard reports whether there is anything to tell.
func (v voice) Heard() bool {
	return v.Answered+v.Waiting+v.Late()+float64(len(v.Spokespeople)) > 0
}

// chosen is by what experts are chosen for a question.
type chosen struct {
	Own      bool     `json:"own"`
	Resolved int      `json:"resolved"`
	Groups   []weight `json:"groups"`
}

// weight is how much one of the things says that experts are chosen by.
type weight struct {
	Name    string `json:"name"`
	ShareBP int    `json:"share_bp"`
}

// Whole is the share in basis points, rounded to whole percents.
func (w weight) Whole() int { return (w.ShareBP + 50) / 100 * 100 }

// hours are how many questions an hour of the week usually brings, in UTC,
// Monday first.
type hours [7][24]float64

// Open are the topics that experts may do.
func (j joining) Open() []topic {
	var list []topic
	for _, t := range j.Topics {
		if t.Mode != "brand-only" {
			list = append(list, t)
		}
	}
	return list
}

// day is one weekday of the table.
type day struct {
	Weekday int // 0: Monday
	Parts   []part
	Sum     float64
}

// part is a part of a day: how many questions it brings, and how dark it is
// drawn, from 0 to 4.
type part struct {
	From, To int
	Count    float64
	Shade    int
}

// hoursOfPart are the hours that are counted together.
const hoursOfPart = 3

// Days are the week in parts of days.
func (h hours) Days() []day {
	var list []day
	most := 0.0
	for weekday, counts := range h {
		d := day{Weekday: weekday}
		for from := 0; from < 24; from += hoursOfPart {
			p := part{From: from, To: from + hoursOfPart}
			for _, n := range counts[from:p.To] {
				p.Count += n
			}
			most, d.Sum, d.Parts = max(most, p.Count), d.Sum+p.Count, append(d.Parts, p)
		}
		list = append(list, d)
	}
	for _, d := range list {
		for i := range d.Parts {
			if most > 0 {
				d.Parts[i].Shade = int(4*d.Parts[i].Count/most + 0.5)
			}
		}
	}
	return list
}

// bar is one hour of the day in the chart: its height is in percent.
type bar struct {
	Hour   int
	Count  float64
	Height float64
}

// Bars are the hours of the day, all days together.
func (h hours) Bars() []bar {
	list, most := make([]bar, 24), 0.0
	for hour := range list {
		list[hour].Hour = hour
		for _, counts := range h {
			list[hour].Count += counts[hour] / 7
		}
		most = max(most, list[hour].Count)
	}
	for i := range list {
		if most > 0 {
			list[i].Height = 100 * list[i].Count / most
		}
	}
	return list
}

func (v *visit) join() error {
	j := &joining{}
	if err := v.api.read("/programs/"+segment(v.r.PathValue("program"))+"/public", j); err != nil {
		return err
	}
	if err := v.api.read("/programs/"+segment(v.r.PathValue("program"))+"/books", &j.Books); err != nil {
		return err
	}
	if err := v.api.read("/programs/"+segment(v.r.PathValue("program"))+"/parameters", &j.Chosen); err != nil {
		return err
	}
	if err := v.api.read("/programs/"+segment(v.r.PathValue("program"))+"/voice", &j.Voice); err != nil {
		return err
	}
	j.Invited = v.invitedTo(j.ID)
	return v.show(page{name: "join", title: "join.title", args: []any{"brand", j.BrandName}, data: j})
}
