package pages

import (
	"net/http"
	"time"

	"knowhow/web/problem"
)

// resumeRoutes are how a customer goes on in another browser.
func (p *Pages) resumeRoutes() {
	p.get("/resume", (*visit).resumePage)
	p.post("/resume", (*visit).resume)
}

func (v *visit) resumePage() error { return v.show(page{name: "resume", title: "resume.title"}) }

// resume becomes the customer whose link was followed, or pasted.
func (v *visit) resume() error {
	shown := page{name: "resume", title: "resume.title", status: 422}
	if shown.form = v.lacking("token"); shown.form != nil {
		return v.show(shown)
	}
	var s customerSession
	if err := v.api.send("/customer_sessions", map[string]string{"resume_token": v.linkToken()}, &s); err != nil {
		if code(err) == "device_unknown" {
			err = problem.New("link_used", "")
		}
		return v.again(err, shown, "token")
	}
	v.keepCustomer(s.Customer.Brand, s.DeviceToken)
	return v.goTo("/my/questions")
}

// adopt takes over whom the widget on our own pages knows, so that their
// questions are here too. Only the script can send what it keeps.
func (v *visit) adopt() error {
	var s customerSession
	device := v.r.PostFormValue("device")
	err := v.api.send("/customer_sessions", map[string]string{"device_token": device}, &s)
	if code(err) != "" {
		v.w.WriteHeader(http.StatusNoContent) // nobody is known by it any more
		return nil
	}
	if err != nil {
		return err
	}
	if v.kept(customerCookie+s.Customer.Brand) == "" {
		v.keepCustomer(s.Customer.Brand, device)
	}
	return v.goTo("/my/questions")
}

// resumeLink is a link to go on by in another browser.
type resumeLink struct {
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expires_at"`
}

// QR is the link as a QR code, for a phone's camera.
func (l resumeLink) QR() (pattern, error) { return encode(l.URL) }

// newDevice shows links to go on by, this once: one for each brand.
func (v *visit) newDevice() error {
	clients, err := v.customers()
	if err != nil {
		return err
	}
	var links []resumeLink
	for _, c := range clients {
		var l resumeLink
		if err := c.send("/me/resume_links", nil, &l); err != nil {
			return v.again(err, page{name: "device", title: "device.title", data: links})
		}
		links = append(links, l)
	}
	return v.show(page{name: "device", title: "device.title", data: links})
}

// forget has this browser be nobody any more.
func (v *visit) forget() error {
	for _, c := range v.r.Cookies() {
		if brand, ok := v.brandOf(c); ok {
			err := v.api.send("/customer_sessions/end", map[string]string{"device_token": c.Value}, nil)
			if err != nil && code(err) == "" {
				return err
			}
			v.keep(customerCookie+brand, "", 0, http.SameSiteLaxMode)
		}
	}
	return v.goTo("/my/questions")
}
