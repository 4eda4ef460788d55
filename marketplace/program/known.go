package program

import (
	"context"
	"fmt"
	"sync"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// Known is a program with what changes as rarely as it does. It is shared:
// nothing of it, or below it, may be written to.
type Known struct {
	Program
	// Names is what the brand, the program and its topics are called, as NamesTx
	// lists them.
	Names []string

	version int64
	topics  []Topic
}

// Topic is the program's topic of that id, or a *marketplace.NotFoundError.
func (k *Known) Topic(id TopicID) (*Topic, error) {
	for i := range k.topics {
		if k.topics[i].ID == id {
			return &k.topics[i], nil
		}
	}
	return nil, marketplace.NotFound("topic", id)
}

// TopicBySlug is TopicBySlugTx of a known program.
func (k *Known) TopicBySlug(slug string) (*Topic, error) {
	if err := CheckSlug("topic", slug); err != nil {
		return nil, err
	}
	for i := range k.topics {
		if k.topics[i].Slug == slug {
			return &k.topics[i], nil
		}
	}
	return nil, &marketplace.NotFoundError{Noun: "topic", ID: slug}
}

// VersionSQL is the number of what is known of a program, for KnownTx, as an
// expression for queries, of the program; NULL where there is none to be seen.
const VersionSQL = "(SELECT version FROM programs WHERE id = ?)"

// mostKnown is how many programs are kept before all of them are forgotten.
const mostKnown = 1_000

// known keeps programs by their number, which triggers count up whichever
// process changes them. Safe for concurrent use.
type known struct {
	mu   sync.Mutex
	kept map[ID]*Known
}

func newKnown() *known { return &known{kept: map[ID]*Known{}} }

func (k *known) of(id ID) *Known {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept[id]
}

func (k *known) keep(p *Known) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.kept) >= mostKnown {
		clear(k.kept)
	}
	k.kept[p.ID] = p
}

// forget begins anew: what was read may not have been committed.
func (k *known) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.kept)
}

// KnownTx is the program whose number VersionSQL gave in tx just now; it is
// only read where this process does not know it. An unknown program is a
// *marketplace.NotFoundError; compare Program.BrandID where the brand was given.
// Do not call it in a transaction that changed the program itself: that might
// yet be rolled back.
func (s *Service) KnownTx(ctx context.Context, tx *gorm.DB, id ID, version int64) (*Known, error) {
	if p := s.known.of(id); p != nil && p.version == version {
		return p, nil
	}
	// The number first: what is read after it is as new, or newer and then read again.
	p := &Known{}
	if err := marketplace.ScanTx(tx.WithContext(ctx), "SELECT version FROM programs WHERE id = ?", []any{id}, &p.version); err != nil {
		return nil, marketplace.OnlyOne(err, "program", id)
	}
	var err error
	if p.Program, err = s.LoadTx(ctx, tx, id); err != nil {
		return nil, err
	}
	if p.topics, err = s.TopicsTx(ctx, tx, id); err != nil {
		return nil, err
	}
	brand, err := BrandNameTx(ctx, tx, p.BrandID)
	if err != nil {
		return nil, fmt.Errorf("know program %s: %w", id, err)
	}
	p.Names = append(p.Names, brand, p.Name)
	for _, t := range p.topics {
		p.Names = append(p.Names, t.Name)
	}
	s.known.keep(p)
	return p, nil
}

// KnownOfTx is KnownTx for several programs, in one statement where this process
// knows them. What is no program, or none that tx can see, is left out.
func (s *Service) KnownOfTx(ctx context.Context, tx *gorm.DB, ids []ID) (map[ID]*Known, error) {
	var rows []struct {
		ID      ID
		Version int64
	}
	if err := tx.WithContext(ctx).Table("programs").Select("id, version").Where("id IN ?", ids).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("look up %d programs: %w", len(ids), err)
	}
	known := make(map[ID]*Known, len(rows))
	for _, r := range rows {
		p, err := s.KnownTx(ctx, tx, r.ID, r.Version)
		if err != nil {
			return nil, err
		}
		known[r.ID] = p
	}
	return known, nil
}
