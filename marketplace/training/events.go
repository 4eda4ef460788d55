package training

import "knowhow/marketplace/event"

// The events of this room: with expert.Change as data, and the enrolment as subject
// where nothing else is said.
const (
	TermsPublished        event.Kind = "expert.terms_published" // subject: the program
	TermsAccepted         event.Kind = "expert.terms_accepted"
	QuizPublished         event.Kind = "expert.quiz_published" // subject: the program
	QuizTaken             event.Kind = "expert.quiz_taken"
	PlatformQuizPublished event.Kind = "expert.platform_quiz_published" // subject: who published it
	PlatformQuizTaken     event.Kind = "expert.platform_quiz_taken"     // subject: the person
	CardPublished         event.Kind = "expert.card_published"          // subject: the program
	CardRetired           event.Kind = "expert.card_retired"            // subject: the program
	CardWasRead           event.Kind = "expert.card_read"
	TopicUnlocked         event.Kind = "expert.topic_unlocked"
	PracticePublished     event.Kind = "expert.practice_published" // subject: the program
	PracticeRetired       event.Kind = "expert.practice_retired"   // subject: the program
	PracticeAnswered      event.Kind = "expert.practice_answered"
	PracticeJudged        event.Kind = "expert.practice_judged"
	OnboardingPaid        event.Kind = "expert.onboarding_paid"
)
