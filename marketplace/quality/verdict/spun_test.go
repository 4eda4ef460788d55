package verdict

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// honest are what people who know nothing of each other wrote to much the same
// question, so that they share what answers to one question share.
var honest = map[string][]string{
	"en": {
		`Hold the power button for ten seconds until the lamp goes out, then wait a full minute before you plug the box in again. The filter behind the left cover has to be dry when you do that, otherwise the pump reports a fault and stops after a short while.`,
		`This is nearly always the filter. Take off the cover on the left, pull the filter out and let it dry completely. After that switch the box off with the power button, keep it pressed until the lamp is dark, wait a minute and plug it in. If the pump still reports a fault, write here again.`,
		`I had the same with mine last winter. First unplug the box, then open the left side and look at the filter, because when it is wet the pump stops. Dry it over night. When you start it again you have to press the power button long, about ten seconds, until the lamp goes out.`,
		`Please check whether the filter is dry and sits right; you find it behind the left cover. If so, reset the box: press the power button for ten seconds, wait one minute, and plug it in again. A wet filter is what makes the pump stop after a while.`,
	},
	"de": {
		`Halte den Einschaltknopf zehn Sekunden gedrückt, bis die Lampe ausgeht, und warte dann eine volle Minute, bevor du das Gerät wieder einsteckst. Der Filter hinter der linken Abdeckung muss dabei trocken sein, sonst meldet die Pumpe einen Fehler und bleibt nach kurzer Zeit stehen.`,
		`Das liegt fast immer am Filter. Nimm die linke Abdeckung ab, zieh den Filter heraus und lass ihn ganz trocknen. Danach schaltest du das Gerät mit dem Knopf aus, hältst ihn gedrückt, bis die Lampe dunkel ist, wartest eine Minute und steckst es wieder ein.`,
		`Bei mir war es letzten Winter genauso. Zieh zuerst den Stecker, öffne dann die linke Seite und sieh dir den Filter an, denn wenn er nass ist, bleibt die Pumpe stehen. Über Nacht trocknen lassen. Beim Einschalten musst du den Knopf lange drücken, etwa zehn Sekunden, bis die Lampe ausgeht.`,
	},
	"ar": {
		`اضغط على زر التشغيل عشر ثوان حتى ينطفئ المصباح ثم انتظر دقيقة كاملة قبل أن تعيد توصيل الجهاز بالكهرباء. يجب أن يكون المرشح خلف الغطاء الأيسر جافا عندما تفعل ذلك وإلا أبلغت المضخة عن عطل وتوقفت بعد وقت قصير من تشغيلها.`,
		`السبب في الغالب هو المرشح. انزع الغطاء من الجهة اليسرى وأخرج المرشح واتركه حتى يجف تماما. بعد ذلك أطفئ الجهاز بالزر واستمر في الضغط حتى يظلم المصباح ثم انتظر دقيقة وصله من جديد. إن بقي عطل المضخة فاكتب لي هنا مرة أخرى.`,
		`حدث لي هذا في الشتاء الماضي. افصل الجهاز أولا ثم افتح الجانب الأيسر وانظر إلى المرشح لأن المضخة تتوقف إذا كان مبللا. دعه يجف ليلة كاملة. وعند التشغيل عليك أن تضغط الزر طويلا نحو عشر ثوان حتى ينطفئ المصباح.`,
	},
	"ja": {
		`電源ボタンを十秒間押し続けてランプが消えるのを待ち、一分後にもう一度差し込んでください。左のカバーの裏にあるフィルターが乾いていないと、ポンプがエラーを出してしばらくすると止まります。`,
		`ほとんどの場合はフィルターが原因です。左側のカバーを外してフィルターを取り出し、完全に乾かしてください。その後ボタンを長押しして電源を切り、ランプが消えたら一分待ってから電源を入れ直してください。`,
		`私も去年の冬に同じことがありました。まずコンセントを抜いて左側を開け、フィルターを見てください。濡れているとポンプが止まります。一晩乾かしてから、ボタンを十秒ほど長く押してください。`,
	},
}

// exchanged has every so manieth word of a text exchanged for another one.
func exchanged(text string, every, seed int) string {
	list := strings.Fields(text)
	for i := every - 1; i < len(list); i += every {
		list[i] = fmt.Sprint("other", seed, "of", i)
	}
	return strings.Join(list, " ")
}

const spunAdvice = `Press the power key for ten seconds until the light goes out, then wait a whole minute before you connect the device in again. The sieve behind the left lid has to be dry when you do this, otherwise the motor shows a fault and halts after a brief while.`

