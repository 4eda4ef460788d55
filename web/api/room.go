package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/community"
	"knowhow/marketplace/program"
)

const voiceTag = "Community"

// roomRoutes are the experts' room of a program, which its brand does not read.
func (a *API) roomRoutes() {
	inside, moderating := Who{Kind: Colleague}, operator(access.ModerateRooms)
	const path = "/programs/{program}/room"
	read(a, Route{ID: "listPosts", Path: path, Tag: voiceTag, Who: inside,
		Summary: "List what was said in the experts' room, newest first", About: "No member of the brand reads it, and operators only a post that was reported."}, a.posts)
	create(a, Route{ID: "post", Path: path, Tag: voiceTag, Who: inside,
		Summary: "Say something in the experts' room", About: "Personal data is replaced before anything is kept."}, a.sayInRoom, a.saidInRoom)
	read(a, Route{ID: "getPost", Path: path + "/{post}", Tag: voiceTag, Who: inside, Summary: "Read a post"}, a.post)
	act(a, Route{ID: "removePost", Method: "DELETE", Path: path + "/{post}", Tag: voiceTag, Who: inside,
		Summary: "Take back what you said", About: "Replies to it stay."}, a.removePost)
	read(a, Route{ID: "listReplies", Path: path + "/{post}/replies", Tag: voiceTag, Who: inside, Summary: "List the replies to a post, oldest first"}, a.replies)
	create(a, Route{ID: "reply", Path: path + "/{post}/replies", Tag: voiceTag, Who: inside, Summary: "Reply to a post"}, a.reply, a.replied)
	act(a, Route{ID: "reportPost", Path: path + "/{post}/report", Tag: voiceTag, Who: inside,
		Summary: "Ask the platform's operators to look at a post"}, a.reportPost)
	read(a, Route{ID: "getRoomChoice", Path: "/programs/{program}/room_choice", Tag: voiceTag, Who: inside,
		Summary: "Read what becomes of your words when you leave the program"}, a.roomChoice)
	act(a, Route{ID: "setRoomChoice", Method: "PUT", Path: "/programs/{program}/room_choice", Tag: voiceTag, Who: inside,
		Summary: "Say what becomes of your words when you leave the program"}, a.setRoomChoice)
	read(a, Route{ID: "listReports", Path: "/room_reports", Tag: voiceTag, Who: moderating,
		Summary: "List reports of posts that wait, oldest first", About: "Without a word of what was said."}, a.reports)
	call(a, Route{ID: "openReport", Path: "/room_reports/{report}/open", Tag: voiceTag, Who: moderating,
		Summary: "Read a reported post, for a reason", About: "The reason is put on record first."}, a.openReport)
	act(a, Route{ID: "decideReport", Path: "/room_reports/{report}/decide", Tag: voiceTag, Who: moderating,
		Summary: "Hide a reported post, or leave it"}, a.decideReport)
}

// RoomPost is something said in an experts' room.
type RoomPost struct {
	ID       community.PostID  `json:"id" format:"uuid"`
	Parent   *community.PostID `json:"parent" format:"uuid" doc:"Of a reply."`
	Kind     community.Kind    `json:"kind" enum:"post,struggle,reply"`
	Text     string            `json:"text" doc:"Empty of one that is hidden or removed."`
	Handle   string            `json:"handle" doc:"The author's; empty: they have left."`
	Speaks   bool              `json:"speaks" doc:"The author is a spokesperson."`
	Own      bool              `json:"own"`
	Replies  int               `json:"replies"`
	Reported bool              `json:"reported" doc:"By you."`
	Hidden   bool              `json:"hidden" doc:"By an operator, after a report."`
	Removed  bool              `json:"removed"`
	PostedAt time.Time         `json:"posted_at"`
}

func roomPostOf(v community.PostView) RoomPost {
	p := v.Post
	return RoomPost{
		ID: p.ID, Parent: p.ParentID, Kind: p.Kind, Text: p.Text, Handle: v.Handle, Speaks: v.Speaks, Own: v.Own, Replies: v.Replies,
		Reported: v.Reported, Hidden: p.HiddenAt != nil, Removed: p.RemovedAt != nil, PostedAt: p.PostedAt,
	}
}

type postsIn struct {
	ProgramIn
	PageParams
	Kind community.Kind `query:"kind" enum:",post,struggle" doc:"Of one kind only."`
}

func (a *API) posts(ctx context.Context, caller access.Caller, in *postsIn) (*Listed[RoomPost], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	found, err := a.House.Community.Posts(ctx, caller, in.Program, in.Kind, page)
	return listOf(found, roomPostOf), err
}

type sayInRoomIn struct {
	ProgramIn
	Body struct {
		Kind community.Kind `json:"kind" enum:"post,struggle" doc:"A question or a hint, or where you struggled." example:"post"`
		Text string         `json:"text" minLength:"1" maxLength:"4096" example:"The light blinks while it updates: ten minutes."`
	}
}

func (a *API) sayInRoom(ctx context.Context, caller access.Caller, in *sayInRoomIn) (string, error) {
	p, err := a.House.Community.Say(ctx, caller, in.Program, in.Body.Kind, in.Body.Text, nil)
	return p.ID.String(), err
}

func (a *API) saidInRoom(ctx context.Context, caller access.Caller, in *sayInRoomIn, id string) (*One[RoomPost], error) {
	return a.postByID(ctx, caller, in.Program, id)
}

