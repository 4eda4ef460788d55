package invitation

import (
	"fmt"
	"time"

	"knowhow/marketplace/notify"
)

// letter is what an invited address is written, in the language. It quotes nothing
// but the names of the brand and the program.
func letter(language string, head letterhead, link string, until time.Time) (subject, text string) {
	day := until.UTC().Format(time.DateOnly)
	switch language {
	case "de":
		return notify.Subject("Einladung: Helfen Sie anderen Kundinnen und Kunden von %s", head.brand), fmt.Sprintf(`Sie kennen die Produkte von %s. Andere haben Fragen dazu, und gute Antworten werden bezahlt.

%s lädt Sie ein, sich für das Programm „%s“ zu bewerben. Was es verlangt und was es zahlt, steht hier, bevor Sie sich entscheiden:

%s

Der Link gilt für eine Bewerbung, bis zum %s. Wenn Sie nicht möchten, müssen Sie nichts tun; wir haben nur Ihre Adresse, und sie wird danach gelöscht.
`, head.brand, head.brand, head.program, link, day)
	case "ar":
		return notify.Subject("دعوة: ساعد عملاء %s", head.brand), fmt.Sprintf(`أنت تعرف منتجات %s، ولدى آخرين أسئلة عنها، والإجابات الجيدة مدفوعة الأجر.

تدعوك %s إلى التقدّم لبرنامج «%s». ستجد هنا ما يطلبه البرنامج وما يدفعه قبل أن تقرّر:

%s

يصلح الرابط لطلب واحد حتى %s. إن لم ترغب فلا حاجة إلى فعل شيء؛ ليس لدينا سوى عنوانك، وسيُحذف بعد ذلك.
`, head.brand, head.brand, head.program, link, day)
	}
	return notify.Subject("You are invited to help other customers of %s", head.brand), fmt.Sprintf(`You know the products of %s. Others have questions about them, and good answers are paid.

%s invites you to apply to its program "%s". What it asks and what it pays is here, before you decide:

%s

The link is good for one application, until %s. If you do not want to, there is nothing to do; we have your address only, and it is deleted then.
`, head.brand, head.brand, head.program, link, day)
}
