package problem

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/community"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/earnings"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/invitation"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/marketplace/question/picture"
	"knowhow/marketplace/signin"
	"knowhow/marketplace/training"
	"knowhow/payouts"
	"knowhow/payouts/ledger"
	"knowhow/payouts/money"
	"knowhow/web/token"
)

// The kinds that more than one error, or the web itself, has.
var (
	malformed     = kind{"malformed", http.StatusBadRequest, "The request cannot be read"}
	unauthorized  = kind{"unauthenticated", http.StatusUnauthorized, "Who is asking is not known"}
	tokenInvalid  = kind{"token_invalid", http.StatusUnauthorized, "The access token is not valid"}
	tokenExpired  = kind{"token_expired", http.StatusUnauthorized, "The access token has expired"}
	secondFactor  = kind{"second_factor_missing", http.StatusForbidden, "The sign-in wants a second factor first"}
	crossSite     = kind{"cross_site", http.StatusForbidden, "The request comes from a page that is not ours"}
	foreignPage   = kind{"origin", http.StatusForbidden, "The brand does not trust the page that asks"}
	forbidden     = kind{"forbidden", http.StatusForbidden, "This is not allowed"}
	notFound      = kind{"not_found", http.StatusNotFound, "There is no such thing"}
	noMethod      = kind{"method_not_allowed", http.StatusMethodNotAllowed, "This cannot be done here"}
	notAcceptable = kind{"not_acceptable", http.StatusNotAcceptable, "The answer has no form the client takes"}
	tooSlow       = kind{"request_timeout", http.StatusRequestTimeout, "The request came too slowly"}
	timeout       = kind{"timeout", http.StatusServiceUnavailable, "The request took too long"}
	conflict      = kind{"conflict", http.StatusConflict, "The state of things forbids this"}
	inFlight      = kind{"in_flight", http.StatusConflict, "The same request is under way"}
	tooLarge      = kind{"too_large", http.StatusRequestEntityTooLarge, "The request is too large"}
	mediaType     = kind{"media_type", http.StatusUnsupportedMediaType, "The request's media type is not taken"}
	invalid       = kind{"invalid", http.StatusUnprocessableEntity, "The request is not valid"}
	keyReused     = kind{"key_reused", http.StatusUnprocessableEntity, "The idempotency key was used for another request"}
	uriTooLong    = kind{"uri_too_long", http.StatusRequestURITooLong, "The request's address is too long"}
	tooMany       = kind{"too_many_requests", http.StatusTooManyRequests, "Too many requests"}
	headers       = kind{"headers_too_large", http.StatusRequestHeaderFieldsTooLarge, "The request's headers are too large"}
	internal      = kind{"internal", http.StatusInternalServerError, "Something went wrong here"}
	noApps        = kind{"apps_missing", http.StatusNotImplemented, `This program was built without its browser apps: run "make web" and build it again`}
	unavailable   = kind{"unavailable", http.StatusServiceUnavailable, "The service cannot answer now"}
	insufficient  = kind{"insufficient_funds", http.StatusConflict, "There is not enough money"}
	stateForbids  = kind{"state", http.StatusConflict, "The state of things forbids this"}
	tooLate       = kind{"too_late", http.StatusConflict, "The time for this is over"}
	sameHuman     = kind{"same_human", http.StatusForbidden, "An appeal is decided by somebody who has not yet judged"}
)

// row says what an error becomes. The error's own text is the detail unless it
// is quiet: then the title must do.
type row struct {
	err   error
	kind  kind
	quiet bool
}

func (r row) detail(err error) string {
	if r.quiet {
		return ""
	}
	return clip(innermost(err).Error())
}

