package observe

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"knowhow/marketplace"
)

// collector sends spans over OTLP/HTTP, as OpenTelemetry's variables
// OTEL_EXPORTER_OTLP_… say. It implements sdktrace.SpanExporter.
type collector struct {
	url     string
	headers http.Header
	gzip    bool
	client  *http.Client
	pause   time.Duration // before the second try; each further one is twice as long
}

const (
	firstPause   = 5 * time.Second
	longestPause = 30 * time.Second
	allTries     = time.Minute // after which a batch is given up; OTEL_BSP_EXPORT_TIMEOUT, 30 s by default, may end it sooner
)

// setting is the value of a variable for traces or else of that for all
// signals, and its name.
func setting(name string) (value, variable string) {
	for _, variable = range []string{"OTEL_EXPORTER_OTLP_TRACES_" + name, "OTEL_EXPORTER_OTLP_" + name} {
		if value = strings.TrimSpace(os.Getenv(variable)); value != "" {
			break
		}
	}
	return value, variable
}

// newCollector reads the variables. One of no use is an
// *marketplace.InvalidError that names it.
func newCollector() (*collector, error) {
	c := &collector{headers: http.Header{}, client: &http.Client{Timeout: 10 * time.Second, CheckRedirect: stay}, pause: firstPause}
	return c, errors.Join(c.readEndpoint(), c.readHeaders(), c.readTimeout(), c.readCompression(), c.readTLS())
}

// stay follows no redirect: it would lose the spans, or tell others the headers.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (c *collector) readEndpoint() error {
	value, variable := setting("ENDPOINT")
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return &marketplace.InvalidError{Field: variable, Reason: "must be an http or https URL"}
	case variable == "OTEL_EXPORTER_OTLP_ENDPOINT":
		u = u.JoinPath("v1/traces")
	case u.Path == "":
		u.Path = "/"
	}
	c.url = u.String()
	return nil
}

func (c *collector) readHeaders() error {
	list, variable := setting("HEADERS")
	for pair := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if name = strings.TrimSpace(name); !ok || err != nil || !headerName.MatchString(name) || strings.ContainsFunc(value, unicode.IsControl) {
			return &marketplace.InvalidError{Field: variable, Reason: "must be like name=value,name=value"}
		}
		c.headers.Set(name, value)
	}
	return nil
}

// headerName is a token of RFC 9110, section 5.6.2.
var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

func (c *collector) readTimeout() error {
	value, variable := setting("TIMEOUT")
	if value == "" {
		return nil
	}
	ms, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return &marketplace.InvalidError{Field: variable, Reason: "must be milliseconds"}
	}
	c.client.Timeout = time.Duration(ms) * time.Millisecond
	return nil
}

func (c *collector) readCompression() error {
	value, variable := setting("COMPRESSION")
	if c.gzip = value == "gzip"; !c.gzip && value != "" && value != "none" {
		return &marketplace.InvalidError{Field: variable, Reason: "must be gzip or none"}
	}
	return nil
}

// readTLS reads whom to trust and as whom to come, where that is not as usual.
func (c *collector) readTLS() error {
	var config tls.Config
	if path, variable := setting("CERTIFICATE"); path != "" {
		pem, err := os.ReadFile(path)
		config.RootCAs = x509.NewCertPool()
		if err != nil || !config.RootCAs.AppendCertsFromPEM(pem) {
			return &marketplace.InvalidError{Field: variable, Reason: "must be a file of certificates"}
		}
	}
	if path, variable := setting("CLIENT_CERTIFICATE"); path != "" {
		key, _ := setting("CLIENT_KEY")
		pair, err := tls.LoadX509KeyPair(path, key)
		if err != nil {
			return &marketplace.InvalidError{Field: variable, Reason: "must be a file of a certificate, and " + strings.Replace(variable, "CERTIFICATE", "KEY", 1) + " one of its key"}
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if config.RootCAs != nil || config.Certificates != nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.TLSClientConfig = &config
		c.client.Transport = transport
	}
	return nil
}

// ExportSpans implements sdktrace.SpanExporter. It tries again what may go
// better later, as long as ctx lasts.
func (c *collector) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if len(spans) == 0 {
		return nil
	}
	body, err := c.packed(exported(spans))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, allTries)
	defer cancel()
	for pause := c.pause; ; pause = min(2*pause, longestPause) {
		again, wait, err := c.send(ctx, body)
		if err == nil || !again {
			return err
		}
		jittered := pause/2 + rand.N(pause) // so that many processes do not come back at once
		select {
		case <-ctx.Done():
			return err
		case <-time.After(max(wait, jittered)):
		}
	}
}

// packed is the body as it is sent.
func (c *collector) packed(body []byte) ([]byte, error) {
	if !c.gzip {
		return body, nil
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

const protobufMedia = "application/x-protobuf"

// passing are the statuses that may be others later.
var passing = []int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}

// send sends a body once. After an error it says whether to try again, and how
// long the collector asks to wait before.
func (c *collector) send(ctx context.Context, body []byte) (again bool, wait time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return false, 0, err
	}
	r.Header = c.headers.Clone()
	r.Header.Set("Content-Type", protobufMedia)
	if c.gzip {
		r.Header.Set("Content-Encoding", "gzip")
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return true, 0, err
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 64<<10)) // what is missing of it is of no use
	if answer.StatusCode/100 != 2 {
		return slices.Contains(passing, answer.StatusCode), retryAfter(answer.Header.Get("Retry-After")),
			fmt.Errorf("the collector answers %s: %.200q", answer.Status, text)
	}
	if answer.Header.Get("Content-Type") == protobufMedia {
		if count, why := refusedSpans(text); count > 0 {
			return false, 0, fmt.Errorf("the collector did not take %d spans: %.200q", count, why)
		}
	}
	return false, 0, nil
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(value string) time.Duration {
	if s, err := strconv.Atoi(value); err == nil && s > 0 {
		return time.Duration(min(s, int(allTries/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return time.Until(at)
	}
	return 0
}

// Shutdown implements sdktrace.SpanExporter.
func (c *collector) Shutdown(context.Context) error {
	c.client.CloseIdleConnections()
	return nil
}
