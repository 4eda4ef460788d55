package access

import "slices"

// Role is what a person is to one brand. A person may hold several.
type Role string

const (
	Owner    Role = "owner"    // answers for the brand; manages its members
	Manager  Role = "manager"  // runs its programs
	Agent    Role = "agent"    // answers what experts do not
	Reviewer Role = "reviewer" // checks experts' work
	Finance  Role = "finance"  // funds budgets and reads the money
	Viewer   Role = "viewer"   // reads
)

// Roles lists every role.
var Roles = []Role{Owner, Manager, Agent, Reviewer, Finance, Viewer}

// Permission is something a caller may be allowed to do.
type Permission string

// What is done on the platform as a whole; ask for it with
// marketplace.AllBrands.
const (
	CreateBrand    Permission = "create_brand"
	CreatePerson   Permission = "create_person"
	FindPerson     Permission = "find_person" // by e-mail address or id
	CreateOperator Permission = "create_operator"
	SetPasswords   Permission = "set_passwords" // in a person's place
	RunPayouts     Permission = "run_payouts"
	ManageJobs     Permission = "manage_jobs" // see, retry and bury what waits to be done
	SeeAudit       Permission = "see_audit"   // what operators did

	ManagePlatformQuiz Permission = "manage_platform_quiz" // which every expert passes once
	ModerateRooms      Permission = "moderate_rooms"       // read and hide a reported post
)

// What is done in one brand.
const (
	SeeMembers         Permission = "see_members"
	ManageMembers      Permission = "manage_members"
	ManageKeys         Permission = "manage_keys"    // API keys and identity keys
	SeeHistory         Permission = "see_history"    // who did what in the brand
	SeePrograms        Permission = "see_programs"   // their settings, topics and policies
	SeeExperts         Permission = "see_experts"    // enrolments and standing
	ManageProgram      Permission = "manage_program" // programs, topics, policies
	FundBudget         Permission = "fund_budget"
	SeeMoney           Permission = "see_money"
	SeeFigures         Permission = "see_figures"   // how programs do, cost included
	SeeQuestions       Permission = "see_questions" // as experts see them: redacted
	AnswerForBrand     Permission = "answer_for_brand"
	RevealPersonalData Permission = "reveal_personal_data"
	ReviewWork         Permission = "review_work"
	RefusePay          Permission = "refuse_pay"
	DecideAppeal       Permission = "decide_appeal"
	ApproveExperts     Permission = "approve_experts"  // and reject applications
	SuspendExperts     Permission = "suspend_experts"  // and restrict them
	InviteExperts      Permission = "invite_experts"   // to apply
	ThankExperts       Permission = "thank_experts"    // with a bonus from the budget
	AnswerProposals    Permission = "answer_proposals" // that experts have carried
	ImportEvidence     Permission = "import_evidence"
	IdentifyCustomers  Permission = "identify_customers" // find or create them by handle
	RecordConsent      Permission = "record_consent"     // in the customer's name
	EraseCustomers     Permission = "erase_customers"
)

// Scope is a part of what a brand's API key may do.
type Scope string

const (
	QuestionsRead  Scope = "questions:read"
	QuestionsWrite Scope = "questions:write"
	CustomersWrite Scope = "customers:write"
	ProgramsRead   Scope = "programs:read"
	ProgramsWrite  Scope = "programs:write"
	ExpertsRead    Scope = "experts:read"
	ExpertsWrite   Scope = "experts:write"
	MoneyRead      Scope = "money:read"
	MembersRead    Scope = "members:read"
)

// Scopes lists every scope.
var Scopes = []Scope{QuestionsRead, QuestionsWrite, CustomersWrite, ProgramsRead, ProgramsWrite, ExpertsRead, ExpertsWrite, MoneyRead, MembersRead}

// grant says who has a permission: members of these roles in the brand, the
// brand's API keys with one of these scopes, operators of the platform, the
// system.
type grant struct {
	roles    []Role
	scopes   []Scope
	operator bool
	system   bool
}

