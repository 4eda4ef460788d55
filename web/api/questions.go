package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/marketplace/redact"
)

const questionsTag = "Questions"

// questionRoutes are what a customer does with their own questions.
func (a *API) questionRoutes() {
	createShown(a, Route{ID: "ask", Path: "/questions", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "Ask a question",
		About:   "Personal data is removed before any expert reads it. The same reference again returns the first question. Who is not verified asks only so much a day."},
		a.ask, a.asked)
	call(a, Route{ID: "preview", Path: "/previews", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "See what experts would see of a text", About: "Nothing is stored."}, a.preview)
	read(a, Route{ID: "listQuestions", Path: "/questions", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "List your questions, newest first"}, a.ownQuestions)
	read(a, Route{ID: "getQuestion", Path: "/questions/{question}", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "Read a question with its conversation"}, a.ownQuestion)
	read(a, Route{ID: "getQuestionReceipt", Path: "/questions/{question}/receipt", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "Read what became of a question"}, a.ownReceipt)
	act(a, Route{ID: "say", Path: "/questions/{question}/messages", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "Add a message"}, a.say)
	act(a, Route{ID: "resolve", Path: "/questions/{question}/resolve", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "Say that the answer solved it"}, a.onQuestion(a.House.Questions.Resolve))
	act(a, Route{ID: "reopen", Path: "/questions/{question}/reopen", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "Say that it is not solved", About: "Another expert is asked; the clock goes on."}, a.reopen)
	act(a, Route{ID: "escalate", Path: "/questions/{question}/escalate", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "Ask for the brand's own team"}, a.onQuestion(a.House.Questions.Escalate))
	act(a, Route{ID: "withdraw", Path: "/questions/{question}/withdraw", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "Take the question back"}, a.onQuestion(a.House.Questions.Withdraw))
	act(a, Route{ID: "giveFeedback", Method: "PUT", Path: "/questions/{question}/feedback", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "Say what the answer was worth", About: "Again within a week replaces it."}, a.giveFeedback)
}

// QuestionIn names a question.
type QuestionIn struct {
	Question question.ID `path:"question" format:"uuid" doc:"The question's id."`
}

type askIn struct {
	Body struct {
		Program   program.ID           `json:"program" format:"uuid" doc:"Whom to ask."`
		Title     string               `json:"title" minLength:"1" maxLength:"300" doc:"The question in one line." example:"4K turns blurry after twenty minutes"`
		Body      string               `json:"body,omitempty" maxLength:"16384" doc:"Everything else about it." example:"It happens on every channel since the update."`
		Context   string               `json:"context,omitempty" maxLength:"4096" doc:"Page and product, one key: value a line."`
		Topic     string               `json:"topic,omitempty" maxLength:"64" doc:"The topic's slug, where it is known."`
		Tags      []string             `json:"tags,omitempty" maxItems:"20" doc:"Words it is filed under."`
		Language  string               `json:"language,omitempty" maxLength:"35" doc:"BCP 47; by default the customer's." example:"en"`
		Reference string               `json:"reference,omitempty" maxLength:"200" doc:"Your own id of the question."`
		Pictures  []question.PictureID `json:"pictures,omitempty" format:"uuid" maxItems:"4" doc:"Pictures you uploaded, to show with it."`
		HideTitle [][2]int             `json:"hide_title,omitempty" maxItems:"50" doc:"Byte ranges of the title to hide besides."`
		HideBody  [][2]int             `json:"hide_body,omitempty" maxItems:"200" doc:"Byte ranges of the body to hide besides."`
	}
}

func (a *API) ask(ctx context.Context, caller access.Caller, in *askIn) (string, *One[Conversation], error) {
	b := in.Body
	q, err := a.House.Questions.Ask(ctx, caller, question.Ask{
		Program: b.Program, Title: b.Title, Body: b.Body, Context: b.Context, Topic: b.Topic, Tags: b.Tags,
		Language: b.Language, Reference: b.Reference, HideTitle: b.HideTitle, HideBody: b.HideBody, Pictures: b.Pictures,
		Source: requestOf(ctx).Source,
	})
	if err != nil || b.Reference != "" || len(b.Pictures) > 0 { // what has a reference may have been asked before
		return q.ID.String(), nil, err
	}
	return q.ID.String(), one(Conversation{
		ID: q.ID, State: q.State, Title: b.Title, Context: b.Context, Notes: []string{}, Handoffs: []Handoff{},
		Messages: []Message{{Position: 1, Author: question.ByCustomer, Text: b.Body, Pictures: []Picture{}, At: q.AskedAt}},
		Forecast: aheadOf(a.House.Questions.Ahead(q)),
	}), nil
}