// table is what becomes of which error; the first row that fits decides, so
// the particular stands before the general it wraps.
var table = []row{
	{err: token.ErrExpired, kind: tokenExpired, quiet: true},
	{err: token.ErrInvalid, kind: tokenInvalid, quiet: true},
	{err: access.ErrKey, kind: tokenInvalid, quiet: true},
	{err: signin.ErrCredentials, kind: kind{"credentials", http.StatusUnauthorized, "The e-mail address, password or code is wrong"}, quiet: true},
	{err: signin.ErrCodeNeeded, kind: kind{"code_needed", http.StatusUnauthorized, "A code of the authenticator is needed"}, quiet: true},
	{err: signin.ErrTooManyAttempts, kind: kind{"too_many_attempts", http.StatusTooManyRequests, "This was tried too often"}, quiet: true},
	{err: signin.ErrTokenReused, kind: kind{"token_reused", http.StatusUnauthorized, "The session's token was used before, so the session was ended"}, quiet: true},
	{err: signin.ErrSession, kind: kind{"session_over", http.StatusUnauthorized, "There is no such session any more"}, quiet: true},
	{err: signin.ErrLinkUsed, kind: kind{"link_used", http.StatusConflict, "The link was used, withdrawn or replaced"}, quiet: true},
	{err: signin.ErrLinkExpired, kind: kind{"link_expired", http.StatusConflict, "The link has expired"}, quiet: true},
	{err: signin.ErrLink, kind: kind{"link_unknown", http.StatusNotFound, "The link does not work"}, quiet: true},
	{err: signin.ErrSignInFirst, kind: kind{"sign_in_first", http.StatusConflict, "The invited person has an account and must sign in"}, quiet: true},
	{err: signin.ErrNotInvited, kind: kind{"not_invited", http.StatusForbidden, "The invitation is for another address"}, quiet: true},
	{err: signin.ErrAuthenticatorOn, kind: kind{"totp_on", http.StatusConflict, "There is a confirmed authenticator"}, quiet: true},
	{err: signin.ErrNoAuthenticator, kind: kind{"totp_off", http.StatusConflict, "There is no authenticator"}, quiet: true},
	{err: customer.ErrDevice, kind: kind{"device_unknown", http.StatusUnauthorized, "The browser is not known any more"}, quiet: true},
	{err: customer.ErrIdentityToken, kind: kind{"identity_token", http.StatusUnauthorized, "The identity token is not valid"}},
	{err: customer.ErrTooManyLinks, kind: kind{"too_many_links", http.StatusConflict, "There are too many open links"}, quiet: true},
	{err: access.ErrTooManyKeys, kind: kind{"too_many_keys", http.StatusConflict, "The brand has too many keys"}, quiet: true},
	{err: access.ErrUnauthenticated, kind: unauthorized, quiet: true},
	{err: marketplace.ErrInFlight, kind: inFlight, quiet: true},
	{err: marketplace.ErrKeyReused, kind: keyReused, quiet: true},
	{err: marketplace.ErrRepeated, kind: conflict, quiet: true},
	{err: marketplace.ErrAgain, kind: conflict, quiet: true},

	{err: question.ErrOfferGone, kind: kind{"offer_gone", http.StatusConflict, "The offer is gone"}, quiet: true},
	{err: question.ErrReferenceUsed, kind: kind{"reference_used", http.StatusConflict, "The reference names another question"}, quiet: true},
	{err: question.ErrTooLate, kind: tooLate, quiet: true},
	{err: question.ErrCapReached, kind: kind{"cap_reached", http.StatusTooManyRequests, "No more may be asked today without being known to the brand"}, quiet: true},
	{err: question.ErrUploadCap, kind: kind{"too_many_pictures", http.StatusTooManyRequests, "No more pictures may be uploaded today"}, quiet: true},
	{err: picture.ErrType, kind: kind{"picture_type", http.StatusUnprocessableEntity, "The file is no PNG, JPEG or WebP, or not what it is said to be"}, quiet: true},
	{err: picture.ErrBroken, kind: kind{"picture_broken", http.StatusUnprocessableEntity, "The picture is damaged or not complete"}, quiet: true},
	{err: picture.ErrAnimated, kind: kind{"picture_animated", http.StatusUnprocessableEntity, "The picture is animated"}, quiet: true},
	{err: picture.ErrTooLarge, kind: kind{"picture_too_large", http.StatusUnprocessableEntity, "The picture has too many pixels"}, quiet: true},
	{err: question.ErrProgramClosed, kind: kind{"program_closed", http.StatusConflict, "The program takes no questions now"}, quiet: true},
	{err: question.ErrTooManyShares, kind: kind{"too_many_shares", http.StatusConflict, "There are too many open links to the receipt"}, quiet: true},
	{err: question.ErrReplayDiffers, kind: kind{"replay_differs", http.StatusConflict, "The decision's replay differs from its record"}, quiet: true},
	{err: quality.ErrOwnWork, kind: kind{"own_work", http.StatusForbidden, "Nobody judges a question they had a part in"}, quiet: true},
	{err: quality.ErrNotGiven, kind: kind{"not_given", http.StatusConflict, "The review was not given to you, or by now to somebody else"}, quiet: true},
	{err: quality.ErrEnoughReturned, kind: kind{"enough_returned", http.StatusConflict, "You have given back as many reviews today as one may"}, quiet: true},
	{err: quality.ErrSharedAccount, kind: kind{"shared_account", http.StatusForbidden, "Nobody judges work that is paid to their own bank account"}, quiet: true},
	{err: quality.ErrOwnSignal, kind: kind{"own_signal", http.StatusForbidden, "Nobody settles what is about themselves"}, quiet: true},
	{err: quality.ErrNotAsked, kind: kind{"not_asked", http.StatusConflict, "Nobody asks for this now"}, quiet: true},
	{err: quality.ErrSameHuman, kind: sameHuman, quiet: true},
	{err: quality.ErrTooMuchGold, kind: kind{"too_much_gold", http.StatusConflict, "The program has enough gold in use"}, quiet: true},
	{err: quality.ErrNotAnswered, kind: kind{"not_answered", http.StatusConflict, "The question has no answer yet"}, quiet: true},
	{err: community.ErrTooMuch, kind: kind{"enough", http.StatusConflict, "That is enough for now"}, quiet: true},
	{err: community.ErrVoted, kind: kind{"voted", http.StatusConflict, "Everybody votes once"}, quiet: true},
	{err: community.ErrNotNow, kind: kind{"not_now", http.StatusConflict, "It is not the time for this"}, quiet: true},
	{err: community.ErrSpoken, kind: kind{"no_election", http.StatusConflict, "No election can be called now"}, quiet: true},
	{err: community.ErrNotAPerson, kind: kind{"not_a_person", http.StatusForbidden, "Only a person may do this"}, quiet: true},

	{err: expert.ErrState, kind: stateForbids},
	{err: training.ErrUnmet, kind: kind{"unmet", http.StatusConflict, "Something is still asked of the applicant"}},
	{err: training.ErrRetake, kind: kind{"retake", http.StatusConflict, "It is too early for another try"}},
	{err: expert.ErrMoved, kind: kind{"moved_lately", http.StatusConflict, "The country was changed a short while ago"}, quiet: true},
	{err: expert.ErrAtCapacity, kind: kind{"at_capacity", http.StatusConflict, "The expert's hands are full"}, quiet: true},
	{err: expert.ErrNothingInHand, kind: conflict, quiet: true},
	{err: expert.ErrHandleTaken, kind: kind{"handle_taken", http.StatusConflict, "Another expert has this handle"}, quiet: true},
	{err: expert.ErrNotOneself, kind: kind{"not_oneself", http.StatusForbidden, "Nobody decides about themselves"}, quiet: true},
	{err: expert.ErrNotAPerson, kind: kind{"not_a_person", http.StatusForbidden, "Only a person may do this"}, quiet: true},
	{err: conduct.ErrSameHuman, kind: sameHuman, quiet: true},
	{err: conduct.ErrImposedBefore, kind: kind{"imposed_before", http.StatusForbidden, "What ended in the expert's favour is imposed again by somebody else only"}, quiet: true},
	{err: conduct.ErrTooLate, kind: tooLate, quiet: true},
	{err: training.ErrTimed, kind: kind{"quiz_timed", http.StatusConflict, "The quiz is answered item by item"}, quiet: true},
	{err: training.ErrNotTimed, kind: kind{"quiz_not_timed", http.StatusConflict, "The quiz is answered at once"}, quiet: true},
	{err: training.ErrJudged, kind: kind{"judged", http.StatusConflict, "The answer was judged before"}, quiet: true},
	{err: training.ErrWaiting, kind: kind{"waiting", http.StatusConflict, "The program is full, and a place is yet to come free"}, quiet: true},
	{err: invitation.ErrUnknown, kind: notFound, quiet: true},
	{err: invitation.ErrOver, kind: kind{"invitation_over", http.StatusConflict, "The invitation is over"}, quiet: true},
	{err: invitation.ErrUsed, kind: kind{"invitation_used", http.StatusConflict, "The invitation is used up"}, quiet: true},
	{err: invitation.ErrTooMany, kind: kind{"too_many_invitations", http.StatusConflict, "There are too many open invitations"}, quiet: true},
	{err: training.ErrUnfunded, kind: kind{"unfunded", http.StatusConflict, "The program cannot pay for an onboarding now"}, quiet: true},
	{err: expert.ErrTooManyMacros, kind: kind{"too_many_macros", http.StatusConflict, "The expert keeps too many macros"}, quiet: true},
	{err: training.ErrStaleVersion, kind: kind{"stale_version", http.StatusConflict, "There is a newer version"}, quiet: true},
	{err: program.ErrNotReady, kind: kind{"not_ready", http.StatusConflict, "The program is not ready to go live"}},
	{err: program.ErrState, kind: stateForbids},
	{err: program.ErrSlugTaken, kind: kind{"slug_taken", http.StatusConflict, "The program has a topic of this slug"}, quiet: true},
	{err: program.ErrFunding, kind: kind{"funding", http.StatusForbidden, "The payment provider confirms funding"}, quiet: true},
	{err: customer.ErrErased, kind: notFound, quiet: true},
	{err: customer.ErrNoHandle, kind: notFound, quiet: true},
	{err: access.ErrEmailTaken, kind: kind{"email_taken", http.StatusConflict, "Another person has this e-mail address"}, quiet: true},
	{err: access.ErrNoEmail, kind: notFound, quiet: true},
	{err: access.ErrLastOwner, kind: kind{"last_owner", http.StatusConflict, "A brand keeps an owner"}, quiet: true},

	{err: earnings.ErrOwnAct, kind: kind{"own_act", http.StatusConflict, "Another operator must agree to this"}, quiet: true},
	{err: earnings.ErrSameHuman, kind: sameHuman, quiet: true},
	{err: earnings.ErrNoAppeal, kind: kind{"no_appeal", http.StatusConflict, "This cannot be appealed, or decided, now"}, quiet: true},
	{err: earnings.ErrActEnded, kind: kind{"act_ended", http.StatusConflict, "This is done or withdrawn already"}, quiet: true},
	{err: payouts.ErrFrozen, kind: kind{"frozen", http.StatusConflict, "The program's money is frozen"}, quiet: true},
	{err: payouts.ErrPaused, kind: kind{"payouts_paused", http.StatusConflict, "Payouts are paused"}, quiet: true},
	{err: payouts.ErrBelowMinimum, kind: kind{"below_minimum", http.StatusConflict, "There is less than the least that is paid out"}, quiet: true},
	{err: payouts.ErrBelowThreshold, kind: kind{"below_threshold", http.StatusConflict, "There is less than you want to wait for"}, quiet: true},
	{err: payouts.ErrWhenAsked, kind: kind{"when_asked", http.StatusConflict, "You are paid when you ask"}, quiet: true},
	{err: payouts.ErrNoInstant, kind: kind{"no_instant", http.StatusConflict, "Payouts cannot arrive at once in your country or currency"}, quiet: true},
	{err: payouts.ErrFeeRose, kind: kind{"fee_rose", http.StatusConflict, "The fee is higher than you were shown; look at it again"}, quiet: true},
	{err: payouts.ErrCreditLimit, kind: kind{"credit_limit", http.StatusConflict, "The brand would owe more than was signed for"}, quiet: true},
	{err: payouts.ErrOwing, kind: kind{"owing", http.StatusConflict, "There is a debt to be paid first"}, quiet: true},
	{err: payouts.ErrHeldBack, kind: kind{"held_back", http.StatusConflict, "Payouts are held back until somebody has looked"}, quiet: true},
	{err: payouts.ErrNotCleared, kind: kind{"not_cleared", http.StatusConflict, "The money has not cleared yet; try again later"}, quiet: true},
	{err: payouts.ErrNoPayment, kind: kind{"no_payment", http.StatusConflict, "No payment is left to give back"}, quiet: true},
	{err: payouts.ErrNoAccount, kind: kind{"no_account", http.StatusConflict, "There is no account to pay out to"}, quiet: true},
	{err: payouts.ErrNoCard, kind: kind{"no_card", http.StatusConflict, "No card was left that could be charged"}, quiet: true},
	{err: payouts.ErrNoticeForged, kind: kind{"webhook_forged", http.StatusBadRequest, "The notice is not signed by the payment provider"}, quiet: true},
	{err: payouts.ErrNoticeStale, kind: kind{"webhook_stale", http.StatusBadRequest, "The notice's time is too far from now"}, quiet: true},
	{err: payouts.ErrNoticeForeign, kind: kind{"webhook_foreign", http.StatusBadRequest, "The notice is for somebody else"}, quiet: true},
	{err: payouts.ErrProvider, kind: kind{"provider_unavailable", http.StatusServiceUnavailable, "The payment provider cannot be reached; try again later"}, quiet: true},
	{err: payouts.ErrProviderRefuses, kind: kind{"provider_refused", http.StatusConflict, "The payment provider refuses this"}, quiet: true},
	{err: payouts.ErrDecided, kind: kind{"already_decided", http.StatusConflict, "It was decided before whether to take this pay back; it is not decided about twice"}, quiet: true},
	{err: payouts.ErrKeyReused, kind: keyReused, quiet: true},
	{err: ledger.ErrKeyReused, kind: keyReused, quiet: true},
	{err: payouts.ErrInsufficientFunds, kind: insufficient, quiet: true},
	{err: ledger.ErrInsufficientFunds, kind: insufficient, quiet: true},
	{err: ledger.ErrConcurrent, kind: conflict, quiet: true},
	{err: payouts.ErrState, kind: stateForbids},
	{err: payouts.ErrNotFound, kind: notFound},
	{err: payouts.ErrOverflow, kind: invalid},
	{err: payouts.ErrInvalid, kind: invalid},
	{err: money.ErrCurrency, kind: invalid},
	{err: money.ErrMismatch, kind: invalid},
	{err: money.ErrOverflow, kind: invalid},
	{err: money.ErrNegative, kind: invalid},

	{err: marketplace.ErrInvalid, kind: invalid},
	{err: marketplace.ErrNotFound, kind: notFound},
	{err: marketplace.ErrForbidden, kind: forbidden},
	{err: marketplace.ErrConflict, kind: conflict},
	{err: marketplace.ErrUnavailable, kind: unavailable, quiet: true},
	{err: context.DeadlineExceeded, kind: timeout, quiet: true},
	{err: context.Canceled, kind: timeout, quiet: true},
}

