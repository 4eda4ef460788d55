package api

import "github.com/danielgtaylor/huma/v2"

// tags are the nouns of the API, in the order in which the documentation has
// them. Every route has one of these.
var tags = []*huma.Tag{
	{Name: questionsTag, Description: "What a customer does with their own questions."},
	{Name: workTag, Description: "What an expert does with the questions they are offered."},
	{Name: picturesTag, Description: "Pictures, which messages show."},
	{Name: expertsTag, Description: "What somebody does about themselves as an expert: their profile, and their way into a program."},
	{Name: voiceTag, Description: "The experts' room, what they propose to the brand, and who speaks for them."},
	{Name: programsTag, Description: "A brand's programs, their topics and policies."},
	{Name: qualityTag, Description: "Feedback, reviews, refusals of pay and appeals."},
	{Name: customersTag, Description: "How a customer comes in, what is kept of them, and how they are forgotten."},
	{Name: signInTag, Description: "How people sign up and in, their passwords, sessions and authenticators."},
	{Name: brandsTag, Description: "Brands and who belongs to them."},
	{Name: keysTag, Description: "What a brand's own software comes in with, and what it signs with who its customers are."},
	{Name: figuresTag, Description: "How programs do: six figures, each with its sample."},
	{Name: moneyTag, Description: "Where the money is and where it went."},
	{Name: operatorsTag, Description: "What those who run the platform do."},
	{Name: "Streams", Description: "What happens, as it happens."},
}
