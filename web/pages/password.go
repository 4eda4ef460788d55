package pages

// passwordRoutes are how a forgotten password is set anew.
func (p *Pages) passwordRoutes() {
	p.get("/password/forgotten", (*visit).forgottenPage)
	p.post("/password/forgotten", (*visit).forgotten)
	p.get("/password/forgotten/sent", (*visit).forgottenSent)
	p.get("/reset", (*visit).resetPage)
	p.post("/reset", (*visit).reset)
	p.get("/reset/done", (*visit).resetDone)
}

func (v *visit) forgottenPage() error {
	return v.show(page{name: "forgotten", title: "forgotten.title"})
}

func (v *visit) forgotten() error {
	shown := page{name: "forgotten", title: "forgotten.title", status: 422}
	if shown.form = v.lacking("email"); shown.form != nil {
		return v.show(shown)
	}
	if err := v.api.send("/password/forgotten", v.fields("email"), nil); err != nil {
		return v.again(err, shown, "email")
	}
	return v.goTo("/password/forgotten/sent")
}

func (v *visit) forgottenSent() error {
	return v.show(page{name: "sent", title: "sent.title", data: "forgotten.sent"})
}

func (v *visit) resetPage() error { return v.show(page{name: "reset", title: "reset.title"}) }

func (v *visit) reset() error {
	shown := page{name: "reset", title: "reset.title", status: 422}
	if shown.form = v.lacking("token", "password"); shown.form != nil {
		return v.show(shown)
	}
	body := v.fields("password")
	body["token"] = v.linkToken()
	if err := v.api.send("/password/reset", body, nil); err != nil {
		return v.again(err, shown, "token", "password")
	}
	return v.goTo("/reset/done")
}

func (v *visit) resetDone() error { return v.show(page{name: "done", title: "reset.done.title"}) }
