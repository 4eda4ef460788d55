package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

// sharedReceiptRoutes are how a customer shows a receipt to others.
func (a *API) sharedReceiptRoutes() {
	call(a, Route{ID: "shareReceipt", Path: "/questions/{question}/receipt/share", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "Make a link by which anybody reads the receipt",
		About:   "After the question's end. It is your consent to that, for the purpose share_receipt. The receipt holds nothing of the conversation. The token is shown once."}, a.shareReceipt)
	act(a, Route{ID: "unshareReceipt", Method: "DELETE", Path: "/questions/{question}/receipt/share", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "End every link to the receipt", About: "With the last one your consent is withdrawn."}, a.unshareReceipt)
	read(a, Route{ID: "getSharedReceipt", Path: "/receipts/{share_token}", Tag: questionsTag, Who: Who{Kind: Anyone},
		Summary: "Read a receipt that its customer shares"}, a.sharedReceipt)
}

type shareReceiptIn struct {
	QuestionIn
	Body struct {
		Consent bool   `json:"consent" doc:"That the customer agrees that anybody with the link may read the receipt; must be true." example:"true"`
		Version string `json:"version" minLength:"1" maxLength:"100" doc:"Of the text they agreed to." example:"2026-11"`
	}
}

// SharedLink is a link to a receipt.
type SharedLink struct {
	URL       string    `json:"url"`
	Token     string    `json:"token" doc:"What the link ends in."`
	ExpiresAt time.Time `json:"expires_at"`
}

func (a *API) shareReceipt(ctx context.Context, caller access.Caller, in *shareReceiptIn) (*One[SharedLink], error) {
	if !in.Body.Consent {
		return nil, &marketplace.InvalidError{Field: "consent", Reason: "must be given"}
	}
	made, err := a.House.Questions.ShareOwn(ctx, caller, in.Question, in.Body.Version)
	if err != nil {
		return nil, err
	}
	return one(SharedLink{URL: a.Base.JoinPath("receipts", made.Token).String(), Token: made.Token, ExpiresAt: made.ExpiresAt}), nil
}

func (a *API) unshareReceipt(ctx context.Context, caller access.Caller, in *QuestionIn) error {
	return a.House.Questions.UnshareOwn(ctx, caller, in.Question)
}

type sharedReceiptIn struct {
	Token string `path:"share_token" maxLength:"100" doc:"What the link to it ends in."`
}

func (a *API) sharedReceipt(ctx context.Context, _ access.Caller, in *sharedReceiptIn) (*One[question.SharedReceipt], error) {
	r, err := a.House.Questions.Shared(ctx, in.Token)
	return one(r), err
}
