package language

import (
	"strings"
	"testing"
)

// spoken are sentences a customer might write, three per language, written for
// this test.
var spoken = map[Tag][]string{
	"en": {"The picture turns blurry after twenty minutes on every channel.", "How do I reset my password without the old phone?", "My order has not arrived and nobody answers the hotline."},
	"de": {"Das Bild wird nach zwanzig Minuten auf allen Sendern unscharf.", "Wie setze ich mein Passwort ohne das alte Telefon zurück?", "Meine Bestellung ist nicht angekommen und niemand geht ans Telefon."},
	"fr": {"L'image devient floue au bout de vingt minutes sur toutes les chaînes.", "Comment réinitialiser mon mot de passe sans l'ancien téléphone ?", "Ma commande n'est pas arrivée et personne ne répond."},
	"es": {"La imagen se vuelve borrosa después de veinte minutos en todos los canales.", "¿Cómo restablezco mi contraseña sin el teléfono antiguo?", "Mi pedido no ha llegado y nadie contesta al teléfono."},
	"it": {"L'immagine diventa sfocata dopo venti minuti su tutti i canali.", "Come posso reimpostare la password senza il vecchio telefono?", "Il mio ordine non è arrivato e nessuno risponde."},
	"pt": {"A imagem fica desfocada depois de vinte minutos em todos os canais.", "Como posso redefinir a minha senha sem o telefone antigo?", "A minha encomenda não chegou e ninguém atende o telefone."},
	"nl": {"Het beeld wordt na twintig minuten wazig op alle zenders.", "Hoe kan ik mijn wachtwoord wijzigen zonder de oude telefoon?", "Mijn bestelling is niet aangekomen en niemand neemt de telefoon op."},
	"sv": {"Bilden blir suddig efter tjugo minuter på alla kanaler.", "Hur återställer jag mitt lösenord utan den gamla telefonen?", "Min beställning har inte kommit fram och ingen svarar."},
	"fi": {"Kuva muuttuu epäselväksi kahdenkymmenen minuutin jälkeen kaikilla kanavilla.", "Miten vaihdan salasanan ilman vanhaa puhelinta?", "Tilaukseni ei ole saapunut eikä kukaan vastaa puhelimeen."},
	"pl": {"Po dwudziestu minutach obraz jest niewyraźny na wszystkich kanałach.", "Jak zresetować hasło bez starego telefonu?", "Moje zamówienie nie dotarło i nikt nie odbiera telefonu."},
	"hu": {"A kép húsz perc után minden csatornán elmosódik.", "Hogyan állíthatom vissza a jelszavamat a régi telefon nélkül?", "Nem érkezett meg a rendelésem, és senki sem veszi fel a telefont."},
	"tr": {"Görüntü yirmi dakika sonra bütün kanallarda bulanıklaşıyor.", "Eski telefonum olmadan şifremi nasıl sıfırlarım?", "Siparişim gelmedi ve kimse telefona cevap vermiyor."},
	"ru": {"Через двадцать минут изображение становится размытым на всех каналах.", "Как сбросить пароль без старого телефона?", "Мой заказ не пришёл, и никто не отвечает."},
	"uk": {"Через двадцять хвилин зображення стає розмитим на всіх каналах.", "Як скинути пароль без старого телефону?", "Моє замовлення не прийшло, і ніхто не відповідає."},
	"el": {"Η εικόνα θολώνει μετά από είκοσι λεπτά σε όλα τα κανάλια.", "Πώς αλλάζω τον κωδικό μου χωρίς το παλιό τηλέφωνο;", "Η παραγγελία μου δεν έφτασε και κανείς δεν απαντά."},
	"ar": {"الصورة تصبح غير واضحة بعد عشرين دقيقة على جميع القنوات", "كيف أعيد تعيين كلمة المرور بدون الهاتف القديم؟", "لم يصل طلبي ولا أحد يرد على الهاتف"},
	"fa": {"تصویر بعد از بیست دقیقه در همه کانال‌ها تار می‌شود", "چگونه رمز عبور خود را بدون تلفن قدیمی عوض کنم؟", "سفارش من نرسیده است و هیچ کس پاسخ نمی‌دهد"},
	"he": {"התמונה מיטשטשת אחרי עשרים דקות בכל הערוצים", "איך אפשר לאפס את הסיסמה בלי הטלפון הישן?", "ההזמנה שלי לא הגיעה ואף אחד לא עונה"},
	"ja": {"二十分後にすべてのチャンネルで画面がぼやけます。", "古い電話なしでパスワードをリセットするにはどうすればいいですか。", "注文した商品がまだ届いていません。"},
	"ko": {"이십 분 후에 모든 채널에서 화면이 흐려집니다.", "예전 전화기 없이 비밀번호를 어떻게 재설정하나요?", "주문한 물건이 아직 도착하지 않았습니다."},
	"zh": {"二十分钟后所有频道的画面都变得模糊。", "没有旧手机怎么重置密码？", "我的订单还没有到，没有人接电话。"},
	"vi": {"Hình ảnh bị mờ sau hai mươi phút trên tất cả các kênh.", "Làm thế nào để đặt lại mật khẩu khi không có điện thoại cũ?", "Đơn hàng của tôi chưa đến và không ai trả lời."},
}

