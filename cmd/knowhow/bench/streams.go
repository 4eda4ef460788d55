package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"os"
	"slices"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"

	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
	"knowhow/web/token"
)

// Streams is `knowhow bench streams`.
type Streams struct {
	DatabaseURL string `name:"database-url" env:"KNOWHOW_BENCH_DATABASE_URL" placeholder:"URL" help:"An empty database that is the bench's to fill: sqlite:FILE or postgres://… (default: a temporary SQLite file, removed at the end)."`
	Clients     int    `default:"10000" placeholder:"N" help:"How many connections are open at once, 1 to 100000 (default: ${default})."`
	Events      int    `default:"50" placeholder:"N" help:"How many events all of them hear of, 1 to 1000 (default: ${default})."`
	Idle        int    `hidden:"" default:"10"` // seconds
	output.Format
}

// Help is the end of --help.
func (Streams) Help() string {
	return `It starts a server of its own, opens the connections, looks at the server's memory after ten seconds in which nothing happens, and then has a customer write messages, each of which every connection hears of: the next when all have heard the last.

Example:
  knowhow bench streams --clients 10000 --format json`
}

// StreamsReport is what `knowhow bench streams` prints.
type StreamsReport struct {
	Database           string  `json:"database"`
	Clients            int     `json:"clients"`
	BytesPerConnection int64   `json:"bytes_per_connection"` // of the server's resident memory
	IdleRSSMB          float64 `json:"idle_rss_mb"`          // with all connections open
	OpenedPerS         float64 `json:"opened_per_s"`
	Events             int     `json:"events"`
	FanoutP50          float64 `json:"fanout_p50_ms"` // from sending the message to hearing of it
	FanoutP99          float64 `json:"fanout_p99_ms"`
	Lost               int     `json:"lost"`    // notices that did not come
	Doubled            int     `json:"doubled"` // notices that came again
}

const (
	// perPerson is how many streams the server lets one person have.
	perPerson = 20
	openers   = 16
	// hearWithin is how long a notice may take before it counts as lost.
	hearWithin = 10 * time.Second
	// spare is how many files a process has open beside the connections.
	spare = 200
)

// Run implements the command.
func (c *Streams) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	if err := c.check(); err != nil {
		return err
	}
	small := &Lifecycle{DatabaseURL: c.DatabaseURL, Experts: 1, Customers: 1}
	b := &streamsBench{Streams: c, lifecycleBench: &lifecycleBench{Lifecycle: small, log: log, progress: newProgress(os.Stderr)}}
	return b.conclude(b.progress, func() (func() error, error) {
		r, err := b.measure(ctx)
		return func() error { return c.Print(out, r, r.write) }, err
	})
}

func (c *Streams) check() error {
	for _, n := range []struct {
		flag        string
		value, most int
	}{{"--clients", c.Clients, 100_000}, {"--events", c.Events, 1000}, {"--idle", c.Idle, 600}} {
		if n.value < 1 || n.value > n.most {
			return &marketplace.InvalidError{Field: n.flag, Reason: fmt.Sprintf("must be 1 to %d", n.most)}
		}
	}
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return fmt.Errorf("look at the limit of open files: %w", err)
	}
	// A Go program raises its own limit as far as it may go.
	if most := int64(files.Max); most < int64(c.Clients+spare) {
		return &marketplace.InvalidError{
			Field: "--clients", Reason: fmt.Sprintf("a process may open only %d files here (ulimit -Hn), so at most %d", most, most-spare),
		}
	}
	return nil
}

// streamsBench is one run of the command.
type streamsBench struct {
	*Streams
	*lifecycleBench
	issuer  *token.Issuer
	tokens  []string // of those who listen
	ears    []*ear
	begun   sync.WaitGroup
	message *client // of the customer
	asker   string
}

// measure does it all.
func (b *streamsBench) measure(ctx context.Context) (*StreamsReport, error) {
	if err := b.prepare(ctx); err != nil {
		return nil, err
	}
	members, err := b.enlist(ctx)
	if err != nil {
		return nil, err
	}
	asked, err := b.market.Questions.Ask(ctx, b.market.customers[0], question.Ask{Program: b.market.program, Title: "Who hears this?"})
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	b.progress.say("server")
	if b.server, err = startServer(ctx, b.dir, b.url, b.keyFile()); err != nil {
		return nil, err
	}
	b.later(b.server.stop)
	if err := b.signIn(members); err != nil {
		return nil, err
	}
	r := &StreamsReport{Database: b.db.Dialect, Clients: b.Clients, Events: b.Events}
	if err := b.listen(ctx, r); err != nil {
		return nil, b.explain(err)
	}
	if err := b.fanOut(ctx, asked.ID, r); err != nil {
		return nil, b.explain(err)
	}
	return r.rounded(), b.server.stop()
}

