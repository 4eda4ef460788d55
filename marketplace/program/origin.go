package program

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// MaxOrigins bounds the web origins of one program.
const MaxOrigins = 20

// SetOrigins replaces the web origins whose pages may ask a program's questions
// in a browser, such as https://www.example.com: https, or http on a loopback
// host. Our own pages always may. Errors as SetPolicies'.
func (s *Service) SetOrigins(ctx context.Context, caller access.Caller, id ID, origins []string) error {
	list, err := normalOrigins(origins)
	if err != nil {
		return err
	}
	return s.set(ctx, caller, id, OriginsSet, "origins", func(p *Program) { p.Origins = list })
}

// normalOrigins checks origins and gives them as browsers write them, each once.
func normalOrigins(origins []string) ([]string, error) {
	if err := marketplace.CheckRange("origins", len(origins), 0, MaxOrigins); err != nil {
		return nil, err
	}
	list := make([]string, len(origins))
	for i, text := range origins {
		origin, ok := normalOrigin(text)
		if !ok {
			reason := fmt.Sprintf("%.60q is no https origin, such as https://www.example.com", text)
			return nil, &marketplace.InvalidError{Field: "origins", Reason: reason}
		}
		list[i] = origin
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// normalOrigin is an origin as browsers write it (RFC 6454, 6.2): lower case and
// without a default port. An international name must be in its ASCII form.
func normalOrigin(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || len(text) > 300 || u.User != nil || (u.Path != "" && u.Path != "/") || strings.ContainsAny(text, "?#") {
		return "", false
	}
	host := strings.ToLower(u.Hostname())
	if !plainHost(host) || u.Scheme != "https" && (u.Scheme != "http" || !loopback(host)) {
		return "", false
	}
	port := u.Port()
	if u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		port = ""
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" {
		host += ":" + port
	}
	return u.Scheme + "://" + host, true
}

// plainHost reports a host name or address of nothing but ASCII letters,
// digits, dots, hyphens and the colons of IPv6.
func plainHost(host string) bool {
	for _, b := range []byte(host) {
		letter, digit := b >= 'a' && b <= 'z', b >= '0' && b <= '9'
		if !letter && !digit && b != '.' && b != '-' && b != ':' {
			return false
		}
	}
	return host != "" && len(host) <= 253
}

// loopback reports a host that is this machine: browsers take these for secure
// (W3C Secure Contexts, 3.1).
func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// Origin is a web origin and a brand that trusts it.
type Origin struct {
	Origin string
	Brand  marketplace.BrandID
}

// LiveOrigins lists the origins of every live program: there are few. No
// permission is asked for, since any browser can find out.
func (s *Service) LiveOrigins(ctx context.Context) ([]Origin, error) {
	var programs []Program
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.WithContext(ctx).Select("brand_id", "origins").Where("state = 'live' AND origins <> '[]'").Find(&programs).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list the origins of live programs: %w", err)
	}
	var list []Origin
	for _, p := range programs {
		for _, origin := range p.Origins {
			list = append(list, Origin{Origin: origin, Brand: p.BrandID})
		}
	}
	return list, nil
}
