package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
)

// brandQuestionRoutes are what a brand's people do with its questions.
func (a *API) brandQuestionRoutes() {
	const path = "/brands/{brand}/questions/{question}"
	seen, answering, money := member(access.SeeQuestions), member(access.AnswerForBrand), Who{Kind: Member, Permission: access.SeeMoney, Also: access.SeeQuestions}
	read(a, Route{ID: "listBrandQuestions", Path: "/brands/{brand}/questions", Tag: questionsTag, Who: seen,
		Summary: "List a brand's questions, newest first or soonest due", About: "A cursor is of the order it was given in."}, a.brandQuestions)
	read(a, Route{ID: "getQueue", Path: "/brands/{brand}/queue", Tag: questionsTag, Who: seen,
		Summary: "Count a brand's questions that wait, by state"}, a.queue)
	read(a, Route{ID: "getBrandQuestion", Path: path, Tag: questionsTag, Who: seen,
		Summary: "Read a question of the brand, redacted"}, a.brandQuestion)
	read(a, Route{ID: "listQuestionOffers", Path: path + "/offers", Tag: questionsTag, Who: money,
		Summary: "List to whom a question was offered", About: "For those who see both questions and money."}, a.questionOffers)
	read(a, Route{ID: "listDecisions", Path: path + "/decisions", Tag: questionsTag, Who: seen,
		Summary: "Read why whom was asked", About: "Features, weights and seed of every routing."}, a.decisions)
	call(a, Route{ID: "replayDecisions", Path: path + "/decisions/replay", Tag: questionsTag, Who: seen,
		Summary: "Rank again from the records alone", About: "A ranking that comes out otherwise is the problem replay_differs."}, a.replayDecisions)
	read(a, Route{ID: "getBrandReceipt", Path: path + "/receipt", Tag: questionsTag, Who: money,
		Summary: "Read what became of a question, with every cent", About: "For those who see both questions and money."}, a.brandReceipt)
	createShown(a, Route{ID: "thankExpert", Path: path + "/thanks", Tag: questionsTag, Who: member(access.ThankExperts),
		Summary: "Give an expert a bonus for their work on a question", About: "Out of the program's budget, at once, with a reason that the expert reads. Their reward stays what it is. Only a person does."}, a.thank, a.thanked)
	act(a, Route{ID: "takeOver", Path: path + "/take_over", Tag: questionsTag, Who: answering,
		Summary: "Take a question from the crowd to the brand's own team"}, a.takeOver)
	act(a, Route{ID: "routeBack", Path: path + "/route_back", Tag: questionsTag, Who: answering,
		Summary: "Give the crowd a question that was held to be the brand's own matter", About: "By its words, and wrongly; end_reason is matter."}, a.routeBack)
	act(a, Route{ID: "setQuestionTopic", Method: "PUT", Path: path + "/topic", Tag: questionsTag, Who: member(access.ManageProgram),
		Summary: "Say what a question is about", About: "In place of what its asker said or was read. It holds from the next wave on, and is learned."}, a.setQuestionTopic)
	act(a, Route{ID: "answerForBrand", Path: path + "/answer", Tag: questionsTag, Who: answering,
		Summary: "Answer an escalated question"}, a.answerForBrand)
}

type BrandQuestionIn struct {
	BrandIn
	QuestionIn
}

type brandQuestionsIn struct {
	BrandIn
	PageParams
	State       []question.State `query:"state,explode" enum:"asked,offered,assigned,answered,resolved,escalated,withdrawn" doc:"Any of these states."`
	Program     program.ID       `query:"program" format:"uuid" doc:"Of this program."`
	Topic       string           `query:"topic" maxLength:"64" doc:"On this topic, by slug."`
	Language    string           `query:"language" maxLength:"35" doc:"In this language."`
	Overdue     bool             `query:"overdue" doc:"Only those past a promise and still waiting."`
	AskedAfter  time.Time        `query:"asked_after" doc:"Asked then or later."`
	AskedBefore time.Time        `query:"asked_before" doc:"Asked before then."`
	Q           string           `query:"q" maxLength:"200" doc:"Whose redacted title has all of these words."`
	Sort        string           `query:"sort" enum:"newest,due" doc:"By default the newest first; due: by the promise that comes next, only those whose customer waits."`
	Person      access.PersonID  `query:"person" format:"uuid" doc:"On which this expert had a turn; for those who see money too."`
}

