package question

import (
	"context"
	"database/sql"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// grounds is what asking and routing go by, but for the experts: the program,
// its weights, and what it can spend just now.
type grounds struct {
	*program.Known
	free   payouts.Money // of the budget
	frozen bool          // nobody may be asked for its money
	fitted int64         // the number of the program's newest weights; 0: the platform's
}

// groundsSQL is four columns: the program's number, that of its weights, whether
// its money is frozen, and what of it is free.
var groundsSQL = program.VersionSQL + ", " + fittedSQL + ", " + payouts.SpendableSQL("(SELECT currency FROM programs WHERE id = ?)")

func groundsArgs(brand marketplace.BrandID, id program.ID) []any {
	return []any{id, id, brand, id, id, id}
}

// customerTx locks the calling customer and finds the grounds of asking in a
// program, in one statement if this process knows the program.
func (s *Service) customerTx(ctx context.Context, tx *gorm.DB, caller access.Caller, id program.ID) (customer.Customer, grounds, error) {
	var g grounds
	var version sql.NullInt64
	who, err := customer.LockWithTx(ctx, tx, caller.Brand, caller.Customer, ", "+groundsSQL, groundsArgs(caller.Brand, id),
		&version, &g.fitted, &g.frozen, &g.free.Minor)
	if err != nil {
		return who, g, err
	}
	if !version.Valid {
		return who, g, marketplace.NotFound("program", id)
	}
	err = s.knowTx(ctx, tx, &g, id, version.Int64)
	if err == nil && g.BrandID != caller.Brand {
		err = marketplace.NotFound("program", id)
	}
	return who, g, err
}

// groundsTx finds the grounds of routing a question.
func (s *Service) groundsTx(ctx context.Context, tx *gorm.DB, q *Question) (grounds, error) {
	var g grounds
	var version sql.NullInt64
	err := marketplace.ScanTx(tx.WithContext(ctx), "SELECT "+groundsSQL, groundsArgs(q.BrandID, q.ProgramID), &version, &g.fitted, &g.frozen, &g.free.Minor)
	if err != nil {
		return g, wrap(err, "look up what can be spent on question", q.ID)
	}
	return g, s.knowTx(ctx, tx, &g, q.ProgramID, version.Int64)
}

func (s *Service) knowTx(ctx context.Context, tx *gorm.DB, g *grounds, id program.ID, version int64) (err error) {
	if g.Known, err = s.programs.KnownTx(ctx, tx, id, version); err == nil {
		g.free.Currency = g.Currency
	}
	return err
}

// topic is the question's, nil where it has none. One that was read, and has
// become the brand's own since, counts only where the reading was sure enough for
// that.
func (g grounds) topic(q *Question) (*program.Topic, error) {
	if q.TopicID.IsZero() {
		return nil, nil
	}
	topic, err := g.Topic(q.TopicID)
	if err == nil && topic.Mode == program.BrandOnly && q.TopicBy == TopicRead && *q.TopicRead < brandOnlySure {
		return nil, nil
	}
	return topic, err
}