func (a *API) asked(ctx context.Context, caller access.Caller, _ *askIn, id string) (*One[Conversation], error) {
	parsed, err := marketplace.ParseID[question.Question](id)
	if err != nil {
		return nil, err
	}
	return a.ownQuestion(ctx, caller, &QuestionIn{parsed})
}

// Conversation is a question with its messages.
type Conversation struct {
	ID       question.ID    `json:"id" format:"uuid"`
	State    question.State `json:"state" enum:"asked,offered,assigned,answered,resolved,escalated,withdrawn"`
	Reason   string         `json:"end_reason" doc:"How it ended: abusive, threat, unlawful or spam where its expert ended the conversation."`
	Title    string         `json:"title"`
	Context  string         `json:"context"`
	Messages []Message      `json:"messages"`
	Notes    []string       `json:"notes" doc:"What those who handed it back left for the next expert; to the brand, what the expert said who ended the conversation."`
	Handoffs []Handoff      `json:"handoffs" doc:"The same notes, each with the assignment that confirming it names."`
	Read     ReadMarks      `json:"read"`
	Forecast *Ahead         `json:"forecast" doc:"When it will have its first response; null once it has, to experts, and where nothing is known."`
}

// Handoff is an earlier hand-back that left a note.
type Handoff struct {
	Assignment question.AssignmentID `json:"assignment" format:"uuid" doc:"The one handed back."`
	Note       string                `json:"note"`
	Confirmed  bool                  `json:"confirmed" doc:"Somebody said that it helped."`
}

// Message is one turn of a conversation.
type Message struct {
	Position int             `json:"position" doc:"From 1, in their order."`
	Author   question.Author `json:"author" enum:"customer,expert,brand"`
	Text     string          `json:"text"`
	Pictures []Picture       `json:"pictures" doc:"In their order; none of them is redacted."`
	At       time.Time       `json:"at"`
}

func conversationOf(c question.Conversation) Conversation {
	return Conversation{
		ID: c.Question, State: c.State, Reason: c.Reason, Title: c.Title, Context: c.Context, Messages: messagesOf(c.Turns), Notes: list(c.Notes),
		Handoffs: handoffsOf(c.Handoffs),
		Read:     ReadMarks(c.Read), Forecast: aheadOf(c.Forecast),
	}
}

func handoffsOf(handoffs []question.Handoff) []Handoff {
	shown := make([]Handoff, len(handoffs))
	for i, h := range handoffs {
		shown[i] = Handoff(h)
	}
	return shown
}

func messagesOf(turns []question.Turn) []Message {
	messages := make([]Message, len(turns))
	for i, t := range turns {
		messages[i] = Message{Position: t.Position, Author: t.Author, Text: t.Text, Pictures: picturesOf(t.Pictures), At: t.At}
	}
	return messages
}

func (a *API) ownQuestion(ctx context.Context, caller access.Caller, in *QuestionIn) (*One[Conversation], error) {
	c, err := a.House.Questions.ForCustomer(ctx, caller, in.Question)
	return one(conversationOf(c)), err
}

// OwnQuestion is a question as its customer's list shows it.
type OwnQuestion struct {
	ID                 question.ID    `json:"id" format:"uuid"`
	Program            program.ID     `json:"program" format:"uuid"`
	ProgramName        string         `json:"program_name"`
	Title              string         `json:"title"`
	Language           string         `json:"language"`
	State              question.State `json:"state" enum:"asked,offered,assigned,answered,resolved,escalated,withdrawn"`
	Messages           int            `json:"messages"`
	AskedAt            time.Time      `json:"asked_at"`
	FirstResponseDueAt time.Time      `json:"first_response_due_at"`
	ResolutionDueAt    time.Time      `json:"resolution_due_at"`
	FirstRespondedAt   *time.Time     `json:"first_responded_at"`
	ResolvedAt         *time.Time     `json:"resolved_at"`
}

