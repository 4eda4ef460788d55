package statement

import (
	"bytes"
	"fmt"
	"strconv"

	"codeberg.org/go-pdf/fpdf"
	"github.com/google/uuid"
	"golang.org/x/image/font/gofont/goregular"

	"knowhow/marketplace/earnings"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// The page, in millimetres: A4, its margins and what a line takes.
const (
	margin   = 16.0
	width    = 210.0 - 2*margin
	lineTall = 5.2
	typeface = "go"
)

// columns are how wide those of the tables are: when, what, and the amounts.
var columns = [6]float64{27, 63, 22, 22, 22, 22}

// PDF is a statement as a file, in the language of those there are that a browser
// asks for; items are what the earned lines are made of, by the work. The same
// statement in the same language is the same file.
func PDF(st earnings.Statement, items map[uuid.UUID][]program.QuoteItem, acceptLanguage string) ([]byte, error) {
	w, err := choose(acceptLanguage)
	if err != nil {
		return nil, err
	}
	p := &paper{Fpdf: fpdf.New("P", "mm", "A4", ""), words: w, st: st, items: items}
	p.begin()
	p.head()
	p.summary()
	p.lines()
	p.notes()
	var file bytes.Buffer
	if err := p.Output(&file); err != nil {
		return nil, fmt.Errorf("set a statement as PDF: %w", err)
	}
	return file.Bytes(), nil
}

// paper is a statement while it is set.
type paper struct {
	*fpdf.Fpdf
	setter
	words words
	st    earnings.Statement
	items map[uuid.UUID][]program.QuoteItem
}

func (p *paper) begin() {
	p.SetCatalogSort(true)
	p.SetCreationDate(p.st.Month.Time)
	p.SetModificationDate(p.st.Month.Time)
	p.SetTitle(p.words.t("title")+" "+p.st.Month.String()+" "+string(p.st.Currency), true)
	p.SetLang(p.words.lang)
	p.SetProducer("Knowhow", true)
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(true, margin+6)
	p.AddUTF8FontFromBytes(typeface, "", goregular.TTF)
	p.AliasNbPages("{pages}")
	p.SetFooterFunc(func() {
		p.SetY(-margin)
		p.SetFont(typeface, "", 8)
		p.SetTextColor(90, 90, 90)
		p.CellFormat(width/2, 5, "Knowhow · "+p.st.Month.String()+" · "+string(p.st.Currency), "", 0, "L", false, 0, "")
		page := p.words.t("page", "n", strconv.Itoa(p.PageNo()), "all", "{pages}")
		p.CellFormat(width/2, 5, page, "", 0, "R", false, 0, "")
		p.SetTextColor(0, 0, 0)
	})
	p.AddPage()
}

// head is what statement this is, and whose.
func (p *paper) head() {
	p.SetFont(typeface, "", 18)
	p.CellFormat(width, 9, p.words.t("title"), "", 1, "L", false, 0, "")
	p.SetFont(typeface, "", 12)
	p.CellFormat(width, 7, p.words.month(p.st.Month), "", 1, "L", false, 0, "")
	p.Ln(2)
	state := p.words.t("open")
	if p.st.Final {
		state = p.words.t("final")
	}
	for _, fact := range [][2]string{
		{"for", p.st.Name}, {"person", p.st.Expert.String()}, {"period", p.words.t("period.utc", "month", p.st.Month.String())},
		{"currency", string(p.st.Currency)}, {"provider", p.st.Provider}, {"state", state},
	} {
		p.SetFont(typeface, "", 9)
		p.SetTextColor(90, 90, 90)
		p.CellFormat(32, lineTall, p.words.t(fact[0]), "", 0, "L", false, 0, "")
		p.SetTextColor(0, 0, 0)
		p.CellFormat(width-32, lineTall, p.narrow(p.fit(fact[1]), width-32), "", 1, "L", false, 0, "")
	}
	if p.st.Sandbox {
		p.Ln(1)
		p.SetFont(typeface, "", 9)
		p.MultiCell(width, lineTall, p.fit(p.words.t("sandbox", "provider", p.st.Provider)), "1", "L", false)
	}
}

// summary is the lines added up by kind.
func (p *paper) summary() {
	p.title("summary")
	p.columns("")
	p.row("", p.words.t("opening"), p.st.Opening, true)
	sums := p.st.Sums()
	for _, kind := range payouts.LineKinds {
		if sum, ok := sums[kind]; ok {
			p.row("", p.words.t("line."+string(kind)), sum, false)
		}
	}
	p.row("", p.words.t("closing"), p.st.Closing, true)
}

func (p *paper) lines() {
	p.title("lines")
	if len(p.st.Lines) == 0 {
		p.SetFont(typeface, "", 9)
		p.CellFormat(width, lineTall, p.words.t("none"), "", 1, "L", false, 0, "")
		return
	}
	p.columns(p.words.t("at"))
	p.row("", p.words.t("opening"), p.st.Opening, true)
	for _, l := range p.st.Lines {
		p.row(l.At.Format("2006-01-02 15:04"), p.what(l), l.Standing, false)
		if l.Kind == payouts.LineEarned {
			p.madeOf(p.items[l.Subject])
		}
	}
	p.row("", p.words.t("closing"), p.st.Closing, true)
}

// what is a line in words.
func (p *paper) what(l payouts.StatementLine) string {
	text := p.words.t("line." + string(l.Kind))
	if l.Work != "" {
		text += ": " + p.words.t("work."+string(l.Work))
	}
	if name := p.st.Programs[program.ID(l.Program)]; name != "" {
		text += ", " + name
	}
	return text
}

func (p *paper) notes() {
	p.Ln(4)
	p.SetFont(typeface, "", 8)
	p.MultiCell(width, 4, p.words.t("adds"), "", "L", false)
	if p.lacked {
		p.MultiCell(width, 4, p.words.t("letters"), "", "L", false)
	}
}

func (p *paper) title(key string) {
	p.Ln(4)
	p.SetFont(typeface, "", 12)
	p.CellFormat(width, 7, p.words.t(key), "", 1, "L", false, 0, "")
}

// columns are the heads of a table.
func (p *paper) columns(first string) {
	p.SetFont(typeface, "", 8)
	p.SetFillColor(236, 236, 230)
	for i, text := range []string{first, p.words.t("what"), p.words.t("pending"), p.words.t("available"), p.words.t("owed"), p.words.t("total")} {
		p.CellFormat(columns[i], lineTall+0.6, text, "", 0, align(i), true, 0, "")
	}
	p.Ln(lineTall + 0.6)
}

// row is a line of a table; on a new page it has the heads above it again.
func (p *paper) row(at, what string, of payouts.Standing, strong bool) {
	p.room()
	p.SetFont(typeface, "", 8)
	p.SetDrawColor(200, 200, 195)
	border := "B"
	if strong {
		p.SetDrawColor(60, 60, 60)
		border = "TB"
	}
	cells := []string{at, p.narrow(p.fit(what), columns[1]-2)}
	for _, minor := range []int64{of.Pending, of.Available, of.Owed, of.Total()} {
		cells = append(cells, p.words.amount(minor, p.st.Currency))
	}
	for i, text := range cells {
		p.CellFormat(columns[i], lineTall, text, border, 0, align(i), false, 0, "")
	}
	p.Ln(lineTall)
}

// room begins a new page, with the heads of the lines, where no line fits any more.
func (p *paper) room() {
	if _, tall := p.GetPageSize(); p.GetY()+lineTall > tall-margin-6 {
		p.AddPage()
		p.columns(p.words.t("at"))
	}
}

func align(column int) string {
	if column > 1 {
		return "R"
	}
	return "L"
}

// narrow is text that is no wider than that; what is cut off ends in an ellipsis.
func (p *paper) narrow(text string, wide float64) string {
	if p.GetStringWidth(text) <= wide {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && p.GetStringWidth(string(runes)+"…") > wide {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}
