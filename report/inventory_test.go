package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"holdfast/report"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
	"holdfast/scanner/snapshot"
)

func inventoryOf(t testing.TB, subjects []facts.Subject, findings []finding.Finding) (*report.Inventory, []report.Resource) {
	t.Helper()
	in := inputOf(findings)
	in.Subjects = stream(subjects)
	var out bytes.Buffer
	inv, err := report.WriteInventory(&out, in)
	if err != nil {
		t.Fatal(err)
	}
	var resources []report.Resource
	for line := range strings.Lines(out.String()) {
		var r report.Resource
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		place, ok := inv.Place(r.ARN)
		resources = append(resources, r)
		if !ok || place.Line != len(resources) || place.Columns != len(line)-1 {
			t.Errorf("%s is at %+v, stands on line %d with %d columns", r.ARN, place, len(resources), len(line)-1)
		}
		if ink := len(strings.TrimSpace(strings.ReplaceAll(line, " ", ""))); ink < 100 {
			t.Errorf("line hashes reach beyond a line of %d characters: %s", ink, line)
		}
	}
	return inv, resources
}

func table(name string) facts.Subject {
	return facts.Subject{Kind: facts.KindTable, ARN: tableARN(prod, dublin, name), Account: prod, Region: dublin, Name: name}
}

func TestInventoryIsSortedAndWithoutDoubles(t *testing.T) {
	_, got := inventoryOf(t, []facts.Subject{table("b"), table("a"), table("b")}, sampleFindings())
	var arns []string
	for _, r := range got {
		arns = append(arns, r.ARN)
	}
	if !slices.IsSorted(arns) || len(slices.Compact(slices.Clone(arns))) != len(arns) {
		t.Errorf("lines are %q", arns)
	}
}

// Each finding has a line, be it about no resource, an account or a Region.
func TestEveryFindingHasALine(t *testing.T) {
	findings := sampleFindings()
	findings = append(findings,
		finding.Finding{Rule: "account.trail", Subject: "account", Account: prod, Region: snapshot.Global, Status: finding.Fail},
		finding.Finding{Rule: "region.opted_in", Subject: "region", Account: prod, Region: dublin, Status: finding.Unknown},
		finding.Finding{Rule: "region.opted_in", Subject: "region", ARN: "x", Account: prod, Region: dublin, Status: finding.Fail})
	inv, _ := inventoryOf(t, nil, findings)
	for _, arn := range []string{prod + "/global", prod + "/" + dublin, "x", nightly, tableARN(prod, dublin, "Orders")} {
		if _, ok := inv.Place(arn); !ok {
			t.Errorf("%s has no line", arn)
		}
	}
}

// What is left of a deleted table and the table that took its name may share an
// ARN: the line is the living table's, whatever comes first.
func TestTableWinsItsLine(t *testing.T) {
	left := table("Orders")
	left.Kind = facts.KindBackup
	for _, subjects := range [][]facts.Subject{{left, table("Orders")}, {table("Orders"), left}} {
		if _, got := inventoryOf(t, subjects, nil); len(got) != 1 || got[0].Type != facts.KindTable {
			t.Errorf("lines are %+v", got)
		}
	}
}

// An alert keeps its identity when other resources come and go, even those whose
// ARNs begin with the same hundred characters.
func TestFingerprintsDoNotDependOnNeighbours(t *testing.T) {
	long := strings.Repeat("shared-prefix-", 10)
	rapid.Check(t, func(rt *rapid.T) {
		suffixes := rapid.SliceOfNDistinct(rapid.IntRange(0, 999), 1, 12, rapid.ID[int]).Draw(rt, "tables")
		kept := rapid.IntRange(1, len(suffixes)).Draw(rt, "kept")
		var all []facts.Subject
		for _, n := range suffixes {
			all = append(all, table(fmt.Sprint(long, n)))
		}
		before, _ := inventoryOf(t, all, nil)
		after, _ := inventoryOf(t, all[:kept], nil)
		for _, s := range all[:kept] {
			a, _ := before.Place(s.ARN)
			b, _ := after.Place(s.ARN)
			if a.Hash != b.Hash || a.Hash == "" {
				rt.Fatalf("%s: %q became %q", s.ARN, a.Hash, b.Hash)
			}
		}
	})
}

// Nothing that changes from scan to scan is in the inventory.
func TestInventoryHoldsNothingVolatile(t *testing.T) {
	one, two := table("Orders"), table("Orders")
	age := 7
	two.Table = &facts.Table{AgeHours: &age, TableStatus: "UPDATING"}
	two.Gaps = []facts.Hidden{{Path: "pitr", Reason: "denied"}}
	_, first := inventoryOf(t, []facts.Subject{one}, nil)
	_, second := inventoryOf(t, []facts.Subject{two}, nil)
	if !slices.Equal(first, second) {
		t.Errorf("the line changed with the table's state:\n%+v\n%+v", first, second)
	}
}

func TestInventoryPassesOnBrokenSubjects(t *testing.T) {
	in := sampleInput()
	in.Subjects = broken([]facts.Subject{table("a")})
	if _, err := report.WriteInventory(&bytes.Buffer{}, in); err == nil {
		t.Error("subjects end in an error, WriteInventory has none")
	}
}
