package expert

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// rosters keeps one roster per program in this process.
type rosters struct {
	mu       sync.Mutex
	kept     map[rosterKey]*roster
	versions atomic.Int64 // of all rosters
}

type rosterKey struct {
	brand   marketplace.BrandID
	program program.ID
}

func newRosters() *rosters { return &rosters{kept: map[rosterKey]*roster{}} }

func (r *rosters) of(key rosterKey) *roster {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept, ok := r.kept[key]
	if !ok {
		kept = &roster{rosterKey: key, members: map[access.PersonID]*member{}, names: names{}, versions: &r.versions}
		r.kept[key] = kept
	}
	return kept
}

// forget begins anew: what was read may not have been committed.
func (r *rosters) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.kept)
}

// roster is who works or rests in a program, as far as it was read. It is only
// a copy: before every use it is brought up to date from the table
// roster_changes, which triggers fill, whichever process made the change.
type roster struct {
	rosterKey
	loaded   atomic.Bool
	mu       sync.Mutex
	read     rosterCursor
	members  map[access.PersonID]*member
	names    names     // of topics and languages
	order    []*member // longest enrolled first
	version  int64     // of who is where in order
	versions *atomic.Int64
}

// rosterCursor is how far the changes were read, as Cursor; on SQLite number is
// that of the last change.
type rosterCursor struct {
	snapshot string
	number   int64
}

// member is an expert in a program. But for believed, which follows from the
// rest, it is never changed, only replaced.
type member struct {
	person                access.PersonID
	state                 State
	lot                   uint64
	certified             []string
	topics, languages     nameSet  // languages without script and region
	unlocked              []string // topics whose cards were read
	restricted            []string // topics that a restriction keeps them from
	handle, country       string
	unfit                 Reason // for now, whatever the question; empty: fit
	since                 time.Time
	capacity, active      int
	available, interested bool
	beliefs               map[string]Belief // by topic
	believed              believed
}

const memberColumns = ` e.person_id, e.state, e.lot, e.certified, e.topics, e.unlocked, e.restricted, x.languages, x.handle, x.country, e.enrolled_at,
  x.capacity, x.active_count, x.available, EXISTS (SELECT 1 FROM memberships w WHERE w.brand_id = e.brand_id AND w.person_id = e.person_id
    AND w.role IN ('owner', 'manager', 'finance')) AS interested, s.topic, s.alpha, s.beta, s.evidence, s.updated_at `

const memberTables = ` enrolments e
JOIN experts x ON x.person_id = e.person_id
LEFT JOIN standings s ON s.program_id = e.program_id AND s.person_id = e.person_id
WHERE e.program_id = ? AND e.brand_id = ? `

// The statements that read a roster: where it stands, then a row for each
// member and topic. What has changed is looked for first, bounded as changes of
// evidence are.
const (
	allMembers     = "FROM" + memberTables + "AND e.state IN ('probation', 'active', 'paused', 'suspended')"
	changedMembers = `FROM (SELECT person_id FROM roster_changes WHERE true` + unseenPostgres + `) c
CROSS JOIN LATERAL (SELECT` + memberColumns + "FROM" + memberTables + "AND e.person_id = c.person_id OFFSET 0) m"

	selectAllPostgres     = "SELECT " + standsPostgres + "," + memberColumns + allMembers
	selectChangedPostgres = "SELECT " + standsPostgres + ", m.* " + changedMembers
	selectAllSQLite       = "SELECT '', (SELECT MAX(seq) FROM roster_changes)," + memberColumns + allMembers
	selectChangedSQLite   = "SELECT '', (SELECT MAX(seq) FROM roster_changes)," + memberColumns +
		"FROM roster_changes c CROSS JOIN" + memberTables + "AND e.person_id = c.person_id AND c.seq > ?"
)

