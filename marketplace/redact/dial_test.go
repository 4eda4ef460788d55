package redact

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

var update = flag.Bool("update", false, "write plans.tsv")

// theirPlans is what plans.tsv should be, by the module's data.
func theirPlans(t *testing.T) string {
	t.Helper()
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	byCode := map[int32][]*phonenumbers.PhoneMetadata{}
	for _, m := range all.GetMetadata() {
		byCode[m.GetCountryCode()] = append(byCode[m.GetCountryCode()], m)
	}
	var b strings.Builder
	for _, code := range slices.Sorted(maps.Keys(byCode)) {
		order := phonenumbers.GetRegionCodesForCountryCode(int(code))
		of := byCode[code]
		slices.SortFunc(of, func(a, b *phonenumbers.PhoneMetadata) int {
			return cmp.Compare(slices.Index(order, a.GetId()), slices.Index(order, b.GetId()))
		})
		for _, m := range of {
			fmt.Fprintln(&b, strings.Join(theirPlan(m), "\t"))
		}
	}
	return b.String()
}

func theirPlan(m *phonenumbers.PhoneMetadata) []string {
	numbers := func(d *phonenumbers.PhoneNumberDesc) string {
		return theirLengths(d.GetPossibleLength()) + " " + d.GetNationalNumberPattern()
	}
	general := m.GetGeneralDesc()
	fields := []string{
		m.GetId(), fmt.Sprint(m.GetCountryCode()), m.GetInternationalPrefix(), m.GetNationalPrefixForParsing(), m.GetNationalPrefixTransformRule(),
		m.GetLeadingDigits(), theirLengths(general.GetPossibleLengthLocalOnly()), numbers(general),
	}
	for _, kind := range []*phonenumbers.PhoneNumberDesc{
		m.GetFixedLine(), m.GetMobile(), m.GetTollFree(), m.GetPremiumRate(), m.GetSharedCost(), m.GetVoip(), m.GetPersonalNumber(),
		m.GetPager(), m.GetUan(), m.GetVoicemail(),
	} {
		said := numbers(kind)
		if kind.GetNationalNumberPattern() != "" && !slices.Contains(kind.GetPossibleLength(), -1) && !slices.Contains(fields[planKinds:], said) {
			fields = append(fields, said)
		}
	}
	return fields
}

func theirLengths(list []int32) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(list), "[]"), " ", ",")
}

func TestThePlansAreTheModules(t *testing.T) {
	want := theirPlans(t)
	if *update {
		if err := os.WriteFile("plans.tsv", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if plansText != want {
		t.Error("plans.tsv is not what the module says: go test ./marketplace/redact -run ThePlans -update")
	}
}

// same fails the test where we read a number differently from the module.
func same(t *testing.T, text, region string) {
	t.Helper()
	theirs, err := phonenumbers.Parse(text, region)
	ours, ok := dial(text, region)
	if ok != (err == nil) {
		t.Errorf("dial %q in %s: %v, %v; the module: %v, %v", text, region, ours, ok, theirs, err)
		return
	}
	if !ok {
		return
	}
	got := fmt.Sprint(ours.e164(), " ", ours.possible(), " ", ours.valid(), " ", ours.validIn(region))
	want := fmt.Sprint(phonenumbers.Format(theirs, phonenumbers.E164), " ", phonenumbers.IsPossibleNumber(theirs), " ",
		phonenumbers.IsValidNumber(theirs), " ", phonenumbers.IsValidNumberForRegion(theirs, region))
	if got != want {
		t.Errorf("dial %q in %s: %s, want %s", text, region, got, want)
	}
}

// Every number of every region's examples is read as the module reads it, as it
// is written at home and abroad, and with anything in it exchanged.
func TestNumbersAreReadAsTheModuleReadsThem(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"", "0", "00", "+", "1", "9", " ", "-", "(0)", "/", "x", "x12", " ext. 4", ";ext=7", ";isub=3", ",,5#", "*", "a", "CALL", "٣", "７", "५", "＋", "\n", "tel:", ";phone-context=+49", ";phone-context=a.b", " / x1"}
	regions := append(slices.Sorted(maps.Keys(phonenumbers.GetSupportedRegions())), "ZZ", "", "001")
	for _, region := range regions {
		for kind := range phonenumbers.PhoneNumberType(11) {
			example := phonenumbers.GetExampleNumberForType(region, kind)
			if example == nil {
				continue
			}
			for _, format := range []phonenumbers.PhoneNumberFormat{phonenumbers.E164, phonenumbers.INTERNATIONAL, phonenumbers.NATIONAL, phonenumbers.RFC3966} {
				text := phonenumbers.Format(example, format)
				elsewhere := regions[random.IntN(len(regions))]
				for _, at := range []string{region, "ZZ", "US", elsewhere} {
					same(t, text, at)
				}
				for range 4 {
					changed := []rune(text)
					from := random.IntN(len(changed) + 1)
					to := min(len(changed), from+random.IntN(3))
					same(t, string(changed[:from])+pieces[random.IntN(len(pieces))]+string(changed[to:]), []string{region, elsewhere, "ZZ"}[random.IntN(3)])
				}
			}
		}
	}
}

func TestOddNumbersAreReadAsTheModuleReadsThem(t *testing.T) {
	for _, text := range []string{
		"", "1", "12", "123", "+", "++", "+1", "+49", "+0", "+999999", "12+34", "+800 1234 5678", "+883 5100 0000 000", "00 49 30 123456", "011 49 30 123456",
		"1-800-FLOWERS", "(0) 30 / 123456", "+39 06 1234 5678", "+39 000", "+49 (0) 30 123456", "0000000", "٠٣٠١٢٣٤٥٦", "०३०१२३४५६", "+५५५५५", "030 123456 x", "tel:030;phone-context=+49",
		";phone-context=+49", "tel:1;phone-context=", "+54 9 11 2345 6789", "0 11 15 2345 6789", "+52 1 55 1234 5678", "+7 8 800", "8 10 49 30 1", strings.Repeat("1", 18), strings.Repeat("1", 251),
		"+1 +49 30 123456", "+1 ext 5", "call 555 0100 now", "\xff555", "555\xff0100", "+49\x0030",
	} {
		for _, region := range []string{"DE", "US", "IT", "AR", "MX", "RU", "AU", "BR", "ZZ", ""} {
			same(t, text, region)
		}
	}
}
