package replay

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"knowhow/marketplace/quality"
	"knowhow/marketplace/training"
	"knowhow/matching/language"
)

// What applicants are asked, and how well they have to know it.
const (
	bankSize = 40 // items of the program's quiz, made of the history
	drawn    = 6
	passMark = 5
	wrongs   = 3 // options beside the right one
	goldEach = 10
	quoted   = 200 // bytes of a title or a text in an item
)

const terms = `You answer in your own words and only what you know. Customers' data stays hidden from you and is none of your business. ` +
	`What you earn is shown before you take a question, and is paid unless a named person refuses it for a listed reason, which you may appeal. ` +
	`You may decline, pause and leave at any time.`

// platformItems are what every applicant of the platform is asked.
var platformItems = []training.QuizItem{
	item("A customer wrote their telephone number, and you see [phone 1]. What do you do?", "Answer without it", "Ask them to write it in words", "Look for it elsewhere"),
	item("You took a question and cannot answer it. What now?", "Hand it back, with a note for the next", "Guess", "Let the time run out"),
	item("What does declining an offer cost you?", "Nothing", "A part of your standing", "The next three offers"),
	item("The dearer product would not help this customer. What do you answer?", "That it would not, and what would", "That it might", "Nothing about products"),
	item("Your pay was refused and you think that is wrong. What can you do?", "Appeal, and somebody else decides", "Nothing", "Write to the customer"),
	item("You are to judge the answer of another expert. What counts?", "Whether it is right, complete, kind, safe and honest", "Whether you would have written it so", "Who wrote it"),
	item("A customer insults you. What may you do?", "End the conversation, and be paid", "Answer in kind", "Only bear it"),
	item("You do not know whether your answer still holds. What do you write?", "What you know, and of what you are not sure", "That it certainly holds", "That they should ask again"),
}

// item has its right option first; where it is shown follows from the question.
func item(question, right string, wrong ...string) training.QuizItem {
	at := int(community{}.draw("right option", question) % chance(len(wrong)+1))
	return training.QuizItem{Question: question, Options: slices.Insert(slices.Clone(wrong), at, right), Answer: at}
}

// publish asks of applicants what the replay has them go through, and gives the
// reviewers gold; what an interrupted run has published stays as it is.
func (w *world) publish(ctx context.Context) error {
	published, err := w.Training.Terms(ctx, w.program.ID, "")
	if err == nil && published.Version == 0 {
		_, err = w.Training.PublishTerms(ctx, w.owner, w.program.ID, training.NewTerms{Text: terms})
	}
	if err != nil {
		return fmt.Errorf("publish the terms: %w", err)
	}
	if err := w.publishCards(ctx); err != nil {
		return fmt.Errorf("publish the cards: %w", err)
	}
	platform := training.NewQuiz{Items: platformItems, Draw: 5, PassMark: 4, Attempts: tries}
	if err := w.publishQuiz(ctx, training.QuizRef{}, platform); err != nil {
		return fmt.Errorf("publish the platform's quiz: %w", err)
	}
	if bank := w.bank(); len(bank) > 0 {
		quiz := training.NewQuiz{Items: bank, Draw: min(drawn, len(bank)), PassMark: min(passMark, len(bank)), Attempts: tries}
		if err := w.publishQuiz(ctx, training.QuizRef{Program: w.program.ID}, quiz); err != nil {
			return fmt.Errorf("publish the program's quiz: %w", err)
		}
	}
	return w.addGold(ctx)
}

func (w *world) publishQuiz(ctx context.Context, ref training.QuizRef, quiz training.NewQuiz) error {
	by := w.owner
	if ref.Platform() {
		by = w.operator
	}
	there, err := w.Training.FullQuiz(ctx, by, ref)
	if err != nil || there.Version > 0 {
		return err
	}
	_, err = w.Training.PublishQuiz(ctx, by, ref, quiz)
	return err
}

func (w *world) publishCards(ctx context.Context) error {
	there, err := w.Training.AllCards(ctx, w.owner, w.program.ID)
	if err != nil {
		return err
	}
	asked := "Nothing was asked before."
	if tags := w.commonTags(); len(tags) > 0 {
		asked = "Most questions are about " + strings.Join(tags[:min(8, len(tags))], ", ") + "."
	}
	cards := []training.NewCard{
		{Title: "How we answer here", Text: "Say what to do, step by step, and how to tell that it worked. Say what you do not know.", MustRead: true},
		{Title: "What is asked here", Text: asked, MustRead: true},
	}
	for _, card := range cards[min(len(there), len(cards)):] {
		if _, err := w.Training.AddCard(ctx, w.owner, w.program.ID, card); err != nil {
			return err
		}
	}
	return nil
}

