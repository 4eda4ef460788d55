package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/community"
)

// voiceRoutes are what experts propose, what the brand answers, and who speaks
// for them.
func (a *API) voiceRoutes() {
	inside, answering := Who{Kind: Colleague}, member(access.AnswerProposals)
	const proposals, carried, election = "/programs/{program}/proposals", "/programs/{program}/carried_proposals", "/programs/{program}/election"
	read(a, Route{ID: "listRoomProposals", Path: proposals, Tag: voiceTag, Who: inside,
		Summary: "List what experts propose to the brand, newest first", About: "Nobody is shown who proposed or supports it."}, a.roomProposals)
	create(a, Route{ID: "propose", Path: proposals, Tag: voiceTag, Who: inside,
		Summary: "Propose something to the brand", About: "Once a fifth of the experts support it, at least three, the brand must answer within 14 days; until then it knows nothing of it. Personal data is replaced before anything is kept."}, a.propose, a.proposed)
	act(a, Route{ID: "supportProposal", Method: "PUT", Path: proposals + "/{proposal}/support", Tag: voiceTag, Who: inside,
		Summary: "Support a proposal, or no longer"}, a.supportProposal)
	act(a, Route{ID: "withdrawProposal", Method: "DELETE", Path: proposals + "/{proposal}", Tag: voiceTag, Who: inside,
		Summary: "Take back your own proposal, while it gathers support"}, a.withdrawProposal)
	read(a, Route{ID: "listCarriedProposals", Path: carried, Tag: voiceTag, Who: answering,
		Summary: "List the proposals that the brand must answer or has answered, newest first"}, a.carriedProposals)
	act(a, Route{ID: "answerProposal", Path: carried + "/{proposal}/answer", Tag: voiceTag, Who: answering,
		Summary: "Answer a proposal for the brand, once"}, a.answerProposal)
	read(a, Route{ID: "getElection", Path: election, Tag: voiceTag, Who: inside,
		Summary: "Read the latest election of spokespeople, and who speaks now"}, a.election)
	create(a, Route{ID: "callElection", Path: election, Tag: voiceTag, Who: inside,
		Summary: "Call an election of spokespeople", About: "Nominations for a week, votes for another; the term is 180 days. Not while spokespeople have more than 30 days to go."}, a.callElection, a.electionCalled)
	act(a, Route{ID: "stand", Method: "PUT", Path: election + "/candidacy", Tag: voiceTag, Who: inside, Summary: "Stand for election"}, a.stand)
	act(a, Route{ID: "standDown", Method: "DELETE", Path: election + "/candidacy", Tag: voiceTag, Who: inside, Summary: "Take your candidacy back"}, a.standDown)
	act(a, Route{ID: "vote", Path: election + "/vote", Tag: voiceTag, Who: inside, unkeyed: true,
		Summary: "Give your one vote", About: "It is kept nowhere but in a count, and cannot be changed."}, a.vote)
	read(a, Route{ID: "getVoice", Path: "/programs/{program}/voice", Tag: voiceTag, Who: Who{Kind: Anyone},
		Summary: "Read how a program's brand hears its experts"}, a.voice)
}

// VoiceProposal is what experts ask of the brand.
type VoiceProposal struct {
	ID          community.ProposalID    `json:"id" format:"uuid"`
	Title       string                  `json:"title"`
	Text        string                  `json:"text"`
	State       community.ProposalState `json:"state" enum:"gathering,carried,answered,lapsed"`
	Support     int                     `json:"support"`
	Threshold   int                     `json:"threshold" doc:"So much support and the brand must answer."`
	ProposedAt  time.Time               `json:"proposed_at"`
	ClosesAt    time.Time               `json:"closes_at" doc:"Until when it gathers support."`
	AnswerDueAt *time.Time              `json:"answer_due_at"`
	Answer      community.Answer        `json:"answer" enum:",accepted,partly,declined"`
	AnswerText  string                  `json:"answer_text"`
	AnsweredAt  *time.Time              `json:"answered_at"`
}

