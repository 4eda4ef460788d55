package webtest

import (
	"strings"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/community"
	"knowhow/marketplace/invitation"
)

// voices are the routes of invitations and of the experts' room, and what each
// wants before.
var voices = map[string]func(*Scene){
	"revokeExpertInvitation":  func(s *Scene) { s.invite() },
	"previewExpertInvitation": func(s *Scene) { s.invite() },
	"getPost":                 func(s *Scene) { s.post(s.colleague()) },
	"removePost":              func(s *Scene) { s.colleague(); s.post(s.person) },
	"listReplies":             func(s *Scene) { s.post(s.colleague()) },
	"reply":                   func(s *Scene) { s.post(s.colleague()) },
	"reportPost":              func(s *Scene) { s.post(s.colleague()) },
	"openReport":              (*Scene).report,
	"decideReport":            (*Scene).report,
	"supportProposal":         func(s *Scene) { s.proposal(s.colleague()) },
	"withdrawProposal":        func(s *Scene) { s.colleague(); s.proposal(s.person) },
	"answerProposal": func(s *Scene) {
		other := s.colleague()
		s.proposal(other)
		id, err := marketplace.ParseID[community.Proposal](s.values["PROPOSAL"])
		s.server.must("read the proposal's id", err)
		s.server.must("support it", s.Community.Support(s.Ctx(), s.person, s.own, id, true))
	},
	"stand": func(s *Scene) { s.election(s.colleague()) },
	"standDown": func(s *Scene) {
		s.election(s.colleague())
		s.server.must("stand", s.Community.Stand(s.Ctx(), s.person, s.own, "Me."))
	},
	"vote":            func(s *Scene) { s.voting(s.colleague()) },
	"getVoice":        func(s *Scene) { s.colleague() },
	"inviteByLink":    func(s *Scene) { s.live() },
	"inviteAddresses": func(s *Scene) { s.live() },
	"inviteByFile": func(s *Scene) {
		id := s.live()
		p, err := s.Invitations.PreviewFile(s.Ctx(), s.Manager, id, invitation.File{
			CSV: "email,language\nann@example.com,de\n", Column: "email", LanguageColumn: "language",
		})
		s.server.must("preview a file", err)
		s.Set("INVITATION_FILE", p.File)
	},
}

// invite makes $INVITE, a link by which people apply, and its $INVITE_TOKEN.
func (s *Scene) invite() {
	s.T.Helper()
	id := s.live()
	made, err := s.Invitations.InviteByLink(s.Ctx(), s.Manager, id, invitation.Terms{Label: "Spring"}, 0)
	s.server.must("invite experts", err)
	v, err := s.Invitations.Invitation(s.Ctx(), s.Manager, id, made.ID)
	s.server.must("read an invitation", err)
	_, token, _ := strings.Cut(v.Link, "#token=")
	s.Set("INVITE", made.ID.String())
	s.Set("INVITE_TOKEN", token)
}

// colleague is a live program of the scene's own with two experts: who acts, and
// the other one, who is given.
func (s *Scene) colleague() access.Caller {
	s.T.Helper()
	s.own = s.live()
	experts := []access.Caller{s.newcomer(), s.newcomer()}
	for _, x := range experts {
		_, err := s.Admission.EnrolExperienced(s.Ctx(), s.Manager, s.own, x.Person, "known from the community")
		s.server.must("enrol an expert", err)
	}
	s.person = experts[0]
	return experts[1]
}

// post has an expert say something: $POST.
func (s *Scene) post(by access.Caller) {
	s.T.Helper()
	p, err := s.Community.Say(s.Ctx(), by, s.own, community.Help, "It blinks.", nil)
	s.server.must("say something", err)
	s.Set("POST", p.ID.String())
}

// report is a post that was reported: $REPORT.
func (s *Scene) report() {
	s.T.Helper()
	s.post(s.colleague())
	id, err := marketplace.ParseID[community.Post](s.values["POST"])
	s.server.must("read the post's id", err)
	s.server.must("report it", s.Community.Report(s.Ctx(), s.person, s.own, id, community.Spam))
	var r community.Report
	s.server.must("find the report", s.Store.Read(s.Ctx(), s.Brand, func(tx *gorm.DB) error { return tx.Where("post_id = ?", id).Take(&r).Error }))
	s.Set("REPORT", r.ID.String())
}

// proposal is one of an expert's that needs the other's support: $PROPOSAL.
func (s *Scene) proposal(by access.Caller) {
	s.T.Helper()
	p, err := s.Community.Propose(s.Ctx(), by, s.own, "Pay nights better", "They are long.")
	s.server.must("propose", err)
	s.Set("PROPOSAL", p.ID.String())
}

// election is one in which people may stand.
func (s *Scene) election(by access.Caller) {
	s.T.Helper()
	_, err := s.Community.CallElection(s.Ctx(), by, s.own)
	s.server.must("call an election", err)
}

// voting is an election in which people vote, for $CANDIDATE.
func (s *Scene) voting(by access.Caller) {
	s.T.Helper()
	s.election(by)
	s.server.must("stand", s.Community.Stand(s.Ctx(), by, s.own, "Me."))
	x, err := s.Experts.Expert(s.Ctx(), by)
	s.server.must("read an expert's handle", err)
	s.Set("CANDIDATE", x.Handle)
	s.server.must("begin the voting", s.Store.InTx(s.Ctx(), s.Brand, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE room_elections SET state = 'voting', next_due_at = close_at WHERE program_id = ?", s.own).Error
	}))
}
