package demo

import (
	"knowhow/marketplace/community"
	"knowhow/marketplace/quality"
)

// applicant is on their way in when the visitors come.
var applicant = performer{
	Handle: "liesbeth", Name: "Liesbeth van der Meulen", Country: "NL", Languages: []string{"en", "de"},
	About:      "A Brindle Box since 2023, the second one in the attic studio",
	Motivation: "I teach seniors at the library how to watch what they pay for. They ask better questions than I could make up, and I know most answers by now.",
}

const (
	practiceTask  = "Since yesterday my Box shows the film in a small frame with black all around. The app on my phone is fine. What can I do?"
	practiceGuide = "Names Settings > Picture > Overscan, says how to tell that it worked, and does not ask for an account."
	// practiceAnswer waits to be judged.
	practiceAnswer = "That is the picture's frame, and nothing is broken. On the Box open Settings, then Picture, then Overscan, and choose Off. " +
		"The film should fill the screen at once. If it does not, look in your television's own menu for Zoom or Format and choose Full, and tell me what you see there."
)

// restriction is the measure that waits for somebody else's decision.
var restriction = struct{ evidence, statement string }{
	evidence: "An answer sent a customer to buy a soundbar without a single check. The pay was refused and the refusal stood. " +
		"Until the sound cards are written anew we would rather not have this topic answered so.",
	statement: "It was one answer out of many on this topic, and I was told what was wrong with it. I have begun every sound question with the format since. Please look at those.",
}

// line is what somebody says.
type line struct{ who, says string }

var candidates = []line{
	{"nkechi", "I read everything here on the train and I am not shy of asking the brand twice."},
	{"greta", "I like numbers. I would bring them what an evening on call really pays."},
}

// ballots are votes, by and for whom. Priya, who is of the brand too, has none.
var ballots = []line{
	{"ayse", "nkechi"}, {"tomas", "nkechi"}, {"emre", "greta"}, {"layla", "nkechi"}, {"ines", "nkechi"},
	{"ciaran", "greta"}, {"greta", "greta"}, {"nkechi", "nkechi"},
}

// posts are what is said in the experts' room, where the brand does not read.
var posts = []struct {
	day      int
	who      string
	kind     community.Kind
	says, to string
}{
	{12, "emre", community.Help, "Does anybody know whether the blinking light after the update is the same on the Box 2?", ""},
	{13, "tomas", community.Reply, "On mine it is, but it stops by itself after ten minutes. Have them wait before they pull the plug.", "Does anybody know whether the blinking light after the update is the same on the Box 2?"},
	{33, "layla", community.Struggle, "Subtitles that drift: I could not find what sets them back without a restart. I handed it on.", ""},
	{34, "ayse", community.Reply, "Switch the audio track and back again. It is nowhere in the menus.", "Subtitles that drift: I could not find what sets them back without a restart. I handed it on."},
	{52, "ines", community.Help, "When a customer pastes a whole invoice, hand it back and say so kindly. The team has it within the hour.", ""},
	{65, "nkechi", community.Help, "Final on Saturday: last year the questions came from eight to ten in the evening, and nobody was there at nine.", ""},
	{66, "tomas", community.Reply, "I will be there.", "Final on Saturday: last year the questions came from eight to ten in the evening, and nobody was there at nine."},
}

// proposed is what experts put before the brand.
var proposed = []struct {
	day              int
	who, title, says string
	with             []string
	answer           string
}{
	{44, "emre", "Tell us the firmware before we accept", "Half of the questions about the Box hang on its firmware, and we learn it only after we took them.",
		[]string{"tomas", "ayse", "ciaran"},
		"From now on the help page sends the firmware where the customer asks from the Box. From the phone we do not know it, and would have to ask; that we leave to you."},
	{65, "nkechi", "Pay more on evenings of a final", "Everybody asks in the same two hours. A higher pay then would have more of us there.",
		[]string{"tomas", "greta", "layla"}, ""},
	{68, "ciaran", "Pictures of the menus, in one place", "We describe the same six menus every day. Let us share pictures of them.",
		[]string{"emre"}, ""},
}

// goldItems are answers of known quality, which reviewers cannot tell from others.
var goldItems = []quality.GoldText{
	{Title: "Box restarts by itself", Question: "My Box restarts by itself every evening.", Language: "en", Bad: true,
		Answer:  "Buy a new one. They all do that after a year.",
		Because: "Checks nothing and costs the customer money: it is the heat, and the vents."},
	{Title: "Box restarts by itself", Question: "My Box restarts by itself every evening.", Language: "en",
		Answer:  "It is most likely too warm. Take it out of the cupboard for an evening with a hand's breadth of air around it. If it stays on, that was it; if not, tell me what Settings > About says of its temperature.",
		Because: "Names the usual cause, how to check it, and what to do if it is another."},
	{Title: "Two children, one profile", Question: "Can my two children have limits of their own?", Language: "en",
		Answer:  "Yes: each needs a profile. Profiles > Add > Kids, choose the age, and then Limits for the hours. Solo has one profile for kids only, so with two you would need Family.",
		Because: "Right, complete, and says which plan it takes because it is so."},
	{Title: "Two children, one profile", Question: "Can my two children have limits of their own?", Language: "en", Bad: true,
		Answer:  "You should really take Cinema, it has everything.",
		Because: "Sells more than the customer needs, and does not answer."},
	{Title: "Kein Ton über die Box", Question: "Seit gestern kein Ton, Bild ist da.", Language: "de",
		Answer:  "Bitte einmal unter Einstellungen > Ton > Format auf Stereo stellen. Kommt der Ton zurück, verträgt der Fernseher das alte Format nicht, und Sie können es so lassen.",
		Because: "Die häufigste Ursache, und woran man merkt, dass es das war."},
	{Title: "La grabación se corta", Question: "La grabación del partido se cortó antes del final.", Language: "es", Bad: true,
		Answer:  "Eso es culpa de la cadena, no se puede hacer nada.",
		Because: "Se puede: Grabaciones > Margen añade media hora."},
}