// commonTags are the tags of the history, the most common first.
func (w *world) commonTags() []string {
	count := map[string]int{}
	var tags []string
	for _, p := range w.history {
		for _, tag := range p.Tags {
			if count[tag]++; count[tag] == 1 {
				tags = append(tags, tag)
			}
		}
	}
	slices.SortStableFunc(tags, func(a, b string) int { return count[b] - count[a] })
	return tags
}

// bank makes items of questions from all over the history: which tag, or where
// the file has none which text, is this title's?
func (w *world) bank() []training.QuizItem {
	tags := w.commonTags()
	var items []training.QuizItem
	titles := map[string]bool{}
	for i := range bankSize {
		p := w.historyAt(i, bankSize)
		title := clip(p.Title, quoted)
		if titles[title] {
			continue
		}
		var ask, right string
		var others []string
		switch {
		case len(p.Tags) > 0:
			ask, right, others = "What is this question about? “"+title+"”", p.Tags[0], w.otherTags(p, tags)
		case p.Body != "":
			ask, right, others = "What else does the question “"+title+"” say?", clip(p.Body, quoted), w.otherTexts(i, p)
		}
		if len(others) == 0 {
			continue
		}
		titles[title] = true
		items = append(items, item(ask, right, others...))
	}
	return items
}

// historyAt is the question at place i of n spread over the history; none where
// there is no history.
func (w *world) historyAt(i, n int) post {
	if len(w.history) == 0 {
		return post{}
	}
	return w.history[i*len(w.history)/n]
}

// otherTags are tags that the question has not got, drawn by its id.
func (w *world) otherTags(p post, tags []string) (others []string) {
	free := slices.DeleteFunc(slices.Clone(tags), func(tag string) bool { return slices.Contains(p.Tags, tag) })
	for len(others) < wrongs && len(free) > 0 {
		at := int(w.draw("wrong tag", p.ID, fmt.Sprint(len(others))) % chance(len(free)))
		others, free = append(others, free[at]), slices.Delete(free, at, at+1)
	}
	return others
}

// otherTexts are what the next questions of the bank say.
func (w *world) otherTexts(i int, p post) (others []string) {
	for k := 1; k <= wrongs; k++ {
		text := clip(w.historyAt((i+k)%bankSize, bankSize).Body, quoted)
		if text != "" && text != clip(p.Body, quoted) && !slices.Contains(others, text) {
			others = append(others, text)
		}
	}
	return others
}

// addGold makes gold of the history: of answers that resolved a question and
// were liked, and of those that were marked down.
func (w *world) addGold(ctx context.Context) error {
	var there int64
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		return tx.Model(&quality.Gold{}).Where("program_id = ?", w.program.ID).Count(&there).Error
	})
	if err != nil {
		return fmt.Errorf("count the gold: %w", err)
	}
	list := w.gold()
	for _, g := range list[min(int(there), len(list)):] {
		if _, err := w.Quality.AddGold(ctx, w.owner, w.program.ID, g); err != nil {
			return fmt.Errorf("add gold: %w", err)
		}
	}
	return nil
}

func (w *world) gold() (list []quality.GoldText) {
	count := map[bool]int{}
	for _, p := range w.history {
		if tag, _, sure := language.Detect(p.Title + " " + p.Body); sure && string(tag) != spoken {
			continue
		}
		for _, r := range p.Answers {
			bad := r.Score < 0
			known := bad || p.labelled() && p.Best == r.By && r.Score > 0
			if !known || r.Text == noText || count[bad] >= goldEach || r.At.After(w.window[0].Created.Time) {
				continue
			}
			count[bad]++
			list = append(list, quality.GoldText{
				Title: clip(p.Title, quoted), Question: clip(orElse(p.Body, p.Title), 4000), Answer: r.Text,
				Language: spoken, Bad: bad, Because: "This is how the community voted.",
			})
			break
		}
	}
	return list
}