// ours are errors that no client can cause: they stay internal.
var ours = []string{
	"notify.ErrRefused", "stripe.ErrOptions", "payouts.ErrOtherProvider", "job.ErrGiveUp", "matching.ErrReplay", "money.ErrParts", "ledger.ErrPosting", "ledger.ErrNoPosting",
	"assign.ErrScore", "assign.ErrCandidate", "language.ErrModel", "language.ErrFewExamples", "logit.ErrShape", "simulate.ErrPolicy", "matching.ErrSnapshot", "topic.ErrTopic", "topic.ErrID", "topic.ErrHalted", "topic.ErrOutdated", "topic.ErrSnapshot",
	"redact.ErrNoKeys", "redact.ErrBadKey", "redact.ErrUnknownKey", "redact.ErrSealBroken", "redact.ErrKeyFileMode",
	"workrecord.ErrForged", "workrecord.ErrNoKey",
}

// kinds is every kind there is, each code once, by status and code.
var kinds = func() []kind {
	list := []kind{
		malformed, unauthorized, tokenInvalid, tokenExpired, forbidden, crossSite, foreignPage, notFound, noMethod, notAcceptable, tooSlow, timeout, conflict,
		inFlight, secondFactor, tooLarge, mediaType, invalid, keyReused, uriTooLong, tooMany, headers, internal, noApps, unavailable, insufficient, stateForbids,
	}
	for _, r := range table {
		list = append(list, r.kind)
	}
	slices.SortFunc(list, func(a, b kind) int {
		if a.status != b.status {
			return a.status - b.status
		}
		return strings.Compare(a.code, b.code)
	})
	return slices.CompactFunc(list, func(a, b kind) bool { return a.code == b.code })
}()