func (a *API) postByID(ctx context.Context, caller access.Caller, program program.ID, id string) (*One[RoomPost], error) {
	post, err := marketplace.ParseID[community.Post](id)
	if err != nil {
		return nil, err
	}
	v, err := a.House.Community.View(ctx, caller, program, post)
	return one(roomPostOf(v)), err
}

type postIn struct {
	ProgramIn
	Post community.PostID `path:"post" format:"uuid" doc:"The post's id."`
}

func (a *API) post(ctx context.Context, caller access.Caller, in *postIn) (*One[RoomPost], error) {
	v, err := a.House.Community.View(ctx, caller, in.Program, in.Post)
	return one(roomPostOf(v)), err
}

func (a *API) removePost(ctx context.Context, caller access.Caller, in *postIn) error {
	return a.House.Community.Remove(ctx, caller, in.Program, in.Post)
}

type repliesIn struct {
	postIn
	PageParams
}

func (a *API) replies(ctx context.Context, caller access.Caller, in *repliesIn) (*Listed[RoomPost], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	found, err := a.House.Community.Replies(ctx, caller, in.Program, in.Post, page)
	return listOf(found, roomPostOf), err
}

type replyIn struct {
	postIn
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"4096" example:"Thanks, that was it."`
	}
}

func (a *API) reply(ctx context.Context, caller access.Caller, in *replyIn) (string, error) {
	p, err := a.House.Community.Say(ctx, caller, in.Program, community.Reply, in.Body.Text, &in.Post)
	return p.ID.String(), err
}

func (a *API) replied(ctx context.Context, caller access.Caller, in *replyIn, id string) (*One[RoomPost], error) {
	return a.postByID(ctx, caller, in.Program, id)
}

type reportPostIn struct {
	postIn
	Body struct {
		Reason community.ReportReason `json:"reason" enum:"customer_data,abuse,spam,other" example:"spam"`
	}
}

func (a *API) reportPost(ctx context.Context, caller access.Caller, in *reportPostIn) error {
	return a.House.Community.Report(ctx, caller, in.Program, in.Post, in.Body.Reason)
}

// RoomChoice is what becomes of somebody's words in the room when they leave.
type RoomChoice struct {
	Erase bool `json:"erase" doc:"They go; otherwise they stay without a name." example:"false"`
}

func (a *API) roomChoice(ctx context.Context, caller access.Caller, in *ProgramIn) (*One[RoomChoice], error) {
	erase, err := a.House.Community.Erase(ctx, caller, in.Program)
	return one(RoomChoice{Erase: erase}), err
}

type roomChoiceIn struct {
	ProgramIn
	Body RoomChoice
}

func (a *API) setRoomChoice(ctx context.Context, caller access.Caller, in *roomChoiceIn) error {
	return a.House.Community.SetErase(ctx, caller, in.Program, in.Body.Erase)
}

// RoomReport asks operators to look at a post.
type RoomReport struct {
	ID          community.ReportID     `json:"id" format:"uuid"`
	Program     program.ID             `json:"program" format:"uuid"`
	ProgramName string                 `json:"program_name"`
	BrandName   string                 `json:"brand_name"`
	Reason      community.ReportReason `json:"reason" enum:"customer_data,abuse,spam,other"`
	ReportedAt  time.Time              `json:"reported_at"`
}

func roomReportOf(r community.ReportView) RoomReport {
	return RoomReport{ID: r.ID, Program: r.ProgramID, ProgramName: r.ProgramName, BrandName: r.BrandName, Reason: r.Reason, ReportedAt: r.ReportedAt}
}

type reportsIn struct{ PageParams }

func (a *API) reports(ctx context.Context, caller access.Caller, in *reportsIn) (*Listed[RoomReport], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	found, err := a.House.Community.Reports(ctx, caller, page)
	return listOf(found, roomReportOf), err
}

type reportIn struct {
	Report community.ReportID `path:"report" format:"uuid" doc:"The report's id."`
}

type openReportIn struct {
	reportIn
	Body struct {
		Why string `json:"why" minLength:"10" maxLength:"500" doc:"Why you read it; it is put on record." example:"Reported as advertising."`
	}
}

// ReportedPost is a post as an operator reads it: without who wrote it.
type ReportedPost struct {
	Kind     community.Kind `json:"kind" enum:"post,struggle,reply"`
	Text     string         `json:"text" doc:"Empty where its author took it back."`
	Hidden   bool           `json:"hidden"`
	PostedAt time.Time      `json:"posted_at"`
}

func (a *API) openReport(ctx context.Context, caller access.Caller, in *openReportIn) (*One[ReportedPost], error) {
	p, err := a.House.Community.Open(ctx, caller, in.Report, in.Body.Why)
	return one(ReportedPost{Kind: p.Kind, Text: p.Text, Hidden: p.HiddenAt != nil, PostedAt: p.PostedAt}), err
}

type decideReportIn struct {
	reportIn
	Body struct {
		Hide bool   `json:"hide" example:"true"`
		Why  string `json:"why" minLength:"10" maxLength:"500" doc:"It is put on record." example:"It is advertising."`
	}
}

func (a *API) decideReport(ctx context.Context, caller access.Caller, in *decideReportIn) error {
	return a.House.Community.Decide(ctx, caller, in.Report, in.Body.Hide, in.Body.Why)
}
