package pages

import (
	"net/http"
	"sort"
	"strings"
	"time"
)

// A customer who uses no script is known by a token in a cookie, one per
// brand, that no script can read.
const (
	customerCookie = "knowhow_customer_"
	customerLife   = 180 * 24 * time.Hour
)

// customerSession is what a customer's browser goes on with.
type customerSession struct {
	AccessToken string `json:"access_token"`
	DeviceToken string `json:"device_token"`
	Customer    struct {
		Brand string `json:"brand"`
	} `json:"customer"`
}

// keepCustomer has the browser stay this customer.
func (v *visit) keepCustomer(brand, device string) {
	v.keep(customerCookie+brand, device, customerLife, http.SameSiteLaxMode)
}

// customer is the client of whom the browser is to a brand; false: nobody yet.
func (v *visit) customer(brand string) (client, bool, error) {
	device := v.kept(customerCookie + brand)
	if device == "" {
		return client{}, false, nil
	}
	var s customerSession
	err := v.api.send("/customer_sessions", map[string]string{"device_token": device}, &s)
	switch code(err) {
	case "":
		return v.api.as(s.AccessToken), err == nil, err
	case "device_unknown", "not_found", "invalid":
		v.keep(customerCookie+brand, "", 0, http.SameSiteLaxMode)
		return client{}, false, nil
	}
	return client{}, false, err
}

// customerOf is the client of whom the browser is to a program's brand, which
// is somebody new where it was nobody.
func (v *visit) customerOf(p *program) (client, error) {
	c, known, err := v.customer(p.Brand)
	if err != nil || known {
		return c, err
	}
	var s customerSession
	if err := v.api.send("/customer_sessions", map[string]string{"program": p.ID, "locale": v.Lang}, &s); err != nil {
		return client{}, err
	}
	v.keepCustomer(s.Customer.Brand, s.DeviceToken)
	return v.api.as(s.AccessToken), nil
}

// customers are the clients of everybody the browser is, to any brand.
func (v *visit) customers() ([]client, error) {
	var brands []string
	for _, c := range v.r.Cookies() {
		if brand, ok := v.brandOf(c); ok {
			brands = append(brands, brand)
		}
	}
	sort.Strings(brands)
	var list []client
	for _, brand := range brands[:min(len(brands), mostBrands)] {
		c, known, err := v.customer(brand)
		if err != nil {
			return nil, err
		}
		if known {
			list = append(list, c)
		}
	}
	return list, nil
}

// mostBrands bounds how many a browser is looked up for at once.
const mostBrands = 8

// brandOf is the brand to which a cookie says who the browser is.
func (v *visit) brandOf(c *http.Cookie) (brand string, ok bool) {
	_, brand, ok = strings.Cut(c.Name, customerCookie)
	return brand, ok && c.Value != "" && c.Name == v.cookieName(customerCookie+brand)
}
