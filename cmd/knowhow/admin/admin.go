// Package admin is the commands for whoever runs the machine: they act as the
// system, with no more proof than access to the database and its keys.
package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"

	"knowhow/cmd/knowhow/internal/house"
	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/program"
	"knowhow/marketplace/signin"
)

// Command is `knowhow admin`.
type Command struct {
	Create Create `cmd:"" help:"Make the first operator, and the first brand."`
}

// Create is `knowhow admin create`.
type Create struct {
	Email    string `name:"email" required:"" placeholder:"ADDRESS" help:"The operator's e-mail address."`
	Name     string `name:"name" required:"" help:"Their name."`
	Brand    string `name:"brand" placeholder:"NAME" help:"A brand to make, which they own."`
	Password bool   `name:"password-stdin" help:"Read their password, one line, from standard input; else a link is printed by which they set one."`
	BaseURL  string `name:"base-url" env:"KNOWHOW_BASE_URL" default:"http://127.0.0.1:8080" placeholder:"URL" help:"How the outside reaches the service, for the link (default: ${default})."`
	house.Flag
	output.Format
}

// Help is the end of --help.
func (Create) Help() string {
	return `Repeated, it changes nothing that is there: a known address becomes an operator and keeps its password, and a brand of that name that they own is not made again. The link is good for an hour and works once.

Examples:
  knowhow admin create --email ada@example.com --name "Ada Okoye" --brand Brindlewave
  knowhow admin create --email ada@example.com --name "Ada Okoye" --password-stdin < secret`
}

// self is who these commands are to the rooms.
var self = access.SystemCaller("admin")

// result is what was made, or was there.
type result struct {
	Person access.PersonID      `json:"person"`
	Email  string               `json:"email"`
	Brand  *marketplace.BrandID `json:"brand"` // null where none was asked for
	Link   string               `json:"link"`  // empty where a password was given
}

// Run implements the command.
func (c *Create) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return &marketplace.InvalidError{Field: "--base-url", Reason: "must be a URL, as https://help.example.com is"}
	}
	account := signin.Account{Email: c.Email, Name: c.Name}
	if c.Password {
		if account.Password, err = readLine(os.Stdin); err != nil {
			return err
		}
	}
	h, db, err := c.OpenAt(ctx, base, log)
	if err != nil {
		return err
	}
	made, err := c.create(ctx, h, account)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	return c.Print(out, made, func(w io.Writer) error { return tell(w, c.Brand, made) })
}

func (c *Create) create(ctx context.Context, h *assembly.House, account signin.Account) (result, error) {
	person, err := h.SignIn.CreateFirst(ctx, self, account)
	if err != nil {
		return result{}, err
	}
	made := result{Person: person.ID, Email: c.Email}
	if c.Brand != "" {
		id, err := ownBrand(ctx, h, person.ID, c.Brand)
		if err != nil {
			return result{}, err
		}
		made.Brand = &id
	}
	if account.Password == "" {
		if made.Link, err = h.SignIn.ResetLink(ctx, self, person.ID); err != nil {
			return result{}, err
		}
	}
	return made, nil
}

// ownBrand is the brand of that name that the person owns, made where there is
// none.
func ownBrand(ctx context.Context, h *assembly.House, owner access.PersonID, name string) (marketplace.BrandID, error) {
	roles, err := h.Access.Memberships(ctx, access.PersonCaller(owner), owner)
	if err != nil {
		return marketplace.BrandID{}, err
	}
	for _, m := range roles {
		if m.Role != access.Owner {
			continue
		}
		b, err := h.Programs.Brand(ctx, access.PersonCaller(owner), m.BrandID)
		if err != nil {
			return marketplace.BrandID{}, err
		}
		if strings.EqualFold(b.Name, strings.TrimSpace(name)) {
			return b.ID, nil
		}
	}
	var b program.Brand
	if b, err = h.Programs.CreateBrand(ctx, access.PersonCaller(owner), name, owner); err != nil {
		return marketplace.BrandID{}, err
	}
	return b.ID, nil
}

// readLine reads a password: the first line, which may lack its end.
func readLine(from io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(from, 4096))
	if err != nil {
		return "", fmt.Errorf("--password-stdin: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", &marketplace.InvalidError{Field: "--password-stdin", Reason: "standard input holds no password"}
	}
	return line, nil
}

func tell(w io.Writer, brand string, made result) error {
	fmt.Fprintf(w, "%s is an operator (person %s).\n", made.Email, made.Person)
	if made.Brand != nil {
		fmt.Fprintf(w, "They own the brand %s (%s).\n", brand, made.Brand)
	}
	if made.Link != "" {
		fmt.Fprintf(w, "Within an hour they set their password at\n  %s\n", made.Link)
	}
	return nil
}
