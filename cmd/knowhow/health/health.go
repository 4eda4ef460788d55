// Package health is the command that asks a serving process whether it is
// ready: for container images, which have no other program to ask with.
package health

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"knowhow/marketplace"
)

// Command is `knowhow health`.
type Command struct {
	Listen        string `name:"listen" env:"KNOWHOW_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDRESS:PORT" help:"Where the process listens (default: ${default})."`
	MetricsListen string `name:"metrics-listen" env:"KNOWHOW_METRICS_LISTEN" placeholder:"ADDRESS:PORT" help:"Where it answers metrics; asked instead where it is given, since a worker listens nowhere else."`
}

// Help is the end of --help.
func (Command) Help() string {
	return `It ends with 0 where the process is ready to serve and with 1 where it is not or does not answer.`
}

// patience is how long an answer may take.
const patience = 5 * time.Second

// Run implements the command.
func (c *Command) Run(ctx context.Context, out io.Writer) error {
	at, flag := c.Listen, "--listen"
	if c.MetricsListen != "" {
		at, flag = c.MetricsListen, "--metrics-listen"
	}
	target, err := reach(at)
	if err != nil {
		return &marketplace.InvalidError{Field: flag, Reason: "must be ADDRESS:PORT"}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+target+"/readyz", nil)
	if err != nil {
		return &marketplace.InvalidError{Field: flag, Reason: "must be ADDRESS:PORT"}
	}
	client := http.Client{Transport: &http.Transport{}} // no proxy: it is this machine
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("the process does not answer: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if err != nil {
		return fmt.Errorf("the process does not answer: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the process is not ready: %s", text)
	}
	_, err = out.Write(text)
	return err
}

// reach is how this machine reaches what listens on an address: any address is
// reached as this machine.
func reach(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", err
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port), nil
}
