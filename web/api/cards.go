package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/training"
)

// cardRoutes are what a program has its experts read.
func (a *API) cardRoutes() {
	managed, self := member(access.ManageProgram), Who{Kind: Person}
	read(a, Route{ID: "listCards", Path: "/programs/{program}/cards", Tag: expertsTag, Who: managed,
		Summary: "List what a program has its experts read"}, a.allCards)
	create(a, Route{ID: "addCard", Path: "/programs/{program}/cards", Tag: expertsTag, Who: managed,
		Summary: "Publish a card", About: "Of a topic with cards that must be read only those are asked who have read them."}, a.addCard, a.addedCard)
	act(a, Route{ID: "retireCard", Method: "DELETE", Path: "/programs/{program}/cards/{card}", Tag: expertsTag, Who: managed,
		Summary: "Take a card back"}, a.retireCard)
	read(a, Route{ID: "listOwnCards", Path: "/programs/{program}/application/cards", Tag: expertsTag, Who: self,
		Summary: "Read a program's cards"}, a.ownCards)
	act(a, Route{ID: "readCard", Path: "/programs/{program}/application/cards/{card}/read", Tag: expertsTag, Who: self,
		Summary: "Say that you have read a card"}, a.readCard)
	read(a, Route{ID: "getOnboarding", Path: "/programs/{program}/application/onboarding", Tag: expertsTag, Who: self,
		Summary: "Read how far you have come with your application"}, a.onboarding)
}

// Card is something to read: about a program, or about one topic.
type Card struct {
	ID          training.CardID `json:"id" format:"uuid"`
	Topic       string          `json:"topic" doc:"Slug; empty: about the program."`
	Language    string          `json:"language" doc:"BCP 47; empty: for everybody."`
	Title       string          `json:"title"`
	Text        string          `json:"text"`
	MustRead    bool            `json:"must_read" doc:"Before the quiz; that of a topic before being asked about it."`
	PublishedAt time.Time       `json:"published_at"`
}

func cardOf(c training.Card) Card {
	return Card{ID: c.ID, Topic: c.Topic, Language: c.Language, Title: c.Title, Text: c.Text, MustRead: c.MustRead, PublishedAt: c.PublishedAt}
}

// CardFigure is a card as the brand sees it.
type CardFigure struct {
	Card
	Readers int `json:"readers" doc:"How many have read it."`
}

func (a *API) allCards(ctx context.Context, caller access.Caller, in *ProgramIn) (*Listed[CardFigure], error) {
	cards, err := a.House.Training.AllCards(ctx, caller, in.Program)
	return allOf(cards, func(c training.CardFigure) CardFigure { return CardFigure{Card: cardOf(c.Card), Readers: c.Readers} }), err
}

type addCardIn struct {
	ProgramIn
	Body struct {
		Topic    string `json:"topic,omitempty" maxLength:"64" doc:"Slug; empty: about the program." example:"box"`
		Language string `json:"language,omitempty" maxLength:"35" doc:"BCP 47; empty: for everybody." example:"en"`
		Title    string `json:"title" minLength:"1" maxLength:"200" example:"The lights of the box"`
		Text     string `json:"text" minLength:"1" maxLength:"20480" example:"Orange means that it updates."`
		MustRead bool   `json:"must_read,omitempty" doc:"Before the quiz; that of a topic before being asked about it."`
	}
}

func (a *API) addCard(ctx context.Context, caller access.Caller, in *addCardIn) (string, error) {
	c, err := a.House.Training.AddCard(ctx, caller, in.Program, training.NewCard(in.Body))
	return c.ID.String(), err
}

func (a *API) addedCard(ctx context.Context, caller access.Caller, in *addCardIn, id string) (*One[CardFigure], error) {
	cards, err := a.House.Training.AllCards(ctx, caller, in.Program)
	if err != nil {
		return nil, err
	}
	for _, c := range cards {
		if c.ID.String() == id {
			return one(CardFigure{Card: cardOf(c.Card), Readers: c.Readers}), nil
		}
	}
	return nil, &marketplace.NotFoundError{Noun: "card", ID: id}
}

type cardIn struct {
	ProgramIn
	Card training.CardID `path:"card" format:"uuid" doc:"The card's id."`
}

func (a *API) retireCard(ctx context.Context, caller access.Caller, in *cardIn) error {
	return a.House.Training.RetireCard(ctx, caller, in.Program, in.Card)
}

// OwnCard is a card as an applicant or expert reads it.
type OwnCard struct {
	Card
	ReadAt *time.Time `json:"read_at" doc:"When you said that you read it."`
}

func (a *API) ownCards(ctx context.Context, caller access.Caller, in *ProgramIn) (*Listed[OwnCard], error) {
	cards, err := a.House.Training.Cards(ctx, caller, in.Program)
	return allOf(cards, func(c training.CardView) OwnCard { return OwnCard{Card: cardOf(c.Card), ReadAt: c.ReadAt} }), err
}

func (a *API) readCard(ctx context.Context, caller access.Caller, in *cardIn) error {
	return a.House.Training.ReadCard(ctx, caller, in.Program, in.Card)
}
