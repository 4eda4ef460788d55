package web_test

import (
	"net/http"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"knowhow/marketplace/access"
	"knowhow/marketplace/insight/workrecord"
	"knowhow/web/api"
)

// acting is a browser of somebody who is signed in.
func (b *browser) acting(as access.Caller) *browser {
	other := b.another()
	other.token = b.Token(as)
	return other
}

// asks publishes one of each thing that a program can ask, by the API, and pays
// for going through it.
func (b *browser) asks(program string) {
	manager, operator := b.acting(b.Manager), b.acting(b.Operator)
	policies := is[api.Program](manager, program).Policies
	policies.Admission = &api.AdmissionPolicy{Onboarding: 4_00}
	manager.do("PUT", program+"/policies", policies, http.StatusNoContent)
	item := fields{"question": "What is a box?", "options": []string{"a box", "no box"}, "answer": 0}
	manager.do("POST", program+"/terms", fields{"text": "Be honest.", "language": "en", "translations": fields{"de": "Sei ehrlich."}}, http.StatusOK)
	manager.do("POST", program+"/cards", fields{"title": "How we talk", "text": "Kindly.", "must_read": true}, http.StatusCreated)
	manager.do("POST", program+"/cards", fields{"topic": "box", "title": "The box", "text": "It is a box.", "must_read": true}, http.StatusCreated)
	manager.do("POST", program+"/quiz", fields{"pass_mark": 1, "draw": 1, "item_s": 60, "items": []fields{item, item}}, http.StatusOK)
	manager.do("POST", program+"/practice", fields{"question": "My box blinks.", "guide": "It updates."}, http.StatusCreated)
	operator.do("POST", "/platform/quiz", fields{"pass_mark": 1, "items": []fields{item}}, http.StatusOK)
}

// comesIn takes somebody from the public page to probation.
func (b *browser) comesIn(program string) access.Caller {
	page, own := is[api.PublicProgram](b, program+"/public"), program+"/application"
	if !page.Asks.Quiz || !page.Asks.Terms || !page.Asks.Cards || !page.Asks.Practice || page.Onboarding.Minor != 4_00 || page.Full {
		b.T.Errorf("the public page asks %+v, pays %+v, is full: %v", page.Asks, page.Onboarding, page.Full)
	}
	x := b.another()
	x.signUp("ada@example.org", "Ada Archer")
	me := is[api.Me](x, "/me").ID
	x.do("POST", "/me/expert", fields{"handle": "ada", "languages": []string{"en"}}, http.StatusCreated)
	applied := decoded[api.OwnEnrolment](b.T, x.do("POST", own, fields{
		"motivation": "I know the box.", "owns": "Two boxes.", "uses": "daily", "country": "DE", "languages": []string{"de", "en"},
	}, http.StatusCreated))
	if terms := is[api.Terms](x, program+"/terms?country=DE&language=de"); terms.Text != "Sei ehrlich." || terms.Version != 1 {
		b.T.Errorf("the terms: %+v", terms)
	}
	x.post(own+"/terms", fields{"version": 1, "language": "de"})
	x.refused("POST", own+"/quiz/begin", nil, http.StatusConflict, "unmet")
	for _, card := range is[api.ListOf[api.OwnCard]](x, own+"/cards").Data {
		x.post(own+"/cards/"+card.ID.String()+"/read", nil)
	}
	x.do("POST", "/me/expert/quiz", fields{"version": 1, "answers": []int{0}}, http.StatusOK)
	if begun := decoded[api.Quiz](b.T, x.do("POST", own+"/quiz/begin", nil, http.StatusOK)); begun.Sitting == nil || begun.Sitting.Of != 1 {
		b.T.Errorf("the quiz: %+v", begun)
	}
	if done := decoded[api.Quiz](b.T, x.do("POST", own+"/quiz/answer", fields{"item": 0, "answer": 0}, http.StatusOK)); done.Last == nil || !done.Last.Passed {
		b.T.Errorf("the quiz: %+v", done)
	}
	task := is[api.ListOf[api.OwnPractice]](x, own+"/practice").Data[0].ID.String()
	x.do("POST", own+"/practice/"+task, fields{"text": "It updates; that takes ten minutes."}, http.StatusCreated)
	reviewer := b.acting(b.Reviewer)
	waiting := is[api.ListOf[api.PracticeToJudge]](reviewer, program+"/practice_answers").Data
	reviewer.post(program+"/practice_answers/"+waiting[0].ID.String()+"/judge", fields{"pass": true, "note": "Kind and complete."})
	o := is[api.Onboarding](x, own+"/onboarding")
	if o.PaidAt == nil || o.Pays.Minor != 4_00 || len(o.Steps) != 5 || slices.ContainsFunc(o.Steps, func(s api.OnboardingStep) bool { return s.State != "done" }) {
		b.T.Errorf("the onboarding: %+v", o)
	}
	b.acting(b.Manager).post("/enrolments/"+applied.ID.String()+"/approve", nil)
	return access.PersonCaller(me)
}

// answers has an expert answer somebody's question, which solves it, and gives the
// turn's id.
func (b *browser) answers(x access.Caller, who string) (turn string) {
	customer, expert := b.acting(b.Customer(who)), b.acting(x)
	asked := decoded[struct{ ID string }](b.T, customer.do("POST", "/questions", fields{"program": b.Program.ID, "title": "My box is dead", "body": "It went out last night."}, http.StatusCreated)).ID
	b.RunDue()
	offer := is[api.ListOf[api.Offer]](expert, "/offers").Data[0].ID.String()
	turn = decoded[api.Assignment](b.T, expert.do("POST", "/offers/"+offer+"/accept", nil, http.StatusCreated)).ID.String()
	expert.do("POST", "/assignments/"+turn+"/answer", fields{"text": "Hold the button for ten seconds."}, http.StatusNoContent)
	customer.post("/questions/"+asked+"/resolve", nil)
	b.RunDue()
	return turn
}

