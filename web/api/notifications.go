package api

import (
	"context"

	"knowhow/marketplace/access"
	"knowhow/marketplace/notify"
)

// notificationRoutes are which mails somebody gets.
func (a *API) notificationRoutes() {
	self := Who{Kind: Person}
	read(a, Route{ID: "getNotifications", Path: "/me/notifications", Tag: signInTag, Who: self,
		Summary: "Read which mails you get"}, a.notifications)
	act(a, Route{ID: "setNotifications", Method: "PUT", Path: "/me/notifications", Tag: signInTag, Who: self,
		Summary: "Say which mails you want", About: "Mail about signing in is always sent."}, a.setNotifications)
	act(a, Route{ID: "unsubscribe", Path: "/unsubscribe/{mail_token}", Tag: signInTag, Who: Who{Kind: Anyone}, unkeyed: true,
		Summary: "Turn off mails like the one that has this link",
		About:   "One click, as RFC 8058 has it: who has the mail needs no more. A person may turn them on again; a customer gets no more mail about their questions."}, a.unsubscribe)
}

// Notifications are which mails somebody gets.
type Notifications struct {
	Offers             bool `json:"offers" doc:"Questions you are offered, one mail in ten minutes at most. Off unless you ask for it."`
	Questions          bool `json:"questions" doc:"What customers write about questions you have. Off unless you ask for it."`
	ReviewsAndRefusals bool `json:"reviews_and_refusals" doc:"What was judged of your work."`
	Appeals            bool `json:"appeals" doc:"How your appeals were decided."`
	Payouts            bool `json:"payouts" doc:"Money that was sent to you."`
}

func (a *API) notifications(ctx context.Context, caller access.Caller, _ *struct{}) (*One[Notifications], error) {
	c, err := a.House.Notify.Choices(ctx, caller)
	return one(Notifications(c)), err
}

type notificationsIn struct{ Body Notifications }

func (a *API) setNotifications(ctx context.Context, caller access.Caller, in *notificationsIn) error {
	return a.House.Notify.SetChoices(ctx, caller, notify.Choices(in.Body))
}

type unsubscribeIn struct {
	Token string `path:"mail_token" maxLength:"200" doc:"What the link in the mail ends in."`
}

func (a *API) unsubscribe(ctx context.Context, _ access.Caller, in *unsubscribeIn) error {
	return a.House.Notify.Unsubscribe(ctx, in.Token)
}
