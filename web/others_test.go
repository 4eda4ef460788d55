package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/community"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/invitation"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/marketplace/redact"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/web"
	"knowhow/web/webtest"
)

// crowded is a market with much in it that is somebody's own.
type crowded struct {
	*webtest.Server
	author, peer, other access.Caller
	question            question.ID
	turn                question.AssignmentID
	post                community.PostID
	applicant           expert.EnrolmentID
	handle              string // the customer's, at the brand
}

func newCrowded(t *testing.T, db *sqldb.DB) *crowded {
	t.Helper()
	c := &crowded{Server: webtest.New(t, db, func(m *markettest.Market, _ *web.Options) {
		p := m.Program.Policies
		p.Reward.ReviewMinor, p.Review.SampleBP = 40, 10_000
		if err := m.Programs.SetPolicies(m.Ctx(), m.Owner, m.Program.ID, p); err != nil {
			t.Fatal(err)
		}
	})}
	c.author, c.peer, c.other = c.named("ada", "Adelheid Autorin"), c.named("pia", "Philippa Peerson"), c.named("tom", "Thaddeus Third")
	for _, judge := range []access.Caller{c.peer, c.other} {
		c.ok(c.Experts.SetAvailability(c.Ctx(), judge, false))
		c.ok(c.Quality.SetReviewing(c.Ctx(), judge, c.Program.ID, true))
	}
	c.converse()
	c.contest()
	c.talk()
	c.write()
	c.planted()
	return c
}

// whitlow are words of whom the customers are, and of nothing else there is.
var whitlow = []string{"Whitlow", "Dana", "23456789", "4242 4242", "dana.whitlow"}

// write has mails written to a customer, and them invited to be an expert.
func (c *crowded) write() {
	c.T.Helper()
	dana := customer.Contact{Channel: customer.Email, Handle: "dana.whitlow@example.org", Name: "Dana Whitlow"}
	known, err := c.Customers.Identify(c.Ctx(), c.Owner, c.Brand, dana)
	c.ok(err)
	_, err = c.Invitations.InviteAddresses(c.Ctx(), c.Owner, c.Program.ID, invitation.Terms{Label: "regulars"}, []string{dana.Handle})
	c.ok(err)
	c.ok(c.Store.InTx(c.Ctx(), c.Brand, func(tx *gorm.DB) error { // stays queued
		return c.Notify.SendTx(c.Ctx(), tx, notify.Mail{
			Brand: c.Brand, Key: "test", ToAddress: dana.Handle, Customer: known.ID, Subject: "Dear Dana Whitlow", Text: "It works.",
		})
	}))
}

// pixels are the sealed columns without words: nothing can be looked for in them.
var pixels = []string{"uploads", "pictures"}

// planted sees to it that in every sealed column of customers' data there is
// something that would be found in an answer.
func (c *crowded) planted() {
	c.T.Helper()
	for _, column := range assembly.Sealed {
		if !markettest.OfCustomers(column.String()) || slices.Contains(pixels, column.Table) {
			continue
		}
		found := false
		for _, text := range c.opened(column) {
			found = found || slices.ContainsFunc(whitlow, func(word string) bool { return strings.Contains(text, word) })
		}
		if !found {
			c.T.Fatalf("%s holds nothing of a customer's: that nobody reads it proves nothing", column)
		}
	}
}

// opened are the texts of a sealed column.
func (c *crowded) opened(column redact.SealedColumn) (texts []string) {
	c.T.Helper()
	names := column.Names
	if names == nil {
		names = column.Key
	}
	var rows []map[string]any
	c.ok(c.Store.Read(c.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		selected := []string{column.Column + " AS sealed"}
		for i, name := range names {
			selected = append(selected, fmt.Sprintf("CAST(%s AS text) AS name_%d", name, i))
		}
		return tx.Table(column.Table).Select(strings.Join(selected, ", ")).Where("length(" + column.Column + ") > 0").Find(&rows).Error
	}))
	for _, row := range rows {
		var of []string
		for i := range names {
			of = append(of, fmt.Sprint(row[fmt.Sprintf("name_%d", i)]))
		}
		text, err := c.Keys().Open(row["sealed"].([]byte), column.Context(of...))
		c.ok(err)
		texts = append(texts, string(text))
	}
	return texts
}

func (c *crowded) ok(err error) {
	c.T.Helper()
	if err != nil {
		c.T.Fatal(err)
	}
}

// named is an active expert under a pseudonym.
func (c *crowded) named(handle, name string) access.Caller {
	c.T.Helper()
	x := access.PersonCaller(c.Person(name))
	_, err := c.Experts.Register(c.Ctx(), x, expert.Profile{Handle: handle, Languages: []string{"en"}})
	c.ok(err)
	_, err = c.Admission.EnrolExperienced(c.Ctx(), c.Manager, c.Program.ID, x.Person, "known")
	c.ok(err)
	_, err = c.Payouts.EnsureAccount(c.Ctx(), uuid.UUID(x.Person))
	c.ok(err)
	return x
}

// converse has a customer tell much of themselves, wherever they can.
func (c *crowded) converse() {
	c.T.Helper()
	dana := c.Customer("Dana Whitlow")
	q, err := c.Questions.Ask(c.Ctx(), dana, question.Ask{
		Program: c.Program.ID, Title: "Dana Whitlow's box is dead", Context: "mail: dana.whitlow@example.org",
		Body: "Call me at +49 151 23456789. Regards, Dana Whitlow", Tags: []string{"dana.whitlow@example.org"},
	})
	c.ok(err)
	c.RunDue()
	a := c.Accept(c.author)
	c.ok(c.Questions.Say(c.Ctx(), dana, q.ID, "My card is 4242 4242 4242 4242."))
	c.Answer(c.author, a)
	c.ok(c.Questions.Resolve(c.Ctx(), dana, q.ID))
	c.ok(c.Quality.Give(c.Ctx(), dana, q.ID, quality.Feedback{Solved: true, CSAT: 3, Reason: quality.ReasonUnclear, Comment: "Dana Whitlow, +49 151 23456789"}))
	c.RunDue()
	c.question, c.turn = q.ID, a.ID
}