// catchUpTx brings the roster up to what was committed before the statement.
// The caller holds r.mu.
func (r *roster) catchUpTx(ctx context.Context, tx *gorm.DB) error {
	query, args := r.next(marketplace.Postgres(tx))
	rows, err := marketplace.RowsTx(tx.WithContext(ctx), query, args...)
	if err != nil {
		return fmt.Errorf("read the experts of program %s: %w", r.program, err)
	}
	defer rows.Close()
	changed := map[access.PersonID]*member{}
	read := r.read // stays where there is nothing new
	for rows.Next() {
		if err := r.readMember(rows, &read, changed); err != nil {
			return fmt.Errorf("read an expert of program %s: %w", r.program, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the experts of program %s: %w", r.program, err)
	}
	r.take(changed)
	r.read = read
	r.loaded.Store(true)
	return nil
}

// next is the statement that reads on.
func (r *roster) next(postgres bool) (string, []any) {
	at := r.read
	switch {
	case postgres && at == rosterCursor{}:
		return selectAllPostgres, []any{r.program, r.brand}
	case postgres:
		return selectChangedPostgres, []any{at.snapshot, at.snapshot, strconv.FormatInt(at.number, 10), r.program, r.brand}
	case at == rosterCursor{}:
		return selectAllSQLite, []any{r.program, r.brand}
	}
	return selectChangedSQLite, []any{r.program, r.brand, at.number}
}

// readMember reads one row into the members it belongs to.
func (r *roster) readMember(rows marketplace.Rows, read *rosterCursor, into map[access.PersonID]*member) error {
	var m member
	var certified, topics, unlocked, restricted, languages string
	var since, believed sql.NullTime
	var topic sql.NullString
	var alpha, beta sql.NullFloat64
	var evidence sql.NullInt64
	err := rows.Scan(&read.snapshot, &read.number, &m.person, &m.state, &m.lot, &certified, &topics, &unlocked, &restricted, &languages, &m.handle, &m.country, &since,
		&m.capacity, &m.active, &m.available, &m.interested, &topic, &alpha, &beta, &evidence, &believed)
	if err != nil {
		return err
	}
	known, ok := into[m.person]
	if !ok {
		m.since = since.Time.UTC()
		if err := r.lists(&m, certified, topics, unlocked, restricted, languages); err != nil {
			return err
		}
		m.unfit = m.unfitFor()
		known = &m
		into[m.person] = known
	}
	if topic.Valid {
		if known.beliefs == nil {
			known.beliefs = map[string]Belief{}
		}
		known.beliefs[topic.String] = Belief{
			Alpha: alpha.Float64, Beta: beta.Float64, Evidence: int(evidence.Int64), At: believed.Time.UTC(),
		}
	}
	return nil
}

func (r *roster) lists(m *member, certified, topics, unlocked, restricted, languages string) error {
	var chosen, spoken []string
	for into, text := range map[*[]string]string{
		&m.certified: certified, &chosen: topics, &m.unlocked: unlocked, &m.restricted: restricted, &spoken: languages,
	} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return fmt.Errorf("read a list of expert %s: %w", m.person, err)
		}
	}
	for i, tag := range spoken {
		spoken[i] = program.BaseLanguage(tag)
	}
	m.topics, m.languages = r.names.set(chosen), r.names.set(spoken)
	return nil
}

// take puts in who has changed, and leaves out who no longer works here.
func (r *roster) take(changed map[access.PersonID]*member) {
	sorted := true
	for person, m := range changed {
		before := r.members[person]
		if !m.state.onRoster() {
			delete(r.members, person)
			sorted = sorted && before == nil
			continue
		}
		r.members[person] = m
		if before != nil && before.compare(m) == 0 {
			i, _ := slices.BinarySearchFunc(r.order, before, (*member).compare)
			r.order[i] = m
			continue
		}
		sorted = false
	}
	if sorted {
		return
	}
	r.order, r.version = r.order[:0], r.versions.Add(1)
	for _, m := range r.members {
		r.order = append(r.order, m)
	}
	slices.SortFunc(r.order, (*member).compare)
}

func (s State) onRoster() bool {
	return s == Probation || s == Active || s == Paused || s == Suspended
}

// compare puts the longest enrolled first; handles, which people choose and
// nobody shares, decide between those enrolled at once.
func (m *member) compare(o *member) int {
	if n := m.since.Compare(o.since); n != 0 {
		return n
	}
	return strings.Compare(m.handle, o.handle)
}