func voiceProposalOf(p community.Proposal) VoiceProposal {
	return VoiceProposal{
		ID: p.ID, Title: p.Title, Text: p.Text, State: p.State, Support: p.Support, Threshold: p.Threshold, ProposedAt: p.ProposedAt,
		ClosesAt: p.ClosesAt, AnswerDueAt: p.AnswerDueAt, Answer: p.Answer, AnswerText: p.AnswerText, AnsweredAt: p.AnsweredAt,
	}
}

// RoomProposal is a proposal as an expert reads it.
type RoomProposal struct {
	VoiceProposal
	Supported bool `json:"supported" doc:"By you."`
	Own       bool `json:"own"`
}

func roomProposalOf(v community.ProposalView) RoomProposal {
	return RoomProposal{VoiceProposal: voiceProposalOf(v.Proposal), Supported: v.Supported, Own: v.Own}
}

type proposalsIn struct {
	ProgramIn
	PageParams
}

func (a *API) roomProposals(ctx context.Context, caller access.Caller, in *proposalsIn) (*Listed[RoomProposal], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	found, err := a.House.Community.Proposals(ctx, caller, in.Program, page)
	return listOf(found, roomProposalOf), err
}

type proposeIn struct {
	ProgramIn
	Body struct {
		Title string `json:"title" minLength:"1" maxLength:"150" example:"Pay nights better"`
		Text  string `json:"text" minLength:"1" maxLength:"4096" example:"Few of us are awake, and the questions are long."`
	}
}

func (a *API) propose(ctx context.Context, caller access.Caller, in *proposeIn) (string, error) {
	p, err := a.House.Community.Propose(ctx, caller, in.Program, in.Body.Title, in.Body.Text)
	return p.ID.String(), err
}

func (a *API) proposed(ctx context.Context, caller access.Caller, in *proposeIn, id string) (*One[RoomProposal], error) {
	proposal, err := marketplace.ParseID[community.Proposal](id)
	if err != nil {
		return nil, err
	}
	v, err := a.House.Community.ProposalOf(ctx, caller, in.Program, proposal)
	return one(roomProposalOf(v)), err
}

type proposalIn struct {
	ProgramIn
	Proposal community.ProposalID `path:"proposal" format:"uuid" doc:"The proposal's id."`
}

type supportIn struct {
	proposalIn
	Body struct {
		Support bool `json:"support" example:"true"`
	}
}

func (a *API) supportProposal(ctx context.Context, caller access.Caller, in *supportIn) error {
	return a.House.Community.Support(ctx, caller, in.Program, in.Proposal, in.Body.Support)
}

func (a *API) withdrawProposal(ctx context.Context, caller access.Caller, in *proposalIn) error {
	return a.House.Community.Withdraw(ctx, caller, in.Program, in.Proposal)
}

func (a *API) carriedProposals(ctx context.Context, caller access.Caller, in *proposalsIn) (*Listed[VoiceProposal], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	found, err := a.House.Community.ToAnswer(ctx, caller, in.Program, page)
	return listOf(found, voiceProposalOf), err
}

type answerProposalIn struct {
	proposalIn
	Body struct {
		Answer community.Answer `json:"answer" enum:"accepted,partly,declined" example:"partly"`
		Text   string           `json:"text" minLength:"1" maxLength:"4096" doc:"What the experts read." example:"From May on, at weekends."`
	}
}

func (a *API) answerProposal(ctx context.Context, caller access.Caller, in *answerProposalIn) error {
	return a.House.Community.AnswerProposal(ctx, caller, in.Program, in.Proposal, in.Body.Answer, in.Body.Text)
}

// Spokesperson speaks for a program's experts.
type Spokesperson struct {
	Handle string    `json:"handle"`
	Until  time.Time `json:"until"`
}

func spokespersonOf(p community.Spokesperson) Spokesperson { return Spokesperson(p) }

// Candidate stands for election.
type Candidate struct {
	Handle    string `json:"handle"`
	Statement string `json:"statement"`
	Votes     int    `json:"votes" doc:"0 before the end."`
	Place     int    `json:"place" doc:"0 before the end."`
	Elected   bool   `json:"elected"`
	Own       bool   `json:"own"`
}

func candidateOf(c community.CandidateView) Candidate { return Candidate(c) }