func (a *API) ownQuestions(ctx context.Context, caller access.Caller, in *PageParams) (*Listed[OwnQuestion], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	questions, err := a.House.Questions.Questions(ctx, caller, page)
	return listOf(questions, func(q question.OwnSummary) OwnQuestion {
		return OwnQuestion{
			ID: q.ID, Program: q.ProgramID, ProgramName: q.ProgramName, Title: q.Title, Language: q.Language, State: q.State,
			Messages: q.Messages, AskedAt: q.AskedAt, FirstResponseDueAt: q.FirstResponseDueAt, ResolutionDueAt: q.ResolutionDueAt,
			FirstRespondedAt: q.FirstRespondedAt, ResolvedAt: q.ResolvedAt,
		}
	}), err
}

func (a *API) ownReceipt(ctx context.Context, caller access.Caller, in *QuestionIn) (*One[question.Receipt], error) {
	r, err := a.House.Questions.CustomerReceipt(ctx, caller, in.Question)
	return one(r), err
}

type previewIn struct {
	Body struct {
		Text string   `json:"text" maxLength:"16384" doc:"What would be sent." example:"Call me on +49 30 901820, please."`
		Hide [][2]int `json:"hide,omitempty" maxItems:"200" doc:"Byte ranges to hide besides."`
	}
}

// Preview is a text as experts would see it.
type Preview struct {
	Text   string              `json:"text" doc:"With placeholders for what is hidden."`
	Hidden map[redact.Kind]int `json:"hidden" doc:"How many of each kind are hidden."`
	Spans  []redact.Span       `json:"spans" doc:"What of the text that was sent is hidden, in order: byte offsets in it, and what stands there instead."`
}

func (a *API) preview(ctx context.Context, caller access.Caller, in *previewIn) (*One[Preview], error) {
	r, err := a.House.Questions.Preview(ctx, caller, in.Body.Text, in.Body.Hide...)
	if err != nil {
		return nil, err
	}
	p := Preview{Text: r.Text, Hidden: map[redact.Kind]int{}, Spans: list(r.Spans)}
	for _, s := range r.Spans {
		p.Hidden[s.Kind]++
	}
	return one(p), nil
}

type sayIn struct {
	QuestionIn
	Body struct {
		Text     string               `json:"text,omitempty" maxLength:"16384" doc:"May be left out where there are pictures." example:"I did that, and it still happens."`
		Pictures []question.PictureID `json:"pictures,omitempty" format:"uuid" maxItems:"4" doc:"Pictures you uploaded, to show with it."`
	}
}

func (a *API) say(ctx context.Context, caller access.Caller, in *sayIn) error {
	return a.House.Questions.Say(ctx, caller, in.Question, in.Body.Text, in.Body.Pictures...)
}

type reopenIn struct {
	QuestionIn
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"What is still wrong." example:"It came back after an hour."`
	}
}

func (a *API) reopen(ctx context.Context, caller access.Caller, in *reopenIn) error {
	return a.House.Questions.Reopen(ctx, caller, in.Question, in.Body.Reason)
}

// onQuestion makes a handler of a verb that needs nothing but the question.
func (a *API) onQuestion(verb func(context.Context, access.Caller, question.ID) error) func(context.Context, access.Caller, *QuestionIn) error {
	return func(ctx context.Context, caller access.Caller, in *QuestionIn) error {
		return verb(ctx, caller, in.Question)
	}
}

type feedbackIn struct {
	QuestionIn
	Body struct {
		Solved  bool                   `json:"solved" doc:"Whether it solved the question."`
		CSAT    int                    `json:"csat,omitempty" minimum:"1" maximum:"5" doc:"How satisfied, from 1 to 5." example:"5"`
		Reason  quality.FeedbackReason `json:"reason,omitempty" enum:"wrong,incomplete,unclear,unfriendly,waiting_time,product_defect,policy" doc:"Needed with a 1 or 2."`
		Comment string                 `json:"comment,omitempty" maxLength:"4096"`
	}
}

func (a *API) giveFeedback(ctx context.Context, caller access.Caller, in *feedbackIn) error {
	b := in.Body
	return a.House.Quality.Give(ctx, caller, in.Question, quality.Feedback{Solved: b.Solved, CSAT: b.CSAT, Reason: b.Reason, Comment: b.Comment})
}
