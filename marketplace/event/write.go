package event

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// News is an event and the data it is appended with.
type News struct {
	Event Event
	Data  any
}

// WriteTx runs statements, as marketplace.WriteSoonTx does, and appends news in
// their order, as AppendTx does, and what follows from them; all in one round
// trip where the database can and nothing is to be delivered.
func (l *Log) WriteTx(ctx context.Context, tx *gorm.DB, news []News, list ...marketplace.Statement) error {
	following, more, err := l.follow(ctx, tx, news)
	if err != nil {
		return err
	}
	list, news = append(list, following...), append(news, more...)
	insert, quiet, err := l.insert(news)
	if err != nil {
		return err
	}
	if quiet {
		return marketplace.WriteSoonTx(ctx, tx, append(list, insert)...)
	}
	if err := marketplace.WriteTx(ctx, tx, list...); err != nil {
		return err
	}
	for _, n := range news {
		if err := l.appendTx(ctx, tx, n.Event, n.Data); err != nil {
			return err
		}
	}
	return nil
}

// insert is one statement for all of the news; quiet: none is to be delivered.
func (l *Log) insert(news []News) (insert marketplace.Statement, quiet bool, err error) {
	kinds, args := make([]string, len(news)), make([]any, 0, 5*len(news))
	for i, n := range news {
		e, err := n.Event.with(n.Data)
		if err != nil {
			return insert, false, err
		}
		if len(l.deliveries(e, n.Data)) > 0 {
			return insert, false, nil
		}
		kinds[i], args = string(e.Kind), append(args, e.values()...)
	}
	return marketplace.Statement{
		Doing: "append " + strings.Join(kinds, " and ") + " events", Args: args,
		SQL: insertEvents + strings.Repeat("(?, ?, ?, ?, ?), ", len(news)-1) + "(?, ?, ?, ?, ?)",
	}, true, nil
}
