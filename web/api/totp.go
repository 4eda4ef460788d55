package api

import (
	"context"

	"knowhow/marketplace/access"
)

// totpRoutes are a person's second factor. Who has not completed their sign-in
// may call them: it is how they do.
func (a *API) totpRoutes() {
	self := Who{Kind: Person}
	call(a, Route{ID: "beginTOTP", Path: "/me/totp", Tag: signInTag, Who: self, Limited: true, policy: a.SignIns,
		Summary: "Begin to set up an authenticator", About: "What is answered is shown this once. It counts when it is confirmed."}, a.beginTOTP)
	call(a, Route{ID: "confirmTOTP", Path: "/me/totp/confirm", Tag: signInTag, Who: self, Limited: true, policy: a.SignIns,
		Summary: "Turn the authenticator on, by its first code", About: "The recovery codes are shown this once."}, a.confirmTOTP)
	act(a, Route{ID: "disableTOTP", Path: "/me/totp/disable", Tag: signInTag, Who: self, Limited: true, unkeyed: true, policy: a.SignIns,
		Summary: "Turn the authenticator off"}, a.disableTOTP)
}

// TOTPSetup is what an authenticator app is set up with.
type TOTPSetup struct {
	Secret string `json:"secret" doc:"In base 32, for typing."`
	URI    string `json:"uri" doc:"The same as otpauth:, for a QR code."`
}

type beginTOTPIn struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"200" doc:"So that nobody does it who only found you signed in." example:"$PASSWORD"`
	}
}

func (a *API) beginTOTP(ctx context.Context, caller access.Caller, in *beginTOTPIn) (*One[TOTPSetup], error) {
	e, err := a.House.SignIn.BeginTOTP(ctx, caller, in.Body.Password)
	return one(TOTPSetup(e)), err
}

type totpCodeIn struct {
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"40" doc:"What the authenticator shows." example:"$CODE"`
	}
}

// RecoveryCodes are codes for when the authenticator is lost.
type RecoveryCodes struct {
	Codes []string `json:"recovery_codes" doc:"Each is good once, in a code's place."`
}

func (a *API) confirmTOTP(ctx context.Context, caller access.Caller, in *totpCodeIn) (*One[RecoveryCodes], error) {
	codes, err := a.House.SignIn.ConfirmTOTP(ctx, caller, in.Body.Code)
	return one(RecoveryCodes{Codes: list(codes)}), err
}

type disableTOTPIn struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"200" example:"$PASSWORD"`
		Code     string `json:"code" minLength:"1" maxLength:"40" doc:"Of the authenticator, or a recovery code." example:"$CODE"`
	}
}

func (a *API) disableTOTP(ctx context.Context, caller access.Caller, in *disableTOTPIn) error {
	return a.House.SignIn.DisableTOTP(ctx, caller, in.Body.Password, in.Body.Code)
}
