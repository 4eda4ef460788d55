package marketplace

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"gorm.io/gorm"
)

// MaxPage is how many items one page of a list has at most.
const MaxPage = 100

// Page asks for a part of a list: up to Limit items, 20 if it is zero and
// MaxPage at most, that lie behind After.
type Page struct {
	Limit int
	After Place
}

// Listing is a part of a list. Next is where the rest begins; the zero Place
// where there is no rest.
type Listing[T any] struct {
	Items []T
	Next  Place
}

// Place is a place in a list that is ordered by a time and then by an id, which
// tells apart what happened at the same time. The zero value is the beginning.
type Place struct {
	At time.Time
	ID [16]byte
}

// IsZero reports the beginning of the list.
func (p Place) IsZero() bool { return p == Place{} }

// String is the place as a cursor: opaque text, empty at the beginning.
func (p Place) String() string {
	if p.IsZero() {
		return ""
	}
	raw := binary.BigEndian.AppendUint64(nil, uint64(p.At.UnixMicro()))
	return base64.RawURLEncoding.EncodeToString(append(raw, p.ID[:]...))
}

// ParsePlace reads what String wrote. Anything else is an *InvalidError with
// Field "cursor".
func ParsePlace(cursor string) (Place, error) {
	if cursor == "" {
		return Place{}, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) != 24 {
		return Place{}, &InvalidError{Field: "cursor", Reason: "is not one of ours"}
	}
	micros := int64(binary.BigEndian.Uint64(raw))
	if micros < 0 || micros > maxMicros {
		return Place{}, &InvalidError{Field: "cursor", Reason: "is not one of ours"}
	}
	return Place{At: time.UnixMicro(micros).UTC(), ID: [16]byte(raw[8:])}, nil
}

// maxMicros is the end of the year 9999, which both databases can still hold.
var maxMicros = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC).UnixMicro()

// limit is how many items the page may have.
func (p Page) limit() int {
	if p.Limit <= 0 {
		return 20
	}
	return min(p.Limit, MaxPage)
}

// Order says how a list is ordered: by a time column and an id column, which
// are named by the code and never by a request.
type Order struct {
	At, ID string
	Newest bool // newest first
}

// List reads one page of find, which may hold conditions but no order. place
// gives an item's place. One statement: it asks for one item too many, to know
// whether there is more.
func List[T any](find *gorm.DB, page Page, by Order, place func(T) Place) (Listing[T], error) {
	compare, direction := " > ", ""
	if by.Newest {
		compare, direction = " < ", " DESC"
	}
	if !page.After.IsZero() {
		find = find.Where("("+by.At+", "+by.ID+")"+compare+"(?, ?)", page.After.At, ID[Page](page.After.ID))
	}
	var items []T
	err := find.Order(by.At + direction).Order(by.ID + direction).Limit(page.limit() + 1).Find(&items).Error
	if err != nil || len(items) <= page.limit() {
		return Listing[T]{Items: items}, err
	}
	items = items[:page.limit()]
	return Listing[T]{Items: items, Next: place(items[len(items)-1])}, nil
}

// SeqPlace is the place of what is numbered in a list that ListBySeq reads.
func SeqPlace(at time.Time, seq int64) Place {
	p := Place{At: at}
	binary.BigEndian.PutUint64(p.ID[8:], uint64(seq))
	return p
}

// ListBySeq is List for what is numbered, newest first; seq is the numbers'
// column, and place a SeqPlace.
func ListBySeq[T any](find *gorm.DB, page Page, seq string, place func(T) Place) (Listing[T], error) {
	if !page.After.IsZero() {
		find = find.Where(seq+" < ?", int64(binary.BigEndian.Uint64(page.After.ID[8:])))
	}
	var items []T
	err := find.Order(seq + " DESC").Limit(page.limit() + 1).Find(&items).Error
	if err != nil || len(items) <= page.limit() {
		return Listing[T]{Items: items}, err
	}
	items = items[:page.limit()]
	return Listing[T]{Items: items, Next: place(items[len(items)-1])}, nil
}
