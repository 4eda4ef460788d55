package community

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
)

const (
	tellJob  = "community.tell"
	tellPage = 200 // mails written in one transaction
)

// told is what the experts of a room are told of by mail, those who asked for it.
type told struct {
	Program program.ID      `json:"program"`
	What    string          `json:"what"`
	Of      string          `json:"of"`    // the proposal or election, by id
	After   access.PersonID `json:"after"` // who was the last to be told
}

// What experts are told of.
const (
	toldAnswer   = "answer"
	toldElection = "election"
	toldVoting   = "voting"
	toldResult   = "result"
)

func (s *Service) tellLaterTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, t told) error {
	return s.queue.EnqueueTx(ctx, tx, job.New{
		Kind: tellJob, Args: t, Brand: brand, RunAt: s.clock.Now(), UniqueKey: fmt.Sprintf("%s:%s:%s:%s", tellJob, t.What, t.Of, t.After),
	})
}

// tellTx is the job: it writes to some of the room and leaves the rest to the
// next.
func (s *Service) tellTx(ctx context.Context, tx *gorm.DB, j job.Job) error {
	var t told
	if err := j.Decode(&t); err != nil {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	var list []struct {
		PersonID  access.PersonID
		Languages []string `gorm:"serializer:json"`
	}
	find := tx.WithContext(ctx).Table("enrolments").Select("enrolments.person_id, experts.languages").
		Joins("JOIN experts ON experts.person_id = enrolments.person_id").
		Where("enrolments.program_id = ? AND enrolments.state IN ?", t.Program, states).
		Where(notify.AskedSQL("enrolments.person_id"), notify.Room).
		Where("NOT EXISTS (SELECT 1 FROM memberships WHERE memberships.brand_id = ? AND memberships.person_id = enrolments.person_id)", j.BrandID)
	if !t.After.IsZero() {
		find = find.Where("enrolments.person_id > ?", t.After)
	}
	if err := find.Order("enrolments.person_id").Limit(tellPage).Find(&list).Error; err != nil {
		return fmt.Errorf("list who of the room of program %s is told: %w", t.Program, err)
	}
	brand, err := program.BrandNameTx(ctx, tx, j.BrandID)
	if err != nil {
		return err
	}
	for _, to := range list {
		language := letterLanguage(to.Languages)
		subject, text := letter(t.What, language, brand)
		err := s.notify.SendTx(ctx, tx, notify.Mail{
			Brand: j.BrandID, Kind: notify.Room, Key: fmt.Sprintf("community.%s:%s:%s", t.What, t.Of, to.PersonID), To: to.PersonID,
			Subject: subject, Text: text + "\n\n" + s.notify.Link("work/programs/"+t.Program.String()+"/room", "") + "\n", Language: language,
		})
		if err != nil {
			return err
		}
	}
	if len(list) < tellPage {
		return nil
	}
	t.After = list[len(list)-1].PersonID
	return s.tellLaterTx(ctx, tx, j.BrandID, t)
}

// letterLanguage is the one of ours that an expert reads; English where they have
// it, or none of them.
func letterLanguage(languages []string) string {
	best := ""
	for _, tag := range languages {
		switch base := program.BaseLanguage(tag); base {
		case "en":
			return base
		case "de", "ar":
			best = base
		}
	}
	if best == "" {
		return "en"
	}
	return best
}

var letters = map[string]map[string][2]string{
	toldAnswer: {
		"en": {"%s has answered a proposal", "%s has answered a proposal of its experts."},
		"de": {"%s hat auf einen Vorschlag geantwortet", "%s hat auf einen Vorschlag der Expertinnen und Experten geantwortet."},
		"ar": {"ردّت %s على اقتراح", "ردّت %s على اقتراح من خبرائها."},
	},
	toldElection: {
		"en": {"An election at %s", "The experts of %s elect who speaks for them. You may stand for a week from now."},
		"de": {"Eine Wahl bei %s", "Die Expertinnen und Experten von %s wählen, wer für sie spricht. Eine Woche lang können Sie kandidieren."},
		"ar": {"انتخابات لدى %s", "ينتخب خبراء %s من يتحدث باسمهم. يمكنك الترشح خلال أسبوع من الآن."},
	},
	toldVoting: {
		"en": {"Vote: who speaks for the experts of %s", "The vote on who speaks for the experts of %s has begun. It is secret and lasts a week."},
		"de": {"Wählen Sie: Wer spricht für die Expertinnen und Experten von %s", "Die Wahl, wer für die Expertinnen und Experten von %s spricht, hat begonnen. Sie ist geheim und dauert eine Woche."},
		"ar": {"صوّت: من يتحدث باسم خبراء %s", "بدأ التصويت على من يتحدث باسم خبراء %s. التصويت سري ويستمر أسبوعًا."},
	},
	toldResult: {
		"en": {"The election at %s is over", "The election of who speaks for the experts of %s is over. The result is in your room."},
		"de": {"Die Wahl bei %s ist vorbei", "Die Wahl, wer für die Expertinnen und Experten von %s spricht, ist vorbei. Das Ergebnis steht in Ihrem Raum."},
		"ar": {"انتهت الانتخابات لدى %s", "انتهى انتخاب من يتحدث باسم خبراء %s. النتيجة في غرفتكم."},
	},
}

// letter is what an expert is written, in the language. It quotes nothing but the
// brand's name.
func letter(what, language, brand string) (subject, text string) {
	l := letters[what][language]
	return notify.Subject(l[0], brand), fmt.Sprintf(l[1], brand)
}

// tellBrandTx writes to those of the brand who may answer a carried proposal, once
// it is, and once more when they have not in time. It cannot be turned off.
func (s *Service) tellBrandTx(ctx context.Context, tx *gorm.DB, p Proposal, late bool) error {
	now := s.clock.Now()
	roll, err := access.CallTx(ctx, tx, []marketplace.BrandID{p.BrandID}, now)
	if err != nil {
		return err
	}
	subject, text, key := "Your experts propose something", "Enough of your experts support a proposal. Please answer it by %s; after that everybody reads on the program's page that it waits.", "carried"
	if late {
		subject, text, key = "A proposal waits for your answer", "A proposal of your experts was to be answered by %s. The program's page now says that it waits.", "overdue"
	}
	for _, to := range roll.Of(p.BrandID, access.AnswerProposals) {
		if to.Kind != access.KindPerson {
			continue
		}
		err := s.notify.SendTx(ctx, tx, notify.Mail{
			Brand: p.BrandID, Key: fmt.Sprintf("community.%s:%s:%s", key, p.ID, to.Person), To: to.Person, Subject: subject,
			Text: fmt.Sprintf(text, p.AnswerDueAt.UTC().Format(time.DateOnly)) + "\n\n" + s.notify.Link("console/roster/proposals", "") + "\n",
		})
		if err != nil {
			return err
		}
	}
	return nil
}
