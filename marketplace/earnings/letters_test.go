package earnings

import (
	"testing"
	"time"

	"knowhow/marketplace/notify"
	"knowhow/marketplace/notify/notifytest"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

func TestEveryMailIsInEveryLanguage(t *testing.T) {
	amount := payouts.Money{Minor: 123456, Currency: "EUR"}
	list := []notify.Letter{{Name: "earnings.sent", Values: notify.Values{"amount": amount, "link": "https://", "payout": "1"}}}
	for _, percent := range []int{80, 95, 100} {
		list = append(list, budgetLetter(program.BudgetAlert{Program: program.Program{Name: "Help"}, Percent: percent, Left: amount}, "https://"))
	}
	for _, ground := range Grounds {
		for _, b := range []TakeBack{
			{State: TakeBackOpen}, {State: TakeBackOverturned}, {State: TakeBackLapsed}, {State: TakeBackFinal}, {State: TakeBackFinal, Decision: "…"},
		} {
			b.AppealUntil = time.Now()
			list = append(list, b.letter("began", amount, Act{Ground: ground}, "https://"), b.letter("ended", amount, Act{Ground: ground}, "https://"))
		}
	}
	for _, l := range list {
		notifytest.MustSpell(t, l)
	}
}
