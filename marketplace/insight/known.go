package insight

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
)

// held is what is kept of a person in one table. Columns end in ? where they are
// true or false, in {} where they are JSON; of one that ends in ! it is told only
// whether it says anything, as …ed: who read why more of their work is reviewed
// would know within a day what was seen. Who else acted is no column of theirs.
type held struct {
	section, table, whose, columns, also string
}

// holdings are what a person is told that is known of them. What is in no column
// here, and why, is in notTold.
var holdings = []held{
	{"memberships", "memberships", "person_id", "brand_id role created_at", ""},
	{"expert", "experts", "person_id", "handle country moved_at languages{} capacity available? active_count extra_time_pct created_at", ""},
	{"hours", "expert_schedules", "id", "zone hours{}", ""},
	{"enrolments", "enrolments", "person_id", "id program_id state resume_state origin motivation owns uses waiting? lot certified{} topics{} unlocked{} restricted{} watch! applied_at enrolled_at decided_at decision_code decision_note reapply_at trained_at", ""},
	{"terms_accepted", "terms_acceptances", "person_id", "program_id version language accepted_at", ""},
	{"cards_read", "card_reads", "person_id", "card_id program_id read_at", ""},
	{"quizzes", "quiz_attempts", "person_id", "program_id version attempt drawn{} answers{} score passed? taken_at", ""},
	{"platform_quiz", "platform_attempts", "person_id", "version attempt drawn{} answers{} score passed? taken_at", ""},
	{"practice", "practice_answers", "person_id", "task_id program_id attempt text submitted_at passed? note judged_at", ""},
	{"standings", "standings", "person_id", "program_id topic alpha beta evidence updated_at", ""},
	{"evidence", "evidence", "person_id", "question_id program_id answered_at resolved_at score", ""},
	{"measures", "measures", "person_id", "id program_id kind state reason evidence topics{} imposed_at statement appealed_at decide_by decision ended_at", ""},
	{"offers", "offers", "person_id", "id question_id attempt wave position state reward_minor currency items{} effort_s why{} offered_at expires_at settled_at", ""},
	{"turns", "assignments", "person_id", "id question_id attempt state reward_minor currency note end_reason accepted_at delivered_at earned_at release_at confirmed_at settled_at", ""},
	{"words", "messages", "person_id", "question_id position body at", " AND author = 'expert'"},
	{"refusals", "refusals", "person_id", "id assignment_id state reason evidence refused_at appeal_until statement appealed_at decide_by decision ended_at", ""},
	{"reviewing", "reviewers", "person_id", "program_id active? caught missed passed rejected known_at joined_at", ""},
	{"votes", "review_votes", "person_id", "id program_id state passed? scores{} note reward_minor currency asked_at ended_at", " AND state <> 'waiting'"},
	{"reviews_given", "review_turns", "person_id", "review_id given_at ended_at returned", ""},
	{"rewards", "rewards", "expert_id", "id program_id question_id kind currency amount_minor state earned_at release_at decided_at", " AND kind <> 'review'"},
	// Who judges is not told which question it was, nor whether its quality is known.
	{"rewards_for_reviews", "rewards", "expert_id", "id program_id kind currency amount_minor state earned_at release_at decided_at", " AND kind = 'review'"},
	{"payouts", "payouts", "expert_id", "id currency amount_minor state failure created_at ended_at", ""},
	{"bonuses", "bonuses", "expert_id", "id program_id currency amount_minor granted_at", ""},
	{"taken_back", "take_backs", "person_id", "id reward_id state began_at appeal_until statement appealed_at decide_by decision ended_at", ""},
	{"set_aside", "set_asides", "expert_id", "reward_id currency amount_minor set_at ended_at", ""},
	{"withholdings", "withholdings", "expert_id", "id currency amount_minor withheld_at", ""},
	{"payout_choices", "payout_choices", "expert_id", "currency schedule threshold_minor changed_at", ""},
	{"payout_facts", "payout_facts", "expert_id", "kind currency minor reason at", ""},
	{"bank_accounts", "payout_fingerprints", "expert_id", "provider fingerprint noted_at", ""},
	{"thanks", "thanks", "person_id", "id assignment_id amount_minor currency reason given_at", ""},
	{"room_posts", "room_posts", "person_id", "id program_id kind text posted_at hidden_at removed_at", ""},
	{"room_proposals", "room_proposals", "person_id", "id program_id title text state proposed_at", ""},
	{"room_candidacies", "election_candidates", "person_id", "election_id statement place elected?", ""},
	{"room_reports", "room_reports", "person_id", "post_id program_id reason reported_at", ""},
	{"room_choices", "room_choices", "person_id", "program_id erase?", ""},
	{"invitations_used", "invitation_uses", "person_id", "invitation_id used_at", ""},
	{"mail_choices", "mail_choices", "person_id", "kind wanted? changed_at", ""},
	{"mails", "mails", "person_id", "kind state created_at ended_at", ""},
	{"sessions", "sessions", "person_id", "user_agent created_at last_used_at expires_at ended_at end_reason", ""},
}