// enlist makes the brand's members who listen.
func (b *streamsBench) enlist(ctx context.Context) ([]access.Caller, error) {
	news := make([]access.NewPerson, (b.Clients+perPerson-1)/perPerson)
	for i := range news {
		news[i] = access.NewPerson{Name: fmt.Sprintf("Listener %d", i)}
	}
	var members []access.Caller
	for part := range slices.Chunk(news, access.MaxPersons) {
		people, err := b.market.Access.CreatePersons(ctx, b.market.operator, part)
		if err != nil {
			return nil, fmt.Errorf("create who listens: %w", err)
		}
		for _, p := range people {
			if err := b.market.Access.AddMember(ctx, b.market.owner, b.market.brand, p.ID, access.Viewer); err != nil {
				return nil, fmt.Errorf("add who listens: %w", err)
			}
			members = append(members, access.PersonCaller(p.ID))
			b.progress.bar("members", len(members), len(news))
		}
	}
	return members, nil
}

func (b *streamsBench) signIn(members []access.Caller) error {
	b.issuer = token.NewIssuer(b.keys, b.server.base, b.clock)
	for _, m := range append([]access.Caller{b.market.customers[0]}, members...) {
		text, _, err := b.issuer.Issue(token.Grant{Caller: m})
		if err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
		b.tokens = append(b.tokens, text)
	}
	b.asker, b.tokens = b.tokens[0], b.tokens[1:]
	return nil
}

// listen opens the connections and looks at what they cost.
func (b *streamsBench) listen(ctx context.Context, r *StreamsReport) error {
	before, err := memory(b.server.pid(), "VmRSS")
	if err != nil {
		return err
	}
	start := time.Now()
	if err := b.openAll(ctx); err != nil {
		return err
	}
	r.OpenedPerS = float64(b.Clients) / time.Since(start).Seconds()
	b.progress.say("idle")
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(b.Idle) * time.Second):
	}
	after, err := memory(b.server.pid(), "VmRSS")
	r.BytesPerConnection, r.IdleRSSMB = (after-before)/int64(b.Clients), float64(after)/(1<<20)
	return err
}

// openAll opens every connection, a few at a time.
func (b *streamsBench) openAll(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	b.ears = make([]*ear, b.Clients)
	b.later(func() error {
		for _, e := range b.ears {
			e.close()
		}
		return nil
	})
	next := make(chan int)
	var opening sync.WaitGroup
	for range min(openers, b.Clients) {
		opening.Go(func() {
			for i := range next {
				var err error
				if b.ears[i], err = openEar(ctx, b.server.address, b.tokens[i/perPerson]); err != nil {
					stop(err) // the first counts
				}
			}
		})
	}
	for i := 0; i < b.Clients && ctx.Err() == nil; i++ {
		next <- i
		b.progress.bar("connections", i+1, b.Clients)
	}
	close(next)
	opening.Wait()
	return context.Cause(ctx)
}

// fanOut has the customer write, and gathers when everybody heard of it.
func (b *streamsBench) fanOut(ctx context.Context, id question.ID, r *StreamsReport) error {
	writer, err := dial(ctx, b.server.address)
	if err != nil {
		return err
	}
	defer writer.close()
	heard := make(chan hearing, b.Clients)
	for _, e := range b.ears {
		go e.hear(heard)
	}
	var delays []time.Duration
	for i := range b.Events {
		b.progress.bar("events", i, b.Events)
		sent := time.Now()
		if err := writer.must(http.MethodPost, "/questions/"+id.String()+"/messages", b.asker, []byte(`{"text":"Hello?"}`), nil); err != nil {
			return err
		}
		got, doubled := gather(ctx, heard, i+1, b.Clients)
		for _, at := range got {
			delays = append(delays, at.Sub(sent))
		}
		r.Lost, r.Doubled = r.Lost+b.Clients-len(got), r.Doubled+doubled
	}
	slices.Sort(delays)
	r.FanoutP50, r.FanoutP99 = quantile(delays, .5), quantile(delays, .99)
	return ctx.Err()
}

// gather waits until so many have heard message number n, but not for ever.
func gather(ctx context.Context, heard <-chan hearing, n, clients int) (got []time.Time, doubled int) {
	late := time.After(hearWithin)
	for len(got) < clients {
		select {
		case h := <-heard:
			if h.message == n {
				got = append(got, h.at)
			} else if h.message > n {
				doubled++
			}
		case <-late:
			return got, doubled
		case <-ctx.Done():
			return got, doubled
		}
	}
	return got, doubled
}

func (r *StreamsReport) rounded() *StreamsReport {
	r.IdleRSSMB, r.OpenedPerS = math.Round(r.IdleRSSMB*10)/10, math.Round(r.OpenedPerS)
	return r
}

// write prints the report as text.
func (r *StreamsReport) write(to io.Writer) error {
	t := tabwriter.NewWriter(to, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "Database\t%s\n", r.Database)
	fmt.Fprintf(t, "Connections\t%d, opened at %.0f a second\n", r.Clients, r.OpenedPerS)
	fmt.Fprintf(t, "Memory of an idle connection\t%d bytes; of the server with all of them %.0f MB\n", r.BytesPerConnection, r.IdleRSSMB)
	fmt.Fprintf(t, "Message sent to notice heard\tp50 %.1f ms, p99 %.1f ms, of %d messages\n", r.FanoutP50, r.FanoutP99, r.Events)
	fmt.Fprintf(t, "Notices lost\t%d\n", r.Lost)
	fmt.Fprintf(t, "Notices doubled\t%d\n", r.Doubled)
	return t.Flush()
}