// Election is how experts choose who speaks for them.
type Election struct {
	State        community.ElectionState `json:"state" enum:",nominating,voting,closed" doc:"Empty: there was none yet."`
	Seats        int                     `json:"seats"`
	VoteAt       *time.Time              `json:"vote_at" doc:"Until when people stand."`
	CloseAt      *time.Time              `json:"close_at" doc:"Until when people vote."`
	Voted        int                     `json:"voted" doc:"How many have."`
	HasVoted     bool                    `json:"has_voted" doc:"You have."`
	Seed         string                  `json:"seed" doc:"Of the lot: of those with as many votes, whose SHA-256 of the seed, a space and the handle is the least comes first."`
	Candidates   []Candidate             `json:"candidates"`
	Spokespeople []Spokesperson          `json:"spokespeople" doc:"Who speaks now."`
	MayCall      bool                    `json:"may_call" doc:"An election can be called."`
}

func (a *API) election(ctx context.Context, caller access.Caller, in *ProgramIn) (*One[Election], error) {
	v, speak, err := a.House.Community.Elections(ctx, caller, in.Program)
	shape := Election{
		State: v.Election.State, Seats: v.Election.Seats, Voted: v.Election.Voted, HasVoted: v.HasVoted, Seed: v.Election.Seed,
		Candidates: shaped(v.Candidates, candidateOf), Spokespeople: shaped(speak, spokespersonOf), MayCall: v.MayCall,
	}
	if e := v.Election; !e.ID.IsZero() {
		shape.VoteAt, shape.CloseAt = &e.VoteAt, &e.CloseAt
	}
	return one(shape), err
}

func shaped[D, T any](items []D, shape func(D) T) []T {
	list := make([]T, len(items))
	for i, item := range items {
		list[i] = shape(item)
	}
	return list
}

func (a *API) callElection(ctx context.Context, caller access.Caller, in *ProgramIn) (string, error) {
	e, err := a.House.Community.CallElection(ctx, caller, in.Program)
	return e.ID.String(), err
}

func (a *API) electionCalled(ctx context.Context, caller access.Caller, in *ProgramIn, _ string) (*One[Election], error) {
	return a.election(ctx, caller, in)
}

type standIn struct {
	ProgramIn
	Body struct {
		Statement string `json:"statement" minLength:"1" maxLength:"1000" doc:"A few words; all experts read them." example:"I have been here from the start, and I listen."`
	}
}

func (a *API) stand(ctx context.Context, caller access.Caller, in *standIn) error {
	return a.House.Community.Stand(ctx, caller, in.Program, in.Body.Statement)
}

func (a *API) standDown(ctx context.Context, caller access.Caller, in *ProgramIn) error {
	return a.House.Community.StandDown(ctx, caller, in.Program)
}

type voteIn struct {
	ProgramIn
	Body struct {
		Candidate string `json:"candidate" minLength:"1" maxLength:"64" doc:"Their handle." example:"$CANDIDATE"`
	}
}

func (a *API) vote(ctx context.Context, caller access.Caller, in *voteIn) error {
	return a.House.Community.Vote(ctx, caller, in.Program, in.Body.Candidate)
}

// Voice is how a brand hears its experts.
type Voice struct {
	Answered     int               `json:"answered" doc:"Proposals of the experts that the brand has answered."`
	Waiting      int               `json:"waiting" doc:"That are to be answered, and still in time."`
	Overdue      []OverdueProposal `json:"overdue" doc:"That were not answered in time."`
	Spokespeople []Spokesperson    `json:"spokespeople"`
}

// OverdueProposal is one that was not answered in time.
type OverdueProposal struct {
	Title string    `json:"title"`
	DueAt time.Time `json:"due_at"`
}

func (a *API) voice(ctx context.Context, _ access.Caller, in *ProgramIn) (*One[Voice], error) {
	v, err := a.House.Community.Voice(ctx, in.Program)
	return one(Voice{
		Answered: v.Answered, Waiting: v.Waiting, Spokespeople: shaped(v.Spokespeople, spokespersonOf),
		Overdue: shaped(v.Overdue, func(o community.Overdue) OverdueProposal { return OverdueProposal(o) }),
	}), err
}
