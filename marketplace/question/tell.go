package question

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
)

const (
	tellJob = "question.tell"
	// TellAfter is how long a customer has to read what is new, before they are
	// written to: who is there needs no mail.
	TellAfter = 2 * time.Minute
)

type tellArgs struct {
	Question ID  `json:"question"`
	Messages int `json:"messages"` // of the conversation, with what is new
}

// tellSoonTx has a customer who can be reached by e-mail told of what is new in
// the conversation, unless they read it soon.
func (s *Service) tellSoonTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) error {
	reachable, err := q.reachableTx(ctx, tx)
	if err != nil || !reachable {
		return err
	}
	return s.queue.EnqueueTx(ctx, tx, job.New{
		Kind: tellJob, Args: tellArgs{q.ID, q.Messages}, Brand: q.BrandID, RunAt: now.Add(TellAfter),
		UniqueKey: fmt.Sprintf("%s:%s:%d:%s", tellJob, q.ID, q.Messages, q.State),
	})
}

// reachableTx tells whether the customer has an e-mail address; most questions
// are loaded with it.
func (q *Question) reachableTx(ctx context.Context, tx *gorm.DB) (reachable bool, err error) {
	if q.nameSealed != nil {
		return q.reachable, nil
	}
	err = marketplace.ScanTx(tx.WithContext(ctx), "SELECT "+customer.ReachableSQL("questions.brand_id", "questions.customer_id")+" FROM questions WHERE id = ?",
		[]any{q.ID}, &reachable)
	if err != nil {
		return false, fmt.Errorf("look for the address of question %s: %w", q.ID, err)
	}
	return reachable, nil
}

// tell is the job: it writes to the customer, unless they have read what is new,
// have said or done something since, or there is something newer, of which they
// will be told.
func (s *Service) tell(ctx context.Context, tx *gorm.DB, j job.Job) error {
	var args tellArgs
	if err := j.Decode(&args); err != nil {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	q, err := questionTx(ctx, tx, args.Question)
	if err != nil {
		return err
	}
	_, err = customer.LockTx(ctx, tx, q.BrandID, q.CustomerID)
	if errors.Is(err, customer.ErrErased) {
		return nil
	}
	if err != nil {
		return err
	}
	if q.Messages > args.Messages || q.State != Assigned && q.State != Answered && !q.Ended() {
		return nil
	}
	read, err := readTx(ctx, tx, q.ID)
	if err != nil || read >= args.Messages {
		return err
	}
	return s.writeNewsTx(ctx, tx, &q, args)
}

// readTx is up to which message the customer has read.
func readTx(ctx context.Context, tx *gorm.DB, id ID) (position int, err error) {
	err = marketplace.ScanTx(tx.WithContext(ctx), "SELECT customer FROM read_marks WHERE question_id = ?", []any{id}, &position)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look what the customer of question %s has read: %w", id, err)
	}
	return position, nil
}

// writeNewsTx writes that there is something new, with a link to go on by. It
// quotes nothing of the conversation.
func (s *Service) writeNewsTx(ctx context.Context, tx *gorm.DB, q *Question, args tellArgs) error {
	l := notify.Letter{Name: "question.answer"}
	switch {
	case q.Ended():
		l.Name = "question.ended"
	case q.State == Assigned:
		l.Name = "question.message"
	}
	return s.mailCustomerTx(ctx, tx, q, fmt.Sprintf("news:%s:%d:%s", q.ID, args.Messages, q.State), l)
}

// mailCustomerTx writes to a customer who can be reached by e-mail, with a link
// by which they go on where they read the mail. Others are not written to. It is
// in the language they read, or that of their question.
func (s *Service) mailCustomerTx(ctx context.Context, tx *gorm.DB, q *Question, key string, l notify.Letter) error {
	address, err := s.customers.OpenHandleTx(ctx, tx, q.BrandID, q.CustomerID, customer.Email)
	if errors.Is(err, customer.ErrNoHandle) {
		return nil
	}
	if err != nil {
		return err
	}
	link, err := s.customers.MailLinkTx(ctx, tx, q.BrandID, q.CustomerID)
	if err != nil {
		return err
	}
	c, err := customer.CustomerTx(ctx, tx, q.BrandID, q.CustomerID)
	if err != nil {
		return err
	}
	return s.notify.SendTx(ctx, tx, notify.Mail{
		Brand: q.BrandID, Kind: notify.Answers, Key: key, ToAddress: address, Customer: q.CustomerID,
		Says: l.Ending(notify.Words{Of: "question.end", Values: notify.Values{
			"day": notify.Day(link.ExpiresAt), "link": s.notify.Link("resume", link.Token), "question": q.ID.String(),
		}}),
		Language: notify.Known(c.Locale, q.Language),
	})
}