// grants is the whole of who may do what. A permission missing here is
// nobody's. Customers are granted nothing: what is theirs, a room compares
// with Caller.IsCustomer. What only a named human may do has no scope.
var grants = map[Permission]grant{
	CreateBrand:    {operator: true},
	CreatePerson:   {operator: true, system: true},
	FindPerson:     {operator: true, system: true},
	CreateOperator: {system: true},
	SetPasswords:   {system: true},
	RunPayouts:     {operator: true, system: true},
	ManageJobs:     {operator: true},
	SeeAudit:       {operator: true},

	ManagePlatformQuiz: {operator: true},
	ModerateRooms:      {operator: true},

	SeeMembers:         {roles: Roles, scopes: []Scope{MembersRead}, operator: true},
	ManageMembers:      {roles: []Role{Owner}, operator: true},
	ManageKeys:         {roles: []Role{Owner}},
	SeeHistory:         {roles: []Role{Owner, Manager}, operator: true},
	SeePrograms:        {roles: Roles, scopes: []Scope{ProgramsRead, ProgramsWrite}, operator: true},
	SeeExperts:         {roles: []Role{Owner, Manager, Reviewer}, scopes: []Scope{ExpertsRead, ExpertsWrite}},
	ManageProgram:      {roles: []Role{Owner, Manager}, scopes: []Scope{ProgramsWrite}},
	FundBudget:         {roles: []Role{Owner, Finance}},
	SeeMoney:           {roles: []Role{Owner, Manager, Finance}, scopes: []Scope{MoneyRead}, operator: true, system: true},
	SeeFigures:         {roles: []Role{Owner, Manager, Finance, Viewer}, scopes: []Scope{MoneyRead}, operator: true},
	SeeQuestions:       {roles: []Role{Owner, Manager, Agent, Reviewer, Viewer}, scopes: []Scope{QuestionsRead}, system: true},
	AnswerForBrand:     {roles: []Role{Owner, Manager, Agent}, scopes: []Scope{QuestionsWrite}},
	RevealPersonalData: {roles: []Role{Owner, Manager, Agent}},
	ReviewWork:         {roles: []Role{Owner, Manager, Reviewer}},
	RefusePay:          {roles: []Role{Owner, Manager}},
	DecideAppeal:       {roles: []Role{Owner, Manager}, operator: true},
	ApproveExperts:     {roles: []Role{Owner, Manager}},
	SuspendExperts:     {roles: []Role{Owner, Manager}, operator: true},
	InviteExperts:      {roles: []Role{Owner, Manager}},
	ThankExperts:       {roles: []Role{Owner, Manager}},
	AnswerProposals:    {roles: []Role{Owner, Manager}},
	ImportEvidence:     {roles: []Role{Owner, Manager}, scopes: []Scope{ExpertsWrite}, system: true},
	IdentifyCustomers:  {roles: []Role{Owner, Manager, Agent}, scopes: []Scope{CustomersWrite}, system: true},
	RecordConsent:      {system: true},
	EraseCustomers:     {roles: []Role{Owner, Manager}, scopes: []Scope{CustomersWrite}, system: true},
}

// reaches reports whether g reaches a key with these scopes.
func (g grant) reaches(scopes []Scope) bool {
	return slices.ContainsFunc(scopes, func(s Scope) bool { return slices.Contains(g.scopes, s) })
}

// allows reports whether g reaches a person with these roles.
func (g grant) allows(operator bool, roles []Role) bool {
	if operator && g.operator {
		return true
	}
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(g.roles, r) })
}

// PermissionsOf lists what roles in one brand allow together, by name.
func PermissionsOf(roles []Role) []Permission {
	var list []Permission
	for p, g := range grants {
		if g.allows(false, roles) {
			list = append(list, p)
		}
	}
	slices.Sort(list)
	return list
}