// Machines exchange words and leave the rest; two people who answer one question
// share much less.
func TestSpunIsToldFromHonest(t *testing.T) {
	share := func(a, b []uint64) float64 { return float64(common(places(a), b)) / float64(max(len(a), len(b))) }
	for language, texts := range honest {
		for i := range texts {
			for j := range i {
				if got := share(tokens(texts[i]), tokens(texts[j])); got > spunShare-.2 {
					t.Errorf("%s: the honest %d and %d share %v", language, i, j, got)
				}
			}
			if !strings.Contains(texts[i], " ") {
				continue
			}
			for every := 3; every <= 5; every++ {
				got := Spun([]Answer{{1, 1, texts[i], ""}, {2, 2, exchanged(texts[i], every, 0), ""}})
				if len(got) != 1 || got[0].Of != 0 || got[0].By != 1 || got[0].Share < spunShare {
					t.Errorf("%s: every %d. word of %d exchanged: %+v", language, every, i, got)
				}
			}
		}
		var list []Answer
		for i, text := range texts {
			list = append(list, Answer{i, i, text, ""})
		}
		if got := Spun(list); len(got) != 0 {
			t.Errorf("%s: of honest answers %+v", language, got)
		}
	}
}

func TestSpun(t *testing.T) {
	const box, bill = "The pump of my box stops every night", "Why does the invoice of March have two lines?"
	text := honest["en"][0]
	template := strings.Replace(text, "The filter behind the left cover", "The sieve below the right lid", 1)
	japanese := honest["ja"][0]
	spunJapanese := strings.NewReplacer("電源ボタン", "起動スイッチ", "十秒間", "暫く", "左のカバー", "横の蓋", "フィルター", "網", "ポンプ", "機械").Replace(japanese)
	for _, c := range []struct {
		name    string
		answers []Answer
		want    []Copy
	}{
		{"nothing", nil, nil},
		{"somebody else's", []Answer{{1, 1, text, box}, {2, 2, spunAdvice, box}}, []Copy{{Of: 0, By: 1}}},
		{"somebody else's to the same question", []Answer{{1, 1, text, box}, {2, 1, spunAdvice, box}}, nil},
		{"a copy", []Answer{{1, 1, text, box}, {2, 2, text, bill}}, nil},
		{"one's own to another question", []Answer{{1, 1, text, box}, {1, 2, spunAdvice, bill}}, []Copy{{Of: 0, By: 1}}},
		{"one's own to a like question", []Answer{{1, 1, text, box}, {1, 2, spunAdvice, box + " and day"}}, nil},
		{"one's own to a question without words", []Answer{{1, 1, text, box}, {1, 2, spunAdvice, "?"}}, nil},
		{"one's own again", []Answer{{1, 1, text, box}, {1, 2, text, bill}}, nil},
		{"one's own template", []Answer{{1, 1, text, box}, {1, 2, template, bill}}, nil},
		{"short", []Answer{{1, 1, "Please restart the box and wait.", box}, {2, 2, "Please restart the device and wait.", bill}}, nil},
		{"a little of much", []Answer{{1, 1, text, box}, {2, 2, spunAdvice + " " + honest["en"][2] + " " + honest["en"][1], bill}}, nil},
		{"without spaces", []Answer{{1, 1, japanese, box}, {2, 2, spunJapanese, bill}}, []Copy{{Of: 0, By: 1}}},
		{"of the nearer of two", []Answer{{1, 1, exchanged(text, 3, 1), box}, {2, 2, text, bill}, {3, 3, exchanged(text, 6, 2), box}}, []Copy{{Of: 0, By: 1}, {Of: 1, By: 2}}},
	} {
		got := Spun(c.answers)
		if len(got) != len(c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
			continue
		}
		for i := range got {
			if got[i].Of != c.want[i].Of || got[i].By != c.want[i].By || got[i].Share < spunShare || got[i].Share > 1 {
				t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
			}
		}
	}
}

func TestSpunIsBounded(t *testing.T) {
	long := strings.Repeat(honest["en"][0]+" "+honest["en"][1]+" ", 20)
	if n := len(sketchOf(tokens(long)[:mostSpun])); n > sketched {
		t.Errorf("%d traits are kept of a text", n)
	}
	with := map[uint64][]int{}
	sketch := sketchOf(tokens(long)[:mostSpun])
	for _, h := range sketch {
		for i := range remembered {
			with[h] = append(with[h], i)
		}
	}
	if n := len(alike(with, sketch)); n != compared {
		t.Errorf("a text is compared with %d", n)
	}
	var many []Answer
	for i := range remembered + 8 {
		many = append(many, Answer{i, i, exchanged(long, 6, i), ""})
	}
	if got := Spun(many); len(got) != len(many)-1 {
		t.Errorf("of %d that were made of one: %d", len(many), len(got))
	}
}

// The bits agree with the plain way of finding the longest common subsequence.
func TestCommon(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	text := func() []uint64 {
		list := make([]uint64, rnd.IntN(mostSpun+1))
		for i := range list {
			list[i] = rnd.Uint64N(12)
		}
		return list
	}
	for range 200 {
		a, b := text(), text()
		rows := make([][]int, len(a)+1)
		rows[0] = make([]int, len(b)+1)
		for i, x := range a {
			rows[i+1] = make([]int, len(b)+1)
			for j, y := range b {
				rows[i+1][j+1] = max(rows[i][j+1], rows[i+1][j])
				if x == y {
					rows[i+1][j+1] = rows[i][j] + 1
				}
			}
		}
		if got, want := common(places(a), b), rows[len(a)][len(b)]; got != want {
			t.Fatalf("%d of %d and %d words, want %d", got, len(a), len(b), want)
		}
	}
}