// earns has the first answer of an expert on probation reviewed, which pays it, and
// reads the month's statement of it.
func (b *browser) earns(x access.Caller) {
	b.answers(x, "Wes Whitlow")
	reviews := "/brands/" + b.Brand.String() + "/reviews"
	reviewer := b.acting(b.Reviewer)
	if listed := is[api.ListOf[api.Review]](reviewer, reviews).Data; len(listed) != 0 {
		b.T.Errorf("before they ask for one the reviewer has %d", len(listed))
	}
	given := decoded[api.NextReview](b.T, reviewer.do("POST", reviews+"/next", nil, http.StatusOK)).Review
	if given == nil || given.Work.Title != "My box is dead" || is[api.ListOf[api.Review]](reviewer, reviews).Data[0].ID != given.ID {
		b.T.Fatalf("to be reviewed: %+v", given)
	}
	scores := fields{"correct": 5, "complete": 4, "kind": 5, "safe": 5, "honest": 5}
	verdict := fields{"pass": true, "scores": scores, "note": "Say next time what the light does then."}
	b.acting(b.Manager).refused("POST", reviews+"/"+given.ID.String()+"/verdict", verdict, http.StatusConflict, "not_given")
	reviewer.post(reviews+"/"+given.ID.String()+"/verdict", verdict)
	own := b.acting(x)
	month := is[api.ListOf[api.StatementMonth]](own, "/me/statements").Data[0]
	statement := is[api.Statement](own, "/me/statements/"+month.Month+"/"+month.Currency)
	if statement.Closing.Available != 4_00+2_50 || statement.Closing.Pending != 0 || len(statement.Lines) == 0 {
		b.T.Errorf("the statement: %+v", statement)
	}
}

// wins has an expert's answer refused, and the appeal won.
func (b *browser) wins(x access.Caller) {
	turn := b.answers(x, "Dana Whitlow")
	expert, brand := b.acting(x), "/brands/"+b.Brand.String()
	b.acting(b.Manager).do("POST", brand+"/assignments/"+turn+"/refusal", fields{"reason": "no_answer", "evidence": "It says nothing."}, http.StatusCreated)
	refused := is[api.ListOf[api.OwnRefusal]](expert, "/me/refusals").Data[0].ID.String()
	expert.post("/me/refusals/"+refused+"/appeal", fields{"statement": "It does say what to do."})
	decision := brand + "/appeals/" + refused + "/decision"
	b.acting(b.Manager).refused("POST", decision, fields{"upheld": false, "reason": "I said so."}, http.StatusForbidden, "same_human")
	b.acting(b.Second).post(decision, fields{"upheld": true, "reason": "It does."})
}

// Somebody goes the whole way, from the public page over a first question that is
// reviewed and paid, and an appeal that is won, to leaving with a record of work
// that anybody can verify, and nobody can alter.
func TestTheWholeWay(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		program := "/programs/" + b.Program.ID.String()
		b.asks(program)
		x := b.comesIn(program)
		b.earns(x)
		enrolments := is[api.ListOf[api.Enrolment]](b.acting(b.Manager), program+"/enrolments").Data
		b.acting(b.Manager).post("/enrolments/"+enrolments[0].ID.String()+"/activate", nil)
		b.wins(x)
		b.Clock.Advance(time.Hour)
		own := b.acting(x)
		own.post(program+"/application/leave", nil)
		var available int64
		for _, in := range is[api.ListOf[api.Earnings]](own, "/me/earnings").Data {
			available += in.Available
		}
		if available != 4_00+2*2_50 {
			t.Errorf("after leaving %d are available, earned were 9.00", available)
		}
		signed := []byte(own.do("GET", "/me/expert/record", nil, http.StatusOK).Body)
		keys := b.Get(api.RecordKeysPath, "")
		public, err := workrecord.ParsePublished([]byte(keys.Body))
		if err != nil || keys.Status != http.StatusOK {
			t.Fatalf("the published keys: %d, %v", keys.Status, err)
		}
		anybody := b.another()
		verify := func(text string) api.VerifiedRecord {
			return decoded[api.VerifiedRecord](t, anybody.do("POST", "/work_records/verify", fields{"record": text}, http.StatusOK))
		}
		if found := verify(string(signed)); !found.Valid || found.Record == nil || found.Record.Name != "Ada Archer" || found.Record.Programs[0].Topics[0].Answered != 2 {
			t.Errorf("verified by the service: %+v", found)
		}
		record, err := workrecord.Verify(public, signed)
		if err != nil || record.Person.Name != "Ada Archer" || record.Programs[0].State != "left" || record.Programs[0].Topics[0].Paid != 2 {
			t.Fatalf("the record: %+v, %v", record, err)
		}
		for i := range signed {
			altered := slices.Clone(signed)
			altered[i] ^= 1
			if _, err := workrecord.Verify(public, altered); err == nil {
				t.Fatalf("with byte %d altered it verifies", i)
			}
			if found := (api.VerifiedRecord{}); i%97 == 5 && utf8.Valid(altered) {
				if found = verify(string(altered)); found.Valid || found.Record != nil {
					t.Fatalf("with byte %d altered the service verifies it: %+v", i, found)
				}
			}
		}
	})
}
