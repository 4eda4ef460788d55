package payouts_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// invariants are what is true of money whatever happens, each with the tests that
// fail where it is not. Those of sequences prove it after each step, by memory's
// prove or by Check; for each rule of Check another shows that it finds damage.
var invariants = []struct {
	what  string
	tests []string
}{
	{"entries add up to zero per posting and currency, and altogether", []string{"TestMoneyInMemory", "TestRandomEventsKeepTheInvariants", "ledger.TestCheckFindsDamage"}},
	{"a balance is the sum of its entries and the last balance after; versions have no gap", []string{"TestMoneyInMemory", "TestRandomEventsKeepTheInvariants", "ledger.TestCheckFindsDamage"}},
	{"constrained accounts are never below zero, with many at once", []string{"TestLastMoneyIsHeldOnce", "ledger.TestPostConcurrently", "ledger.TestTheLastMoneyOfManyRows", "ledger.TestTheDatabaseRefusesToo"}},
	{"a key posted again changes nothing, and with other content is an error", []string{"TestEveryVerbAgainIsNothing", "TestMoneyInMemory", "ledger.TestPost", "ledger.TestStripedReplay"}},
	{"holds, pending, fees and what is in transit are the open holds, rewards and intents", []string{"TestMoneyInMemory", "TestRandomEventsKeepTheInvariants", "TestCheckFindsDamage", "TestCheckFindsDamagedAdjustments"}},
	{"each hold ends once, and reward and fee are conserved", []string{"TestHoldEndsOnce", "TestRewardIsDecidedOnce", "TestRewardIsTakenBackOnce", "TestSetAsideOnce", "TestMoneyInMemory"}},
	{"a payout has at most one transfer, and what was transferred is what was sent", []string{"TestNothingIsPaidTwiceNorLost", "TestEachSafeguardIsNeeded", "TestSecondTransferPausesPayouts", "TestMoneyInMemory"}},
	{"our mirror is the provider's balance, and each of its lines is one posting, none twice", []string{"TestReconcilerRecordsWhatNobodyTold", "TestUnmatchedEntryPausesPayouts", "TestBooksThatDifferPausePayouts", "TestReconcilersAtTheSameTime", "TestMoneyInMemory"}},
	{"what we owe and have earned is what we have, are owed and have spent", []string{"TestMoneyInMemory"}},
	{"news lost, doubled and in any order come to the same", []string{"TestNothingIsPaidTwiceNorLost", "TestNoOrderMovesTwiceNorIsLost", "TestNoticesAreKeptOnce"}},
	{"news of an old payout changes no newer one", []string{"TestRefusedTransferGivesTheMoneyBack", "TestSecondTransferPausesPayouts", "TestCrashAtEachPoint"}},
	{"a statement's opening and lines are its closing, and statements are the ledger", []string{"TestStatementsAreTheLedger", "TestMoneyInMemory"}},
	{"a crash at any point and a restart come to the same", []string{"TestCrashAtEachPoint", "TestCrashAtEachPointOfAnOrder", "TestCreateRunGoesOnAfterACrash", "TestEveryVerbFailsHalfway", "TestEveryAdjustmentFailsHalfway", "TestProcessFailsHalfway"}},
}

// Each invariant has its proof: the tests that it names are there.
func TestEachInvariantHasItsProof(t *testing.T) {
	there := append(testsIn(t, ".", ""), testsIn(t, "ledger", "ledger.")...)
	if told := documented(t); len(told) != 13 || len(invariants) != len(told) {
		t.Fatalf("%d invariants, %d in docs/money.md", len(invariants), len(told))
	} else {
		for i, of := range invariants {
			if !strings.EqualFold(told[i], of.what+".") {
				t.Errorf("%d. %q, in docs/money.md %q", i+1, of.what, told[i])
			}
		}
	}
	for _, of := range invariants {
		for _, test := range of.tests {
			if !slices.Contains(there, test) {
				t.Errorf("%s: %s is not there any more", of.what, test)
			}
		}
	}
}

// documented is the numbered list of the chapter "Invariants".
func documented(t *testing.T) (list []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "money.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, chapter, _ := strings.Cut(string(text), "\n## Invariants\n")
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	for _, line := range strings.Split(chapter, "\n") {
		if said, ok := strings.CutPrefix(line, strconv.Itoa(len(list)+1)+". "); ok {
			list = append(list, said)
		}
	}
	return list
}

func testsIn(t *testing.T, dir, prefix string) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of tests, %v", len(files), err)
	}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && strings.HasPrefix(f.Name.Name, "Test") {
				names = append(names, prefix+f.Name.Name)
			}
		}
	}
	return names
}
