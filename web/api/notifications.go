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
		About:   "One click, as RFC 8058 has it: who has the mail needs no more. A person gets no more of their kind; a customer no more about their questions."}, a.unsubscribe)
	act(a, Route{ID: "resubscribe", Method: "DELETE", Path: "/unsubscribe/{mail_token}", Tag: signInTag, Who: Who{Kind: Anyone}, unkeyed: true,
		Summary: "Turn them on again"}, a.resubscribe)
	read(a, Route{ID: "getCustomerNotifications", Path: "/me/customer/notifications", Tag: customersTag, Who: Who{Kind: Customer},
		Summary: "Read whether you are written to about your questions"}, a.customerNotifications)
	act(a, Route{ID: "setCustomerNotifications", Method: "PUT", Path: "/me/customer/notifications", Tag: customersTag, Who: Who{Kind: Customer},
		Summary: "Say whether you want to be written to about your questions"}, a.setCustomerNotifications)
}

// Notifications are which mails somebody gets.
type Notifications struct {
	Offers             bool `json:"offers" doc:"Questions you are offered, one mail in ten minutes at most. Off unless you ask for it."`
	Questions          bool `json:"questions" doc:"What customers write about questions you have. Off unless you ask for it."`
	ReviewsAndRefusals bool `json:"reviews_and_refusals" doc:"What was judged of your work."`
	Appeals            bool `json:"appeals" doc:"How your appeals were decided."`
	Payouts            bool `json:"payouts" doc:"Money that was sent to you."`
	Room               bool `json:"room" doc:"Elections and the brands' answers in your experts' rooms. Off unless you ask for it."`
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

func (a *API) resubscribe(ctx context.Context, _ access.Caller, in *unsubscribeIn) error {
	return a.House.Notify.Resubscribe(ctx, in.Token)
}

// CustomerNotifications is whether a customer is written to.
type CustomerNotifications struct {
	Questions bool `json:"questions" doc:"News of your questions."`
	Reachable bool `json:"reachable" doc:"The brand gave us your e-mail address; without one nothing is sent."`
}

func (a *API) customerNotifications(ctx context.Context, caller access.Caller, _ *struct{}) (*One[CustomerNotifications], error) {
	wanted, err := a.House.Notify.CustomerWants(ctx, caller)
	if err != nil {
		return nil, err
	}
	reachable, err := a.House.Customers.Reachable(ctx, caller)
	return one(CustomerNotifications{Questions: wanted, Reachable: reachable}), err
}

type customerNotificationsIn struct {
	Body struct {
		Questions bool `json:"questions" doc:"News of your questions."`
	}
}

func (a *API) setCustomerNotifications(ctx context.Context, caller access.Caller, in *customerNotificationsIn) error {
	return a.House.Notify.SetCustomerWants(ctx, caller, in.Body.Questions)
}
