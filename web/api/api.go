// Package api is Knowhow's HTTP API, /api/v1: it binds requests, names the
// caller and calls one method of the domain, which decides. A file is one noun:
// its routes, their shapes, their handlers.
//
// There are four kinds of routes. A read returns something. A create makes
// something and returns it. An act changes something and returns nothing (204).
// Creates and acts take an Idempotency-Key, which the domain's transaction
// claims (marketplace.Claim); a create that is repeated returns what the first
// one made. A call answers a body, as signing in does, and takes no key.
//
// Errors are problems, by the table in package problem.
package api

import (
	"log/slog"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"knowhow/marketplace/assembly"
	"knowhow/marketplace/question"
	"knowhow/web/limit"
	"knowhow/web/problem"
	"knowhow/web/token"
)

// Parts are what the API stands on.
type Parts struct {
	House   *assembly.House
	Log     *slog.Logger
	Base    *url.URL // how the outside reaches the service
	Tokens  *token.Issuer
	Limiter *limit.Limiter
	Origins *Origins // whose pages may call what customers do
	// ClaimKey is what the fingerprints of repeatable requests are made with; the
	// same in every process.
	ClaimKey []byte
	// SignIns and CustomerSessions bound how often one address may sign in, or
	// begin to.
	SignIns, CustomerSessions limit.Policy
	// Whisper tells one listener something that is kept nowhere; nil: nobody is told.
	Whisper   func(question.Whisper)
	Version   string
	Demo      bool
	DemoScene *DemoScene // nil: this is not the demo
	DemoStage DemoStage  // what can be done to the demo; nil: nothing
}

// API holds every route. Make one with Register.
type API struct {
	Parts
	huma   huma.API
	routes []Route
}

// Prefix is where the API lies.
const Prefix = "/api/v1"

// Register adds every route to h.
func Register(h huma.API, p Parts) *API {
	a := &API{Parts: p, huma: h}
	for _, register := range []func(){
		a.questionRoutes, a.sharedReceiptRoutes, a.offerRoutes, a.assignmentRoutes, a.brandRoutes, a.programRoutes, a.topicRoutes, a.moneyRoutes, a.walletRoutes, a.spendRoutes, a.openBookRoutes, a.paymentRoutes, a.expertRoutes, a.macroRoutes, a.applicationRoutes,
		a.brandQuestionRoutes, a.reviewRoutes, a.peerReviewRoutes, a.refusalRoutes, a.customerSessionRoutes, a.resumeLinkRoutes, a.privacyRoutes,
		a.enrolmentRoutes, a.measureRoutes, a.npsRoutes, a.parameterRoutes, a.chanceRoutes, a.standingLogRoutes, a.admissionRoutes, a.earningRoutes, a.statementRoutes, a.countryRoutes, a.operatorRoutes, a.moneyActRoutes, a.takeBackRoutes, a.jobRoutes, a.allPayoutRoutes, a.auditRoutes, a.workRecordRoutes,
		a.figureRoutes, a.checklistRoutes, a.brandingRoutes, a.quizRoutes, a.cardRoutes, a.practiceRoutes,
		a.signInRoutes, a.passwordRoutes, a.sessionRoutes, a.totpRoutes, a.meRoutes, a.notificationRoutes, a.invitationRoutes, a.expertInvitationRoutes, a.roomRoutes, a.voiceRoutes, a.apiKeyRoutes, a.identityKeyRoutes,
		a.eventRoutes, a.pictureRoutes, a.conversationRoutes, a.forecastRoutes, a.demoRoutes,
	} {
		register()
	}
	describeMoney(h.OpenAPI().Components.Schemas)
	return a
}

// Routes lists every route, in the order of registration.
func (a *API) Routes() []Route { return a.routes }

// Config is how huma is to be configured: OpenAPI 3.1 with our problems, no
// pages of its own, nothing added to bodies.
func Config(version string) huma.Config {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, text string, errs ...error) huma.StatusError { return newError(status, text, errs...) }
	huma.NewErrorWithContext = func(ctx huma.Context, status int, text string, errs ...error) huma.StatusError {
		p := newError(status, text, errs...)
		p.Request = requestOf(ctx.Context()).ID
		return p
	}
	c := huma.DefaultConfig("Knowhow", version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.RejectUnknownQueryParameters = true
	c.Info.Description, c.Tags = about, tags
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer":  {Type: "http", Scheme: "bearer", Description: "An access token (a JWT of ten minutes), or a brand's API key."},
		"session": {Type: "apiKey", In: "cookie", Name: "__Host-knowhow_refresh", Description: "The session's cookie, which signing in sets and no script can read; without TLS it is called knowhow_refresh."},
	}
	return c
}

const about = `Crowdsourced customer support: a customer's question finds the expert who knows.

Times are RFC 3339 in UTC. Money is an amount in minor units with its ISO 4217 currency. Durations are whole seconds. Lists are paged by cursor. Errors are problems (RFC 9457), each with a stable code. A request that changes something may carry an Idempotency-Key: repeated within 24 hours it does nothing more.`

// newError is what huma makes of what it refuses itself. It quotes no value
// that was sent: it may be a password, or personal.
func newError(status int, text string, errs ...error) *problem.Problem {
	code, ok := codes[status]
	if !ok {
		code = "internal"
		if status >= 400 && status < 500 {
			code = "malformed"
		}
	}
	if code == "internal" {
		return problem.New(code, "")
	}
	p := problem.New(code, text)
	for _, err := range errs {
		if d, ok := err.(huma.ErrorDetailer); ok {
			p.Errors = append(p.Errors, problem.Detail{Location: d.ErrorDetail().Location, Message: d.ErrorDetail().Message})
		}
	}
	return p
}

var codes = map[int]string{
	http.StatusBadRequest: "malformed", http.StatusUnauthorized: "unauthenticated", http.StatusForbidden: "forbidden",
	http.StatusNotFound: "not_found", http.StatusMethodNotAllowed: "method_not_allowed", http.StatusNotAcceptable: "not_acceptable",
	http.StatusRequestTimeout: "request_timeout", http.StatusConflict: "conflict", http.StatusRequestEntityTooLarge: "too_large",
	http.StatusUnsupportedMediaType: "media_type", http.StatusUnprocessableEntity: "invalid", http.StatusTooManyRequests: "too_many_requests",
}
