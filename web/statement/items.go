package statement

import (
	"strconv"

	"knowhow/marketplace/program"
)

// madeOf writes under a line what it is made of, with no amounts in the columns,
// which add up without it. What is of one part needs no telling.
func (p *paper) madeOf(items []program.QuoteItem) {
	if len(items) < 2 {
		return
	}
	for _, item := range items {
		p.room()
		p.SetFont(typeface, "", 7)
		p.SetTextColor(90, 90, 90)
		p.CellFormat(columns[0]+3, itemTall, "", "", 0, "L", false, 0, "")
		text := p.words.amount(item.Minor, p.st.Currency) + "  " + p.fit(p.words.item(item, p.words.amount(item.Hourly, p.st.Currency)))
		p.CellFormat(width-columns[0]-3, itemTall, p.narrow(text, width-columns[0]-5), "", 1, "L", false, 0, "")
		p.SetTextColor(0, 0, 0)
	}
}

// itemTall is what a part of a line takes, in millimetres.
const itemTall = 4.0

// item is a part of a reward in words; hourly is its floor of an hour's work.
func (w words) item(i program.QuoteItem, hourly string) string {
	key := "item." + i.Code
	switch {
	case i.Code == program.ItemEffort && i.Sample == 0, i.Code == program.ItemQueue && i.Waiting == 0, i.Code == program.ItemFloor && i.Hourly == 0,
		i.Code == program.ItemTopic && i.Topic == "", i.Code == program.ItemLanguage && i.Language == "":
		key += ".plain"
	case i.Code == program.ItemFloor && i.Own:
		key += ".own"
	}
	return w.t(key, "topic", i.Topic, "language", i.Language, "minutes", strconv.Itoa(i.Minutes), "sample", strconv.Itoa(i.Sample),
		"waiting", strconv.Itoa(i.Waiting), "hands", strconv.Itoa(i.Hands), "hourly", hourly)
}