// contest has another answer refused, and one more question wait.
func (c *crowded) contest() {
	c.T.Helper()
	carl := c.Customer("Carl Whitlow")
	q := c.Ask(carl, "Carl Whitlow's remote")
	a := c.Accept(c.author)
	c.Answer(c.author, a)
	c.ok(c.Questions.Resolve(c.Ctx(), carl, q.ID))
	c.RunDue()
	_, err := c.Quality.Refuse(c.Ctx(), c.Second, c.Brand, a.ID, quality.RefuseWrong, "Carl Whitlow says it is another.")
	c.ok(err)
	c.Ask(carl, "Carl Whitlow's second remote")
}

// talk has somebody apply, and the others write to each other.
func (c *crowded) talk() {
	c.T.Helper()
	nina := access.PersonCaller(c.Person("Nina Newcomer"))
	_, err := c.Experts.Register(c.Ctx(), nina, expert.Profile{Handle: "new", Languages: []string{"en"}})
	c.ok(err)
	e, err := c.Admission.Apply(c.Ctx(), nina, c.Program.ID, admission.Application{Motivation: "I was let go by Brightwater."})
	c.ok(err)
	post, err := c.Community.Say(c.Ctx(), c.other, c.Program.ID, community.Help, "Mail me: thaddeus.third@example.org", nil)
	c.ok(err)
	_, err = c.Community.Say(c.Ctx(), c.other, c.Program.ID, community.Help, "Or call +49 151 23456789", &post.ID)
	c.ok(err)
	c.applicant, c.post = e.ID, post.ID
	_, err = c.Community.Propose(c.Ctx(), c.peer, c.Program.ID, "More pay", "As +49 151 23456789 says.")
	c.ok(err)
}

// Whatever an expert, a peer or a brand's reviewer may read, it has no customer's
// personal data in it, and of other experts neither name, address nor id.
func TestNobodyReadsWhatIsOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		c := newCrowded(t, db)
		if next, err := c.Quality.NextReview(c.Ctx(), c.Reviewer, c.Brand); err != nil || next == nil {
			t.Fatalf("the reviewer has %+v in hand, %v: what they read of it proves nothing", next, err)
		}
		of := map[access.PersonID][]string{
			c.author.Person: {"Adelheid", "Autorin"}, c.peer.Person: {"Philippa", "Peerson"}, c.other.Person: {"Thaddeus", "thaddeus.third"},
			{}: {"Nina", "Newcomer", "Brightwater"},
		}
		read := map[string]bool{}
		for who, reader := range map[string]access.Caller{"the author": c.author, "a peer": c.peer, "the brand's reviewer": c.Reviewer} {
			hidden := slices.Clone(whitlow)
			for id, words := range of {
				if id == reader.Person {
					continue
				}
				hidden = append(hidden, words...)
				if who != "the brand's reviewer" && id != (access.PersonID{}) {
					hidden = append(hidden, id.String())
				}
			}
			routes := c.readsAll(who, c.Token(reader), hidden)
			if len(routes) < 20 {
				t.Errorf("%s reads only %d routes: this proves little", who, len(routes))
			}
			for _, id := range routes {
				read[id] = true
			}
		}
		for _, id := range []string{"getEnrolment", "getPost", "listReplies", "getStatement", "getStatementYear", "listQuestionReviews", "listReviews"} {
			if !read[id] {
				t.Errorf("nobody reads %s: this proves nothing of it", id)
			}
		}
	})
}

// unread are the routes that no word of others can be looked for in: a picture has
// none, a receipt is for whom its expert gives the link, and what moved money is
// the operators'.
var unread = []string{"getPicture", "getSharedReceipt", "getMoneyActPosting"}

// signature is base64 of a signature, a key or a token, in which chance may write
// any four letters.
var signature = regexp.MustCompile(`[A-Za-z0-9_-]{43,}`)

// readsAll reads every route that shows the holder of a token something, and gives
// their ids.
func (c *crowded) readsAll(who, token string, hidden []string) (read []string) {
	c.T.Helper()
	month := payouts.MonthOf(c.Clock.Now())
	with := strings.NewReplacer(
		"{brand}", c.Brand.String(), "{program}", c.Program.ID.String(), "{topic}", c.Topics["box"].ID.String(),
		"{question}", c.question.String(), "{assignment}", c.turn.String(), "{enrolment}", c.applicant.String(), "{post}", c.post.String(),
		"{year}", strconv.Itoa(c.Clock.Now().Year()), "{month}", month.String(), "{currency}", string(c.Program.Currency),
	)
	for _, r := range c.Web.Routes() {
		path := with.Replace(r.Path)
		if r.Method != http.MethodGet || slices.Contains(unread, r.ID) {
			continue
		}
		if strings.Contains(path, "{") {
			c.T.Fatalf("%s: the test knows no value for what is left of %s; add one, or say why it is not read", r.ID, path)
		}
		got := c.Get("/api/v1"+path, token)
		if got.Status != http.StatusOK || !json.Valid([]byte(got.Body)) {
			continue
		}
		read = append(read, r.ID)
		body := signature.ReplaceAllString(got.Body, "…")
		for _, word := range hidden {
			if at := strings.Index(body, word); at >= 0 {
				c.T.Errorf("%s reads %q by %s: …%s…", who, word, r.Path, body[max(0, at-60):min(len(body), at+60)])
			}
		}
	}
	return read
}
