package quality

import (
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/question"
)

// Rules are the events of this room that somebody hears of: all of them.
var Rules = map[event.Kind]question.Rule{
	EventFeedback:        {Expert: "question.rated", Brand: "question.rated", May: access.SeeQuestions},
	EventReviewRequested: {Brand: "review.requested", May: access.ReviewWork, Blind: true},
	EventReviewed:        {Expert: "assignment.reviewed", Brand: "review.decided", May: access.ReviewWork, Blind: true},
	EventReviewLapsed:    {Brand: "review.lapsed", May: access.ReviewWork, Blind: true},
	EventRefused:         {Expert: "refusal.made", Brand: "refusal.made", May: access.RefusePay},
	EventAppealed:        {Expert: "refusal.appealed", Brand: "refusal.appealed", May: access.DecideAppeal},
	EventAppealDecided:   {Expert: "refusal.decided", Brand: "refusal.decided", May: access.RefusePay},
}
