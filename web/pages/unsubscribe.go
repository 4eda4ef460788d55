package pages

import "time"

// unsubscribeRoutes are how who has a mail gets no more like it, and how they
// take that back.
func (p *Pages) unsubscribeRoutes() {
	p.get("/unsubscribe", (*visit).unsubscribePage)
	p.post("/unsubscribe", (*visit).unsubscribe)
	p.get("/unsubscribe/done", (*visit).unsubscribed)
	p.post("/unsubscribe/undo", (*visit).resubscribe)
	p.get("/unsubscribe/undone", (*visit).resubscribed)
	p.post("/my/mails", (*visit).chooseMails)
}

// What a link turned off can be turned on again where it was followed, for a
// while: the link's token waits in the browser, sealed.
const (
	turnedOff = "knowhow_turned_off"
	undoLife  = time.Hour
)

func (v *visit) unsubscribePage() error {
	return v.show(page{name: "unsubscribe", title: "unsubscribe.title"})
}

// unsubscribe turns such mails off. It wants a press of the button: programs
// that only open links must not do it.
func (v *visit) unsubscribe() error {
	shown := page{name: "unsubscribe", title: "unsubscribe.title", status: 422}
	if shown.form = v.lacking("token"); shown.form != nil {
		return v.show(shown)
	}
	token := v.linkToken()
	if err := v.api.send("/unsubscribe/"+segment(token), nil, nil); err != nil {
		return v.again(err, shown, "token")
	}
	if err := v.hold(turnedOff, token, undoLife); err != nil {
		return err
	}
	return v.goTo("/unsubscribe/done")
}

func (v *visit) unsubscribed() error {
	var token string
	return v.show(page{name: "unsubscribed", title: "unsubscribe.done", data: v.held(turnedOff, &token)})
}

// resubscribe turns them on again.
func (v *visit) resubscribe() error {
	var token string
	if !v.held(turnedOff, &token) {
		return v.goTo("/unsubscribe")
	}
	if err := v.api.do("DELETE", "/unsubscribe/"+segment(token), nil, "", nil); err != nil {
		return err
	}
	v.drop(turnedOff)
	return v.goTo("/unsubscribe/undone")
}

func (v *visit) resubscribed() error {
	return v.show(page{name: "resubscribed", title: "unsubscribe.undone"})
}

// customerMails is whether a customer is written to about their questions.
type customerMails struct {
	Questions bool `json:"questions"`
	Reachable bool `json:"reachable"`
}

// mails is whether who the browser is to any brand is written to; nil where no
// brand knows an address.
func (v *visit) mails(clients []client) (*customerMails, error) {
	var all *customerMails
	for _, c := range clients {
		var one customerMails
		if err := c.read("/me/customer/notifications", &one); err != nil {
			return nil, err
		}
		if !one.Reachable {
			continue
		}
		if all != nil {
			one.Questions = one.Questions || all.Questions
		}
		all = &one
	}
	return all, nil
}

// chooseMails turns mails about the visitor's questions on or off, of every
// brand they are known to.
func (v *visit) chooseMails() error {
	clients, err := v.customers()
	if err != nil {
		return err
	}
	for _, c := range clients {
		if err := c.do("PUT", "/me/customer/notifications", map[string]bool{"questions": v.r.PostFormValue("wanted") == "yes"}, "", nil); err != nil {
			return err
		}
	}
	return v.goTo("/my/questions#mails")
}
