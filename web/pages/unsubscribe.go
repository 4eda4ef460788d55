package pages

// unsubscribeRoutes are how who has a mail gets no more like it.
func (p *Pages) unsubscribeRoutes() {
	p.get("/unsubscribe", (*visit).unsubscribePage)
	p.post("/unsubscribe", (*visit).unsubscribe)
	p.get("/unsubscribe/done", (*visit).unsubscribed)
}

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
	if err := v.api.send("/unsubscribe/"+segment(v.linkToken()), nil, nil); err != nil {
		return v.again(err, shown, "token")
	}
	return v.goTo("/unsubscribe/done")
}

func (v *visit) unsubscribed() error {
	return v.show(page{name: "unsubscribed", title: "unsubscribe.done"})
}
