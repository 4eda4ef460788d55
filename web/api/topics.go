package api

import (
	"context"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// topicRoutes are what a brand does with a program's topics.
func (a *API) topicRoutes() {
	read(a, Route{ID: "listTopics", Path: "/programs/{program}/topics", Tag: programsTag, Who: member(access.SeePrograms),
		Summary: "List a program's topics"}, a.topics)
	create(a, Route{ID: "addTopic", Path: "/programs/{program}/topics", Tag: programsTag, Who: member(access.ManageProgram),
		Summary: "Add a topic"}, a.addTopic, a.addedTopic)
	act(a, Route{ID: "setTopicMode", Method: "PUT", Path: "/programs/{program}/topics/{topic}/mode", Tag: programsTag, Who: member(access.ManageProgram),
		Summary: "Change who may be asked about a topic"}, a.setTopicMode)
	act(a, Route{ID: "describeTopic", Method: "PUT", Path: "/programs/{program}/topics/{topic}/description", Tag: programsTag, Who: member(access.ManageProgram),
		Summary: "Say what a topic is about"}, a.describeTopic)
}

// Topic is a piece of product knowledge in a program's tree.
type Topic struct {
	ID          program.TopicID  `json:"id" format:"uuid"`
	Parent      *program.TopicID `json:"parent" nullable:"true" doc:"Null at the top."`
	Slug        string           `json:"slug"`
	Name        string           `json:"name"`
	Description string           `json:"description" doc:"What is asked about it, in the brand's words; may be empty."`
	Mode        program.Mode     `json:"mode" enum:"crowd,certified,brand-only"`
}

func topicOf(t program.Topic) Topic {
	return Topic{ID: t.ID, Parent: t.ParentID, Slug: t.Slug, Name: t.Name, Description: t.Description, Mode: t.Mode}
}

func (a *API) topics(ctx context.Context, caller access.Caller, in *ProgramIn) (*Listed[Topic], error) {
	topics, err := a.House.Programs.Topics(ctx, caller, in.Program)
	return allOf(topics, topicOf), err
}

type addTopicIn struct {
	ProgramIn
	Body struct {
		Parent      *program.TopicID `json:"parent,omitempty" format:"uuid" doc:"By default it is at the top."`
		Slug        string           `json:"slug" minLength:"1" maxLength:"64" pattern:"^[a-z0-9]+(-[a-z0-9]+)*$" example:"sound"`
		Name        string           `json:"name" minLength:"1" maxLength:"200" example:"Picture and sound"`
		Description string           `json:"description,omitempty" maxLength:"1000" doc:"What is asked about it, in words that customers use, a line for each thing: questions are read by it before there are any to learn from. At most 1,000 bytes." example:"The picture freezes\\nNo sound over HDMI\\nSubtitles are late"`
		Mode        program.Mode     `json:"mode" enum:"crowd,certified,brand-only"`
	}
}

func (a *API) addTopic(ctx context.Context, caller access.Caller, in *addTopicIn) (string, error) {
	n := program.NewTopic{Slug: in.Body.Slug, Name: in.Body.Name, Description: in.Body.Description, Mode: in.Body.Mode}
	if in.Body.Parent != nil {
		n.Parent = *in.Body.Parent
	}
	t, err := a.House.Programs.AddTopic(ctx, caller, in.Program, n)
	return t.ID.String(), err
}

func (a *API) addedTopic(ctx context.Context, caller access.Caller, in *addTopicIn, id string) (*One[Topic], error) {
	topics, err := a.House.Programs.Topics(ctx, caller, in.Program)
	for _, t := range topics {
		if t.ID.String() == id {
			return one(topicOf(t)), nil
		}
	}
	if err == nil {
		err = &marketplace.NotFoundError{Noun: "topic", ID: id}
	}
	return nil, err
}

type topicModeIn struct {
	ProgramIn
	Topic program.TopicID `path:"topic" format:"uuid" doc:"The topic's id."`
	Body  struct {
		Mode program.Mode `json:"mode" enum:"crowd,certified,brand-only"`
	}
}

func (a *API) setTopicMode(ctx context.Context, caller access.Caller, in *topicModeIn) error {
	return a.House.Programs.SetTopicMode(ctx, caller, in.Program, in.Topic, in.Body.Mode)
}

type topicAboutIn struct {
	ProgramIn
	Topic program.TopicID `path:"topic" format:"uuid" doc:"The topic's id."`
	Body  struct {
		Description string `json:"description" maxLength:"1000" doc:"What is asked about it, in words that customers use, a line for each thing, at most 1,000 bytes; empty: nothing." example:"The picture freezes\\nNo sound over HDMI\\nSubtitles are late"`
	}
}

func (a *API) describeTopic(ctx context.Context, caller access.Caller, in *topicAboutIn) error {
	return a.House.Programs.DescribeTopic(ctx, caller, in.Program, in.Topic, in.Body.Description)
}
