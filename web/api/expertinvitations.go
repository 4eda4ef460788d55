package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/invitation"
	"knowhow/marketplace/program"
)

// expertInvitationRoutes are how a program asks people to become its experts.
func (a *API) expertInvitationRoutes() {
	inviting := member(access.InviteExperts)
	const path = "/programs/{program}/expert_invitations"
	read(a, Route{ID: "listExpertInvitations", Path: path, Tag: expertsTag, Who: inviting,
		Summary: "List a program's invitations of experts, newest first", About: "With how many of them were sent, and how many people applied by each."}, a.expertInvitations)
	create(a, Route{ID: "inviteByLink", Path: path + "/links", Tag: expertsTag, Who: inviting,
		Summary: "Make a link to pass on, by which people apply"}, a.inviteByLink, a.expertInvitationMade)
	create(a, Route{ID: "inviteAddresses", Path: path + "/addresses", Tag: expertsTag, Who: inviting,
		Summary: "Invite people by e-mail to apply", About: "Each address is written to once for a program; its link is good for one application. Addresses whose readers want no invitations are passed over."}, a.inviteAddresses, a.addressesInvited)
	call(a, Route{ID: "previewInvitationFile", Path: path + "/files/preview", Tag: expertsTag, Who: inviting, MaxBody: maxInviteBody,
		Summary: "Say what inviting the customers in a file would do", About: "Nothing is kept and nobody is written to."}, a.previewInvitationFile)
	create(a, Route{ID: "inviteByFile", Path: path + "/files", Tag: expertsTag, Who: inviting, MaxBody: maxInviteBody,
		Summary: "Invite the customers in a file, as its preview said", About: "The same file again is the same invitation. At most 500 mails of a brand go out on a day (UTC), the rest on the next."}, a.inviteByFile, a.fileInvited)
	act(a, Route{ID: "revokeExpertInvitation", Method: "DELETE", Path: path + "/{invite}", Tag: expertsTag, Who: inviting,
		Summary: "Take an invitation of experts back", About: "Mails that wait are not sent, and the addresses are forgotten."}, a.revokeExpertInvitation)
	call(a, Route{ID: "previewExpertInvitation", Path: "/expert_invitations/preview", Tag: expertsTag, Who: Who{Kind: Anyone}, policy: a.SignIns,
		Summary: "Read the invitation behind a link's token"}, a.expertInvited)
}

const maxInviteBody = 2 << 20 // a file of 1 MiB, as JSON

// ExpertInvitation asks people to apply to a program.
type ExpertInvitation struct {
	ID        invitation.ID   `json:"id" format:"uuid"`
	Kind      invitation.Kind `json:"kind" enum:"link,addresses,file"`
	Label     string          `json:"label"`
	Language  string          `json:"language" enum:"en,de,ar" doc:"Of the mails, where an address has none of its own."`
	Link      string          `json:"link" doc:"To pass on; empty unless it is a link."`
	Most      int             `json:"most" doc:"How many may apply by a link; 0: any number."`
	Invited   int             `json:"invited" doc:"Addresses it is for."`
	Sent      int             `json:"sent" doc:"Addresses whose turn has come."`
	Applied   int             `json:"applied" doc:"People who applied by it."`
	CreatedAt time.Time       `json:"created_at"`
	ExpiresAt time.Time       `json:"expires_at"`
	RevokedAt *time.Time      `json:"revoked_at"`
}

func expertInvitationOf(v invitation.View) ExpertInvitation {
	i := v.Invitation
	return ExpertInvitation{
		ID: i.ID, Kind: i.Kind, Label: i.Label, Language: i.Language, Link: v.Link, Most: i.Most, Invited: i.Invited, Sent: v.Sent,
		Applied: v.Applied, CreatedAt: i.CreatedAt, ExpiresAt: i.ExpiresAt, RevokedAt: i.RevokedAt,
	}
}

type expertInvitationsIn struct {
	ProgramIn
	PageParams
}

func (a *API) expertInvitations(ctx context.Context, caller access.Caller, in *expertInvitationsIn) (*Listed[ExpertInvitation], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	found, err := a.House.Invitations.Invitations(ctx, caller, in.Program, page)
	return listOf(found, expertInvitationOf), err
}