func TestSpokenLanguages(t *testing.T) {
	sure, all := 0, 0
	for want, texts := range spoken {
		for _, text := range texts {
			got, p, isSure := Detect(text)
			if got != want {
				t.Errorf("%q is in %s (%.3f), want %s", text, got, p, want)
			}
			if all++; isSure {
				sure++
			}
		}
	}
	if sure*10 < all*9 {
		t.Errorf("sure of %d of %d plain sentences", sure, all)
	}
}

func TestCarriedModelKnowsItsLanguages(t *testing.T) {
	tags := Carried().Tags()
	if len(tags) != 42 {
		t.Errorf("%d languages: %v", len(tags), tags)
	}
	if len(file) > 3_000_000 {
		t.Errorf("the model takes %d bytes", len(file))
	}
}

func TestNothingToGoBy(t *testing.T) {
	for _, text := range []string{"", " ", "?!", "12 345,67", "🙂🙂", "[name 1] [phone 2]", "https://example.com/wie/geht/das", "www.beispiel.de/hilfe",
		"someone@example.com", "\xff\xfe\x80", "\U00010330\U00010331"} {
		if tag, p, sure := Detect(text); tag != "" || p != 0 || sure {
			t.Errorf("%q: %s %v %v", text, tag, p, sure)
		}
	}
}

func TestNotSure(t *testing.T) {
	for _, text := range []string{"HDMI?", "ok", "Samsung", "Router 7490", "xqzv wkjf pqzx",
		"Samsung Galaxy", "Madrid – Barcelona", "Bayern München", "Fire TV Stick", "Google Chrome", "Error 404", "Dana Whitlow", "kad debit saya hilang"} {
		if tag, p, sure := Detect(text); sure {
			t.Errorf("%q: sure of %s, %v", text, tag, p)
		}
	}
	if tag, _, sure := Detect("注文した商品がまだ届いていません"); tag != "ja" || !sure {
		t.Error("a sentence without spaces is taken for a single word")
	}
}

func TestMixedTextIsLessProbable(t *testing.T) {
	for _, other := range []Tag{"fr", "es", "pl", "tr"} {
		_, pure, _ := Detect(spoken["de"][0])
		if tag, p, _ := Detect(spoken["de"][0] + " " + spoken[other][0]); p >= pure || tag != "de" && tag != other {
			t.Errorf("German with %s: %s %v, German alone %v", other, tag, p, pure)
		}
	}
}

func TestWhatIsNoEvidenceChangesNothing(t *testing.T) {
	const plain, short = "Wie setze ich mein Passwort zurück", "Wo ist mein Paket"
	for text, like := range map[string]string{
		strings.ToUpper(plain): plain, "[name 1], " + plain + " ? 17 🙂": plain, plain + " https://example.com/the/whole/thing/about-this-and-that": plain,
		plain + " someone.of.the.others@example.com": plain, "(" + plain + ")": plain, plain + " www.example.com/what": plain,
		strings.ReplaceAll(plain, "Passwort", "Pass\u00adwort"): plain, strings.ToUpper(short): short, strings.ToUpper(short) + "?!": short,
	} {
		tag, p, sure := Detect(like)
		if gotTag, gotP, gotSure := Detect(text); gotTag != tag || gotP != p || gotSure != sure || !sure {
			t.Errorf("%q: %s %v %v, want %s %v %v", text, gotTag, gotP, gotSure, tag, p, sure)
		}
	}
}

func TestLongTextIsReadInPart(t *testing.T) {
	german := strings.Repeat("Das Bild wird nach zwanzig Minuten unscharf. ", 20)
	tag, p, sure := Detect(german)
	if gotTag, gotP, gotSure := Detect(german + strings.Repeat("the picture ", 100_000)); gotTag != tag || gotP != p || gotSure != sure {
		t.Errorf("%s %v %v, want %s %v %v", gotTag, gotP, gotSure, tag, p, sure)
	}
}

func FuzzDetect(f *testing.F) {
	for _, texts := range spoken {
		f.Add(texts[0])
	}
	for _, text := range []string{"", "\xff", strings.Repeat("ä", 400), strings.Repeat("𝒳", 300), strings.Repeat(":", 900), "[a 1", "[name 1]", "a@", "x\u00ad"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tag, p, sure := Detect(text)
		if !(p >= 0 && p <= 1) || tag == "" && (p != 0 || sure) || tag != "" && len(tag) != 2 {
			t.Errorf("%q: %q %v %v", text, tag, p, sure)
		}
		if again, q, alsoSure := Detect(text); again != tag || q != p || alsoSure != sure {
			t.Errorf("%q: %s %v, then %s %v", text, tag, p, again, q)
		}
	})
}

func TestDetectAllocatesNothing(t *testing.T) {
	Carried()
	if n := testing.AllocsPerRun(100, func() { Detect(spoken["de"][0]) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDetect(b *testing.B) {
	for name, text := range map[string]string{"title": spoken["de"][0], "long": strings.Repeat(spoken["de"][0], 100), "arabic": spoken["ar"][0]} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Detect(text)
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for b.Loop() {
		if _, err := Decode(file); err != nil {
			b.Fatal(err)
		}
	}
}