// BrandQuestion is a question as the brand's lists show it.
type BrandQuestion struct {
	ID                 question.ID      `json:"id" format:"uuid"`
	Program            program.ID       `json:"program" format:"uuid"`
	ProgramName        string           `json:"program_name"`
	Topic              string           `json:"topic" doc:"Slug; empty where none is known."`
	TopicBy            question.TopicBy `json:"topic_by" enum:",asker,read,none,brand" doc:"How it came by its topic: named by its asker, read from the text, read to be of none, put right by the brand; empty: nobody named one, and none could be read."`
	TopicRead          *float64         `json:"topic_read" doc:"The probability with which it was read; null: it was not."`
	Reference          *string          `json:"reference"`
	Title              string           `json:"title" doc:"Redacted."`
	Language           string           `json:"language"`
	State              question.State   `json:"state" enum:"asked,offered,assigned,answered,resolved,escalated,withdrawn"`
	EndReason          string           `json:"end_reason"`
	Attempt            int              `json:"attempt"`
	Wave               int              `json:"wave"`
	Messages           int              `json:"messages"`
	AskedAt            time.Time        `json:"asked_at"`
	FirstResponseDueAt time.Time        `json:"first_response_due_at"`
	ResolutionDueAt    time.Time        `json:"resolution_due_at"`
	FirstRespondedAt   *time.Time       `json:"first_responded_at"`
	ResolvedAt         *time.Time       `json:"resolved_at"`
	EndedAt            *time.Time       `json:"ended_at"`
	ResponseBreached   bool             `json:"response_breached"`
	ResolutionBreached bool             `json:"resolution_breached"`
	Expert             string           `json:"expert" doc:"The pseudonym of who has it; empty: nobody, or you do not see money too."`
	OffersOpen         int              `json:"offers_open"`
	Reopened           int              `json:"reopened" doc:"How often."`
	EscalatedReason    string           `json:"escalated_reason" doc:"Why it last went to the brand's team; empty: it never did."`
}

func brandQuestionOf(s question.Summary) BrandQuestion {
	return BrandQuestion{
		ID: s.ID, Program: s.ProgramID, ProgramName: s.ProgramName, Topic: s.Topic, TopicBy: s.TopicBy, TopicRead: s.TopicRead, Reference: s.Reference, Title: s.Title,
		Language: s.Language, State: s.State, EndReason: s.EndReason, Attempt: s.Attempt, Wave: s.Wave, Messages: s.Messages,
		AskedAt: s.AskedAt, FirstResponseDueAt: s.FirstResponseDueAt, ResolutionDueAt: s.ResolutionDueAt,
		FirstRespondedAt: s.FirstRespondedAt, ResolvedAt: s.ResolvedAt, EndedAt: s.EndedAt,
		ResponseBreached: s.ResponseBreached, ResolutionBreached: s.ResolutionBreached,
		Expert: s.Expert, OffersOpen: s.OffersOpen, Reopened: s.Reopened, EscalatedReason: s.EscalatedWhy,
	}
}

func (a *API) brandQuestions(ctx context.Context, caller access.Caller, in *brandQuestionsIn) (*Listed[BrandQuestion], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	questions, err := a.House.Questions.BrandQuestions(ctx, caller, in.Brand, question.Filter{
		States: in.State, Program: in.Program, Topic: in.Topic, Language: in.Language, Overdue: in.Overdue,
		AskedAfter: in.AskedAfter, AskedBefore: in.AskedBefore, Person: in.Person,
		Words: in.Q, Sort: sortOf(in.Sort),
	}, page)
	return listOf(questions, brandQuestionOf), err
}

// sortOf is the domain's name of an order.
func sortOf(name string) question.Sort {
	if name == "newest" {
		return question.NewestFirst
	}
	return question.Sort(name)
}

type queueIn struct {
	BrandIn
	Program program.ID `query:"program" format:"uuid" doc:"Of this program."`
}

// Queue is how many questions of a brand wait.
type Queue struct {
	States  []QueueState `json:"states" doc:"Each state in which the customer waits."`
	Overdue int          `json:"overdue" doc:"Past a promise."`
	Oldest  *time.Time   `json:"oldest" doc:"When the one that has waited longest was asked; null: none waits."`
}

// QueueState is how many questions are in a state.
type QueueState struct {
	State  question.State `json:"state" enum:"asked,offered,assigned,answered,escalated"`
	Count  int            `json:"count"`
	Oldest *time.Time     `json:"oldest" doc:"When the first of them was asked."`
}

func (a *API) queue(ctx context.Context, caller access.Caller, in *queueIn) (*One[Queue], error) {
	q, err := a.House.Questions.Queue(ctx, caller, in.Brand, in.Program)
	shape := Queue{States: make([]QueueState, len(q.States)), Overdue: q.Overdue, Oldest: q.Oldest}
	for i, s := range q.States {
		shape.States[i] = QueueState(s)
	}
	return one(shape), err
}