// innermost is the error that names the thing: what is wrapped around it says
// what the house was doing, which is for the log.
func innermost(err error) error {
	for _, find := range []func(error) (error, bool){
		as[*marketplace.InvalidError], as[*marketplace.NotFoundError], as[*access.ForbiddenError],
		as[*question.TransitionError], as[*program.TransitionError], as[*program.NotReadyError],
		as[*expert.StateError], as[*conduct.MeasureError], as[*training.UnmetError], as[*training.RetakeError], as[*expert.MovedError],
		as[*payouts.InvalidError], as[*payouts.NotFoundError], as[*payouts.StateError],
		as[*customer.IdentityTokenError],
	} {
		if found, ok := find(err); ok {
			return found
		}
	}
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(next) {
		err = next
	}
	return err
}

func as[E error](err error) (error, bool) {
	var target E
	ok := errors.As(err, &target)
	return target, ok
}

// parts are the fields an error names.
func parts(err error) []Detail {
	var bad *marketplace.InvalidError
	var pay *payouts.InvalidError
	switch {
	case errors.As(err, &bad):
		return []Detail{{Location: bad.Field, Message: bad.Reason}}
	case errors.As(err, &pay):
		return []Detail{{Location: pay.Field, Message: pay.Reason}}
	}
	return nil
}

// wait is when a client may try again, where the error says so.
func wait(err error) time.Duration {
	var tried *signin.ThrottledError
	if errors.As(err, &tried) {
		return tried.RetryAfter
	}
	var w interface{ RetryAfter() time.Duration }
	if errors.As(err, &w) {
		return w.RetryAfter()
	}
	return 0
}
