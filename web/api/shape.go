package api

import (
	"time"

	"knowhow/marketplace"
	"knowhow/payouts"
)

// Money is an amount as the API writes it: in minor units of its currency.
type Money = payouts.Money

// PageParams are the query parameters of every list.
type PageParams struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most."`
	Cursor string `query:"cursor" maxLength:"64" doc:"Where to go on: next_cursor of the page before."`
}

// page is the domain's form of the parameters.
func (p PageParams) page() (marketplace.Page, error) {
	after, err := marketplace.ParsePlace(p.Cursor)
	return marketplace.Page{Limit: p.Limit, After: after}, err
}

// ListOf is one page of a list.
type ListOf[T any] struct {
	Data       []T    `json:"data" doc:"The page's items."`
	HasMore    bool   `json:"has_more" doc:"Whether there are more behind them."`
	NextCursor string `json:"next_cursor,omitempty" doc:"The cursor of the next page."`
}

// Listed is the answer of a list.
type Listed[T any] struct{ Body ListOf[T] }

// listOf makes the answer of a page, item by item.
func listOf[D, T any](l marketplace.Listing[D], shape func(D) T) *Listed[T] {
	body := ListOf[T]{Data: make([]T, len(l.Items)), HasMore: !l.Next.IsZero(), NextCursor: l.Next.String()}
	for i, item := range l.Items {
		body.Data[i] = shape(item)
	}
	return &Listed[T]{Body: body}
}

// allOf makes the answer of a list that has no pages.
func allOf[D, T any](items []D, shape func(D) T) *Listed[T] {
	return listOf(marketplace.Listing[D]{Items: items}, shape)
}

// One is the answer that is one thing.
type One[T any] struct{ Body T }

func one[T any](body T) *One[T] { return &One[T]{Body: body} }

// seconds writes a duration as the API does.
func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// secondsOf is seconds of a duration that may not be known.
func secondsOf(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	s := seconds(*d)
	return &s
}

// list is items, or an empty list where there are none: never null.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
