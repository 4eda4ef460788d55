package mood

import (
	"math"
	"reflect"
	"slices"
	"testing"
)

func TestCues(t *testing.T) {
	for _, test := range []struct {
		language, text string
		want           []Cue
	}{
		{"en", "How do I change the ringtone?", nil},
		{"en", "This is URGENT, my flight leaves at 18:30", []Cue{Clock, Deadline, Urgent}},
		{"en-GB", "You charged me 3 times. I want my money back!", []Cue{Charge, Money, Refund}},
		{"en", "For the third time: I am locked out!!", []Cue{Blocked, Exclaiming, Repeated}},
		{"en", "THIS DOES NOT WORK, PLEASE HELP", []Cue{Capitals}},
		{"en", "Thanks, great help", []Cue{Pleased}},
		{"en", "I am not really happy", []Cue{Angry}},
		{"en", "The charger caught fire and my lawyer will call you", []Cue{Legal, Safety}},
		{"de", "Zum dritten Mal: bitte DRINGEND die Rückerstattung!", []Cue{Refund, Repeated, Urgent}},
		{"de", "Ich bin nicht zufrieden", []Cue{Angry}},
		{"fr", "C'est inacceptable, je veux un remboursement tout de suite", []Cue{Angry, Refund, Urgent}},
		{"es", "Me robaron la tarjeta, es urgente", []Cue{Money, Urgent}},
		{"pt", "Quero cancelar o contrato hoje", []Cue{Cancel, Deadline}},
		{"it", "Grazie, perfetto", []Cue{Pleased}},
		{"nl", "Ik wacht nog steeds, geef mijn geld terug", []Cue{Money, Refund, Repeated}},
		{"tr", "Acil! Hesabıma giremiyorum", []Cue{Blocked, Urgent}},
		{"pl", "Pilne: skradziono kartę", []Cue{Money, Urgent}},
		{"ar", "عاجل: أريد حذف بياناتي", []Cue{Personal, Urgent}},
		{"zh", "我的钱被盗,请马上退款", []Cue{Money, Refund, Urgent}},
		{"xx", "urgent lawyer!!", []Cue{Exclaiming}},
		{"", "at 25:70 or 1:234", nil},
	} {
		if got := Read(test.text, test.language).Cues; !slices.Equal(got, test.want) {
			t.Errorf("%s: %q has %v, want %v", test.language, test.text, got, test.want)
		}
	}
}

func TestValuesFollowCues(t *testing.T) {
	plain, upset, pleased := Read("where is the button", "en"), Read("terrible, still no reply", "en"), Read("thanks!", "en")
	if plain.Urgency != 0 || plain.Sentiment != 0.5 || plain.Resolvable != 1 {
		t.Errorf("without a cue: %+v", plain)
	}
	if !(upset.Sentiment < plain.Sentiment && plain.Sentiment < pleased.Sentiment && upset.Urgency > 0) {
		t.Errorf("upset %+v, pleased %+v", upset, pleased)
	}
	if a, b := Read("refund me", "en"), Read("refund me or I go to court", "en"); !(b.Resolvable < a.Resolvable && a.Resolvable < 0.5) {
		t.Errorf("refund %v, with a threat %v", a.Resolvable, b.Resolvable)
	}
}

func TestEveryLanguageHasEveryKind(t *testing.T) {
	if len(Languages()) < 10 {
		t.Errorf("only %v", Languages())
	}
	for _, language := range Languages() {
		for cue := range kinds {
			sign := slices.Contains([]Cue{Capitals, Exclaiming, Clock}, cue)
			if phrases := books()[language][cue]; (len(phrases) == 0) != sign {
				t.Errorf("%s: %d phrases that are %s", language, len(phrases), cue)
			}
		}
	}
}

func TestBadListsAreRefused(t *testing.T) {
	for _, text := range []string{"urgent\n", "unheard: of\n", "urgent: a\nurgent: b\n", "urgent: a | !\n"} {
		if _, err := parse(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"", "URGENT!!", "12:", ":30", "1:23\xff", "退款", "not \u0301 happy"} {
		f.Add(seed, "en")
	}
	f.Fuzz(func(t *testing.T, text, language string) {
		r := Read(text, language)
		for _, x := range []float64{r.Urgency, r.Sentiment, r.Resolvable} {
			if !(x >= 0 && x <= 1) || math.IsNaN(x) {
				t.Errorf("%q: %+v", text, r)
			}
		}
		if again := Read(text, language); !reflect.DeepEqual(r, again) {
			t.Errorf("%q: %+v, then %+v", text, r, again)
		}
	})
}