// judgements are what others' looks at the person's work came to, as they may read
// it: never who looked, nor what is not decided yet.
var judgements = []held{
	{"reviews", "reviews r JOIN assignments a ON a.id = r.assignment_id", "a.person_id", "r.assignment_id r.passed? r.scores{} r.note r.ended_at", " AND r.state = 'decided'"},
	{"taken_back_for", "money_acts m JOIN take_backs b ON b.id = m.id", "b.person_id", "m.id m.ground m.reason", ""},
	{"signals_settled", "signal_settlements x JOIN settled_people p ON p.program_id = x.program_id AND p.signal = x.signal AND p.round = x.round",
		"p.person_id", "x.program_id x.kind x.outcome x.settled_at", " AND x.outcome <> 'reopened'"},
	{"feedback", "feedback f JOIN assignments a ON a.id = f.assignment_id", "a.person_id", "f.assignment_id f.solved? f.csat f.reason f.changed_at", ""},
}

// notTold are the tables that name a person and are left out, each with its
// reason.
var notTold = map[string]string{
	"authenticators":  "a secret",
	"credentials":     "a secret",
	"recovery_codes":  "secrets",
	"resets":          "a secret",
	"macros":          "their own words, sealed: GET /me/macros opens them",
	"settled_people":  "signals_settled tells of it, but not who else it was about, nor the note, which speaks of them too",
	"roster_changes":  "that something changed, for the machinery",
	"proposal_votes":  "a secret vote is not told apart from others'",
	"election_voters": "a secret vote is not told apart from others'",
	"persons":         "is the account itself",
	"payout_accounts": "is the payment provider's: GET /me/payout_account",
}

// Known is everything that is known of the calling person, section by section: a
// list of rows each. Nobody else's data is in it. Error: expert.ErrNotAPerson.
func (s *Service) Known(ctx context.Context, caller access.Caller) (text []byte, err error) {
	if !caller.IsPerson(caller.Person) {
		return nil, expert.ErrNotAPerson
	}
	p, email, err := s.Access.Self(ctx, caller)
	if err != nil {
		return nil, err
	}
	account := map[string]any{"id": p.ID, "name": p.Name, "email": email, "language": p.Language, "created_at": p.CreatedAt}
	known := map[string]any{"as_of": s.Clock.Now(), "account": account}
	err = s.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		for _, list := range [][]held{holdings, judgements} {
			for _, h := range list {
				if known[h.section], err = h.rowsTx(ctx, tx, caller.Person); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(known, "", " ")
}

// rowsTx reads what a table has of the person.
func (h held) rowsTx(ctx context.Context, tx *gorm.DB, person access.PersonID) ([]map[string]any, error) {
	var selected []string
	columns := strings.Fields(h.columns)
	for i, c := range columns {
		if of, only := strings.CutSuffix(c, "!"); only {
			columns[i], selected = of+"ed?", append(selected, of+" <> '' AS "+of+"ed")
			continue
		}
		name := strings.TrimRight(c, "?{}")
		_, as, ok := strings.Cut(name, ".")
		if !ok {
			as = name
		}
		if strings.HasSuffix(c, "{}") || strings.HasSuffix(name, "id") {
			name = "CAST(" + name + " AS text)"
		}
		selected = append(selected, name+" AS "+as)
	}
	rows := []map[string]any{}
	err := tx.WithContext(ctx).Raw("SELECT "+strings.Join(selected, ", ")+" FROM "+h.table+" WHERE "+h.whose+" = ?"+h.also, person).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the %s of %s: %w", h.section, person, err)
	}
	for _, row := range rows {
		for _, c := range columns {
			tidy(row, c)
		}
	}
	return rows, nil
}

// tidy makes a value what it is in JSON, whatever the database calls it.
func tidy(row map[string]any, column string) {
	name := strings.TrimRight(column, "?{}")
	if _, after, ok := strings.Cut(name, "."); ok {
		name = after
	}
	switch v := row[name].(type) {
	case time.Time:
		row[name] = v.UTC()
	case int64:
		if strings.HasSuffix(column, "?") {
			row[name] = v != 0
		}
	case string:
		if strings.HasSuffix(column, "{}") && json.Valid([]byte(v)) {
			row[name] = json.RawMessage(v)
		}
	}
}