// InvitationTerms are what every invitation says.
type InvitationTerms struct {
	Label     string     `json:"label" minLength:"1" maxLength:"100" doc:"The brand's own word for it; the invited do not read it." example:"Spring"`
	Language  string     `json:"language,omitempty" enum:"en,de,ar" doc:"Of the mails." example:"en"`
	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"Within a year; in 30 days if nothing is said."`
}

func (t InvitationTerms) terms() invitation.Terms {
	terms := invitation.Terms{Label: t.Label, Language: t.Language}
	if t.ExpiresAt != nil {
		terms.ExpiresAt = *t.ExpiresAt
	}
	return terms
}

type inviteByLinkIn struct {
	ProgramIn
	Body struct {
		InvitationTerms
		Most int `json:"most,omitempty" minimum:"0" maximum:"10000" doc:"How many may apply by it; 0: any number." example:"100"`
	}
}

func (a *API) inviteByLink(ctx context.Context, caller access.Caller, in *inviteByLinkIn) (string, error) {
	i, err := a.House.Invitations.InviteByLink(ctx, caller, in.Program, in.Body.terms(), in.Body.Most)
	return i.ID.String(), err
}

func (a *API) expertInvitationMade(ctx context.Context, caller access.Caller, in *inviteByLinkIn, id string) (*One[ExpertInvitation], error) {
	return a.expertInvitation(ctx, caller, in.Program, id)
}

func (a *API) expertInvitation(ctx context.Context, caller access.Caller, program program.ID, id string) (*One[ExpertInvitation], error) {
	invitation, err := marketplace.ParseID[invitation.Invitation](id)
	if err != nil {
		return nil, err
	}
	v, err := a.House.Invitations.Invitation(ctx, caller, program, invitation)
	return one(expertInvitationOf(v)), err
}

type inviteAddressesIn struct {
	ProgramIn
	Body struct {
		InvitationTerms
		Addresses []string `json:"addresses" minItems:"1" maxItems:"50" example:"[\"$EMAIL\"]"`
	}
}

func (a *API) inviteAddresses(ctx context.Context, caller access.Caller, in *inviteAddressesIn) (string, error) {
	i, err := a.House.Invitations.InviteAddresses(ctx, caller, in.Program, in.Body.terms(), in.Body.Addresses)
	return i.ID.String(), err
}

func (a *API) addressesInvited(ctx context.Context, caller access.Caller, in *inviteAddressesIn, id string) (*One[ExpertInvitation], error) {
	return a.expertInvitation(ctx, caller, in.Program, id)
}

// InvitationFile is a table of a brand's customers.
type InvitationFile struct {
	CSV            string `json:"csv" minLength:"1" maxLength:"1048576" doc:"With a line of column names; commas, semicolons or tabs part the columns." example:"email,language\nann@example.com,de\n"`
	Column         string `json:"column,omitempty" maxLength:"100" doc:"The name of the addresses' column; email if nothing is said." example:"email"`
	LanguageColumn string `json:"language_column,omitempty" maxLength:"100" doc:"The name of the languages' column." example:"language"`
}

func (f InvitationFile) file() invitation.File { return invitation.File(f) }

type previewInvitationFileIn struct {
	ProgramIn
	Body InvitationFile
}

// InvitationFilePreview is what inviting by a file would do.
type InvitationFilePreview struct {
	File    string        `json:"file" doc:"Names the file and its columns, for inviteByFile."`
	New     int           `json:"new" doc:"Would be written to."`
	Known   int           `json:"known" doc:"Were invited to the program before."`
	Refused []RefusedLine `json:"refused"`
}

// RefusedLine is a line nobody is invited by.
type RefusedLine struct {
	Line   int    `json:"line" doc:"The first is 1."`
	Reason string `json:"reason" enum:"empty,address,twice,unsubscribed"`
}

func (a *API) previewInvitationFile(ctx context.Context, caller access.Caller, in *previewInvitationFileIn) (*One[InvitationFilePreview], error) {
	p, err := a.House.Invitations.PreviewFile(ctx, caller, in.Program, in.Body.file())
	shape := InvitationFilePreview{File: p.File, New: p.New, Known: p.Known, Refused: []RefusedLine{}}
	for _, line := range p.Refused {
		shape.Refused = append(shape.Refused, RefusedLine(line))
	}
	return one(shape), err
}

type inviteByFileIn struct {
	ProgramIn
	Body struct {
		InvitationTerms
		InvitationFile
		File string `json:"file" minLength:"1" maxLength:"64" doc:"As its preview said." example:"$INVITATION_FILE"`
	}
}

func (a *API) inviteByFile(ctx context.Context, caller access.Caller, in *inviteByFileIn) (string, error) {
	i, err := a.House.Invitations.InviteByFile(ctx, caller, in.Program, in.Body.terms(), in.Body.file(), in.Body.File)
	return i.ID.String(), err
}

func (a *API) fileInvited(ctx context.Context, caller access.Caller, in *inviteByFileIn, id string) (*One[ExpertInvitation], error) {
	return a.expertInvitation(ctx, caller, in.Program, id)
}

type expertInvitationIn struct {
	ProgramIn
	Invite invitation.ID `path:"invite" format:"uuid" doc:"The invitation's id."`
}

func (a *API) revokeExpertInvitation(ctx context.Context, caller access.Caller, in *expertInvitationIn) error {
	return a.House.Invitations.RevokeInvitation(ctx, caller, in.Program, in.Invite)
}

// InvitedExpert is what an invitation says to who has its link.
type InvitedExpert struct {
	Program     program.ID `json:"program" format:"uuid"`
	ProgramName string     `json:"program_name"`
	BrandName   string     `json:"brand_name"`
	Email       string     `json:"email" doc:"Whom it was sent to; empty for a link that is passed on."`
	ExpiresAt   time.Time  `json:"expires_at"`
}

type expertInvitedIn struct {
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"100" doc:"Of the link." example:"$INVITE_TOKEN"`
	}
}

func (a *API) expertInvited(ctx context.Context, _ access.Caller, in *expertInvitedIn) (*One[InvitedExpert], error) {
	v, err := a.House.Invitations.Invited(ctx, in.Body.Token)
	return one(InvitedExpert(v)), err
}
