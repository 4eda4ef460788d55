package serve

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"knowhow/marketplace"
)

// settings are the flags, read and found good.
type settings struct {
	base    *url.URL // nil: the address listened on
	proxies []netip.Prefix
	workers int // none: 0
	web     bool
	sqlite  bool
}

// refuse names a flag and says why its value is of no use.
func refuse(flag, reason string) error {
	return &marketplace.InvalidError{Field: "--" + flag, Reason: reason}
}

const mostWorkers = 64

// settings reads the flags. It opens nothing.
func (c *Command) settings() (s settings, err error) {
	if _, s.sqlite = c.File(); !s.sqlite && !c.Postgres() {
		return s, refuse("database-url", "must be sqlite:FILE or postgres://…")
	}
	s.web = c.Role != "worker"
	if s.sqlite && c.Role != "all" {
		return s, refuse("role", c.Role+" needs PostgreSQL: SQLite takes one process, which does all")
	}
	if c.Demo && c.Role != "all" {
		return s, refuse("role", c.Role+" is no demo's: one process does all of it")
	}
	if c.Traffic && !c.Demo {
		return s, refuse("traffic", "is the demo's: give --demo too")
	}
	if err := c.checkAddresses(); err != nil {
		return s, err
	}
	if s.base, err = c.readBase(); err != nil {
		return s, err
	}
	if s.proxies, err = prefixes(c.TrustedProxy); err != nil {
		return s, err
	}
	if err := c.checkNumbers(); err != nil {
		return s, err
	}
	if c.Role != "web" {
		s.workers = c.Workers
		if s.workers == 0 {
			s.workers = 4 // on SQLite too: who waits for its one writer does nothing else
		}
		err = c.checkMail(c.Demo)
	}
	return s, err
}

func (c *Command) checkNumbers() error {
	switch {
	case c.Workers < 0 || c.Workers > mostWorkers:
		return refuse("workers", "must be 1 to 64")
	case c.PayoutsPerSecond < 1 || c.PayoutsPerSecond > 1000:
		return refuse("payouts-per-second", "must be 1 to 1000")
	case c.PayoutsAtOnce < 1 || c.PayoutsAtOnce > 30:
		return refuse("payouts-at-once", "must be 1 to 30")
	case c.CallerLimit < 1:
		return refuse("caller-limit", "must be at least 1")
	case c.AddressLimit < 1:
		return refuse("address-limit", "must be at least 1")
	case c.SignInLimit < 1:
		return refuse("sign-in-limit", "must be at least 1")
	case c.CustomerSessionLimit < 1:
		return refuse("customer-session-limit", "must be at least 1")
	case c.StreamsPerCaller < 1 || c.StreamsPerCaller > 1000:
		return refuse("streams-per-caller", "must be 1 to 1000")
	case c.StreamsPerAddress < 1:
		return refuse("streams-per-address", "must be at least 1")
	case c.ShutdownDelay < 0 || c.ShutdownDelay > 10*time.Minute:
		return refuse("shutdown-delay", "must be 0s to 10m")
	case c.ShutdownAfter < time.Second || c.ShutdownAfter > 10*time.Minute:
		return refuse("shutdown-timeout", "must be 1s to 10m")
	}
	return nil
}

// checkAddresses looks at where to listen.
func (c *Command) checkAddresses() error {
	local, err := address("listen", c.Listen)
	if err != nil {
		return err
	}
	if c.Demo && !local {
		return refuse("listen", "the demo is served on this machine only, as 127.0.0.1:8080 is")
	}
	if c.MetricsListen == "" {
		return nil
	}
	local, err = address("metrics-listen", c.MetricsListen)
	if err == nil && c.Demo && !local {
		err = refuse("metrics-listen", "the demo is served on this machine only")
	}
	return err
}

// address checks ADDRESS:PORT and reports whether only this machine reaches it.
func address(flag, value string) (local bool, err error) {
	host, port, err := net.SplitHostPort(value)
	if err != nil {
		return false, refuse(flag, "must be ADDRESS:PORT, as 127.0.0.1:8080 is")
	}
	if _, err := net.LookupPort("tcp", port); err != nil || port == "" {
		return false, refuse(flag, "has no port from 0 to 65535")
	}
	if host == "localhost" {
		return true, nil
	}
	if host == "" {
		return false, nil
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false, refuse(flag, "must name an IP address or localhost")
	}
	return ip.IsLoopback(), nil
}

// readBase is the base URL without a slash at its end, nil where it follows from
// the address listened on.
func (c *Command) readBase() (*url.URL, error) {
	if c.BaseURL == "" {
		if local, err := address("listen", c.Listen); err != nil || local {
			return nil, err
		}
		return nil, refuse("base-url", "must be given where others than this machine are listened to")
	}
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, refuse("base-url", "must be a URL, as https://help.example.com is")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return nil, refuse("base-url", "must be a scheme and a host, and a port where it needs one")
	case u.Scheme == "http" && !thisMachine(u):
		return nil, refuse("base-url", "must be https, except on this machine")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// thisMachine reports a URL that only this machine can mean.
func thisMachine(u *url.URL) bool {
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}

// prefixes reads addresses and networks.
func prefixes(list []string) ([]netip.Prefix, error) {
	var found []netip.Prefix
	for _, text := range list {
		p, err := netip.ParsePrefix(text)
		if ip, single := netip.ParseAddr(text); single == nil {
			p, err = netip.PrefixFrom(ip, ip.BitLen()), nil
		}
		if err != nil {
			return nil, refuse("trusted-proxy", "must be addresses or networks, as 10.0.0.0/8 is")
		}
		if p.Bits() == 0 {
			return nil, refuse("trusted-proxy", "would believe everybody")
		}
		found = append(found, p.Masked())
	}
	return found, nil
}
