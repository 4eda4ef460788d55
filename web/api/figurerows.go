package api

import (
	"strconv"
	"time"

	"knowhow/marketplace/insight"
)

// figureColumns are what a line of the table of figures says, beside its span
// and where that begins.
var figureColumns = []string{
	"first_response_median_s", "first_response_p90_s", "first_response_n", "first_response_censored",
	"resolution_time_median_s", "resolution_time_p90_s", "resolution_time_n", "resolution_time_censored",
	"resolution_rate_bp", "resolution_rate_n", "reopen_rate_bp", "reopen_rate_n", "reopen_rate_censored",
	"csat_good_bp", "csat_mean", "csat_n", "cost_per_resolution_minor", "spent_minor", "cost_n",
}

// figureRows are figures as a table: a line for the period, one for the period
// before, and one for each bucket.
func figureRows(f insight.Figures) [][]string {
	before := f.Period.From.Add(-f.Period.To.Sub(f.Period.From))
	rows := [][]string{
		append([]string{"span", "from", "currency"}, figureColumns...),
		figureRow(f, "period", f.Period.From, f.FirstResponse.Value, f.ResolutionTime.Value, f.ResolutionRate.Value, f.ReopenRate.Value, f.CSAT.Value, f.Cost.Value),
		figureRow(f, "previous", before, f.FirstResponse.Previous, f.ResolutionTime.Previous, f.ResolutionRate.Previous, f.ReopenRate.Previous, f.CSAT.Previous, f.Cost.Previous),
	}
	for i, p := range f.FirstResponse.Points {
		rows = append(rows, figureRow(f, string(f.Period.Bucket), p.At, p.Value, f.ResolutionTime.Points[i].Value, f.ResolutionRate.Points[i].Value,
			f.ReopenRate.Points[i].Value, f.CSAT.Points[i].Value, f.Cost.Points[i].Value))
	}
	return rows
}

func figureRow(f insight.Figures, span string, from time.Time, response, resolution insight.Wait, rate, reopen insight.Share, csat insight.Satisfaction, cost insight.Cost) []string {
	row := []string{span, from.Format(time.RFC3339), string(f.Currency)}
	for _, w := range []insight.Wait{response, resolution} {
		shape := waitOf(w)
		row = append(row, cell(shape.MedianS), cell(shape.P90S), strconv.Itoa(w.N), strconv.Itoa(w.Censored))
	}
	return append(row, cell(rate.BP), strconv.Itoa(rate.N), cell(reopen.BP), strconv.Itoa(reopen.N), strconv.Itoa(reopen.Censored),
		cell(csat.GoodBP), mean(csat.Mean), strconv.Itoa(csat.N), cell(cost.PerResolution), strconv.FormatInt(cost.Spent, 10), strconv.Itoa(cost.N))
}

// topicRows are figures by topic as a table.
func topicRows(r insight.TopicReport) [][]string {
	rows := [][]string{{
		"topic", "name", "questions", "resolved", "first_response_median_s", "first_response_n", "first_response_censored",
		"csat_good_bp", "csat_mean", "csat_n", "spent_minor", "currency",
	}}
	for _, t := range topicReportOf(r).Topics {
		rows = append(rows, []string{
			t.Topic, t.Name, strconv.Itoa(t.Questions), strconv.Itoa(t.Resolved), cell(t.FirstResponse.MedianS),
			strconv.Itoa(t.FirstResponse.N), strconv.Itoa(t.FirstResponse.Censored), cell(t.CSAT.GoodBP), mean(t.CSAT.Mean), strconv.Itoa(t.CSAT.N),
			strconv.FormatInt(t.Spent.Minor, 10), string(t.Spent.Currency),
		})
	}
	return rows
}

// cell is a number; what is not known is an empty cell.
func cell[N int | int64](n *N) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(int64(*n), 10)
}

func mean(of *float64) string {
	if of == nil {
		return ""
	}
	return strconv.FormatFloat(*of, 'f', 2, 64)
}