// BrandConversation is a question of the brand with its messages.
type BrandConversation struct {
	Question     BrandQuestion `json:"question"`
	Conversation Conversation  `json:"conversation"`
}

func (a *API) brandQuestion(ctx context.Context, caller access.Caller, in *BrandQuestionIn) (*One[BrandConversation], error) {
	s, err := a.House.Questions.BrandQuestion(ctx, caller, in.Brand, in.Question)
	if err != nil {
		return nil, err
	}
	c, err := a.House.Questions.ForBrand(ctx, caller, in.Brand, in.Question)
	return one(BrandConversation{brandQuestionOf(s), conversationOf(c)}), err
}

// BrandOffer is an offer as the brand reads it.
type BrandOffer struct {
	ID        question.OfferID    `json:"id" format:"uuid"`
	Expert    access.PersonID     `json:"expert" format:"uuid"`
	Handle    string              `json:"handle" doc:"The expert's pseudonym."`
	Attempt   int                 `json:"attempt"`
	Wave      int                 `json:"wave"`
	Position  int                 `json:"position" doc:"In the order of offering."`
	State     question.OfferState `json:"state" enum:"open,accepted,declined,expired,withdrawn"`
	Reward    Money               `json:"reward"`
	Fee       Money               `json:"fee"`
	OfferedAt time.Time           `json:"offered_at"`
	ExpiresAt time.Time           `json:"expires_at"`
	SettledAt *time.Time          `json:"settled_at"`
}

func (a *API) questionOffers(ctx context.Context, caller access.Caller, in *BrandQuestionIn) (*Listed[BrandOffer], error) {
	offers, err := a.House.Questions.BrandOffers(ctx, caller, in.Brand, in.Question)
	return allOf(offers, func(o question.BrandOffer) BrandOffer {
		return BrandOffer{
			ID: o.ID, Expert: o.PersonID, Handle: o.Handle, Attempt: o.Attempt, Wave: o.Wave, Position: o.Position, State: o.State,
			Reward: Money{Minor: o.RewardMinor, Currency: o.Currency}, Fee: Money{Minor: o.FeeMinor, Currency: o.Currency},
			OfferedAt: o.OfferedAt, ExpiresAt: o.ExpiresAt, SettledAt: o.SettledAt,
		}
	}), err
}

func (a *API) decisions(ctx context.Context, caller access.Caller, in *BrandQuestionIn) (*Listed[question.DecisionRecord], error) {
	records, err := a.House.Questions.Decisions(ctx, caller, in.Brand, in.Question)
	return allOf(records, func(r question.DecisionRecord) question.DecisionRecord { return r }), err
}

// Replayed says how many decisions came out the same.
type Replayed struct {
	Decisions int `json:"decisions" doc:"Every one came out the same, bit for bit."`
}

func (a *API) replayDecisions(ctx context.Context, caller access.Caller, in *BrandQuestionIn) (*One[Replayed], error) {
	n, err := a.House.Questions.ReplayDecisions(ctx, caller, in.Brand, in.Question)
	return one(Replayed{n}), err
}

func (a *API) brandReceipt(ctx context.Context, caller access.Caller, in *BrandQuestionIn) (*One[question.Receipt], error) {
	r, err := a.House.Questions.BrandReceipt(ctx, caller, in.Brand, in.Question)
	return one(r), err
}

func (a *API) takeOver(ctx context.Context, caller access.Caller, in *BrandQuestionIn) error {
	return a.House.Questions.TakeOver(ctx, caller, in.Brand, in.Question)
}

func (a *API) routeBack(ctx context.Context, caller access.Caller, in *BrandQuestionIn) error {
	return a.House.Questions.RouteBack(ctx, caller, in.Brand, in.Question)
}

type questionTopicIn struct {
	BrandQuestionIn
	Body struct {
		Topic string `json:"topic" maxLength:"64" example:"box" doc:"Slug of one of the program's topics; empty: none of them."`
	}
}

func (a *API) setQuestionTopic(ctx context.Context, caller access.Caller, in *questionTopicIn) error {
	return a.House.Questions.SetTopic(ctx, caller, in.Brand, in.Question, in.Body.Topic)
}

type brandAnswerIn struct {
	BrandQuestionIn
	Body struct {
		Text     string               `json:"text" minLength:"1" maxLength:"16384" example:"We have refunded the second charge."`
		Pictures []question.PictureID `json:"pictures,omitempty" format:"uuid" maxItems:"4" doc:"Pictures you uploaded, to show with it."`
	}
}

func (a *API) answerForBrand(ctx context.Context, caller access.Caller, in *brandAnswerIn) error {
	return a.House.Questions.AnswerForBrand(ctx, caller, in.Brand, in.Question, in.Body.Text, in.Body.Pictures...)
}
