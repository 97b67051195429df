package frameworks_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"holdfast/policies"
	"holdfast/policies/frameworks"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/finding"
)

// planned are rules that groups name before they are written.
var planned = strings.Fields(`
	account.closing account.deletion_alerted account.expected_gap_expired account.job_stuck account.jobs_failing
	account.restore_testing account.root_contained account.scan_cadence account.trail account.waiver_expired account.waiver_unmatched
	backup.available backup.forgotten backup.last_way_back
	organization.backup_guard organization.backup_policy_covers organization.guard_editors organization.policy_errors
	organization.unreachable_accounts
	plan_rule.continuous_ignored plan_rule.copy_within_lock plan_rule.covers_something plan_rule.window_fits
	principal.break_glass_contained principal.can_restore principal.can_still_create principal.delete_denied
	principal.guard_tampering_denied principal.stop_backups_denied
	region.advanced_backup
	selection.dead_resources selection.role_can_back_up selection.skips_protected selection.union_trap
	table.accessible table.classified table.cold_after table.deleted_early table.expired_backups table.isolated_copy table.key_usable
	table.no_missed_backups table.offsite_copy table.pitr_fresh table.pitr_history table.recovery_point_lifecycle
	table.restore_tested table.restored_unprotected table.rto_met table.test_leftover
	vault.customer_key vault.key_usable vault.lock_bounds vault.lock_compliance_mode vault.lock_grace_period vault.not_shared
	vault.notifications vault.policy_denies_delete`)

// theMap is which group is evidence for which control. A question mark is
// evidence that only supports it.
const theMap = `
point_in_time | CP-9 CP-10 CP-10(2)? | 12.10.1? | A.8.13 A.5.30? | A1.2 | S(A) | 12(1)(a) 12(6)?
plans | CP-9 | 12.10.1? | A.8.13 | A1.2 | S(A) | 12(1)(a)
outcomes | CP-9 CA-7 SI-4(5)? | | A.8.13 A.8.16? | A1.2 CC7.2? | S(A) | 12(1)(a)
retention | CP-9 SI-12 | 3.2.1 10.5.1 | A.8.13 A.5.33 | A1.2 C1.1? | S(A)? | 12(1)?
deletions | CP-9 AC-6? SI-4? | 10.3.2? | A.8.13 A.5.33 | A1.2 CC7.2 | 312(c)(1) | 9(3)(b) 9(3)(c) 10(1)
leftovers | SI-12 SI-12(3) | 3.2.1 | A.8.10 A.5.33 | C1.2 | 310(d)(2)(i)? |
copies | CP-6 CP-6(1) CP-9(3) CP-9(5) | | A.8.13 A.8.14? | A1.2 | S(A) S(B) | 12(2) 12(3)? 12(4)?
restore_tests | CP-4 CP-9(1) CP-9(2) CP-10 | 12.10.2? | A.8.13 A.5.30 | A1.3 CC7.5? | S(D) S(B)? | 11(6) 12(2) 12(6) 12(7)?
table.rto_met | CP-10(4) | | | | |
deletion_protection | CM-6? | | A.8.13? A.8.9? | A1.2 CC6.1? | 312(c)(1) | 9(3)(c) 9(3)(d)
restored | CP-9 CP-10 | 3.2.1 6.5.5? | A.8.13 A.8.33? | A1.2 | S(A) | 12(1)(a) 12(2)
keys | SC-12 SC-12(1) CP-9(8) SC-28(1) | 3.6.1? 3.7? | A.8.24 A.8.13 | CC6.1 A1.2 | 312(a)(2)(iv) S(A)? | 9(4)(d)
locks | CP-9 AC-3 AC-6 SI-12 | 10.3.2? | A.8.13 A.5.33 A.8.3 | A1.2 CC6.1 | 312(c)(1) S(A) | 9(3)(b) 9(3)(c) 12(2)
rights | AC-3 AC-5 AC-6 AC-6(1) AC-6(5) CM-5 CP-9 | 7.2.1 7.2.2 7.2.5 7.3.3? | A.5.3 A.5.15 A.5.18 A.8.2 A.8.3 | CC6.1 CC6.3 | 308(a)(4) 312(a)(1) 312(c)(1) | 9(4)(c)
operators | CP-9 CP-10 | 12.10.1? | A.8.13 A.5.30 | A1.2 CC7.5? | S(B) | 12(1)(b) 12(2)
watchers | SI-4(5) AU-6 AU-12 CA-7 | 10.2.1.2 12.10.5 | A.8.15 A.8.16 | CC7.2 | 312(b) 308(a)(1)(ii)(D) | 10(1)
account.trail | | 10.5.1 | | | |
sharing | AC-3 AC-6 | 7.2.1 | A.8.3 | CC6.1 | 312(a)(1) | 9(4)(c)
reach | CM-8? CA-7? | 12.5.2? | A.5.9 | CC4.1? | 308(a)(8)? | 8(4)?
cost | | | | | |`

// columns of theMap.
var columns = []string{"nist-800-53-r5", "pci-dss-4.0.1", "iso-27001-2022", "soc-2", "hipaa", "dora"}

// notTestable has to be named, whatever rules there are.
var notTestable = map[string]string{
	"nist-800-53-r5": "CP-1 CP-2 CP-3", "iso-27001-2022": "A.5.29", "dora": "11 12(1)", "pci-dss-4.0.1": "3.5.1",
	"hipaa": "164.308(a)(7)(ii)(C) 164.308(a)(7)(ii)(E)", "soc-2": "Management review",
}

func all(t *testing.T) map[string]frameworks.Framework {
	t.Helper()
	list, err := frameworks.All()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]frameworks.Framework{}
	for _, f := range list {
		found[f.ID] = f
	}
	return found
}

func groups(t *testing.T) map[string][]string {
	t.Helper()
	found, err := frameworks.Groups()
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestFilesSayWhatTheMapSays holds rules and supporting of each control against
// the map, in both directions.
func TestFilesSayWhatTheMapSays(t *testing.T) {
	type place struct{ framework, control, rule string }
	want := map[place]bool{} // true: evidence, false: supporting
	groups := groups(t)
	for _, row := range strings.Split(strings.TrimSpace(theMap), "\n") {
		cells := strings.Split(row, "|")
		name := strings.TrimSpace(cells[0])
		members := groups[name]
		if strings.Contains(name, ".") {
			members = []string{name}
		}
		if len(members) == 0 {
			t.Fatalf("there is no group %q", name)
		}
		for i, framework := range columns {
			for _, control := range strings.Fields(cells[i+1]) {
				control, supporting := strings.CutSuffix(control, "?")
				if framework == "hipaa" {
					control = "164." + strings.Replace(control, "S(", "308(a)(7)(ii)(", 1)
				}
				for _, rule := range members {
					p := place{framework, control, rule}
					want[p] = want[p] || !supporting
				}
			}
		}
	}
	for id, f := range all(t) {
		if !slices.Contains(columns, id) {
			continue
		}
		for _, c := range f.Controls {
			for i, list := range [][]string{c.Supporting, c.Rules} {
				for _, rule := range list {
					p := place{id, c.ID, rule}
					if evidence, known := want[p]; !known || evidence != (i == 1) {
						t.Errorf("%s: control %s: %s: evidence for the control itself is %t; in the map: %t, %t", id, c.ID, rule, i == 1, known, evidence)
					}
					delete(want, p)
				}
			}
		}
	}
	for p := range want {
		t.Errorf("%s: control %s does not name %s", p.framework, p.control, p.rule)
	}
}

func TestWhatCannotBeTestedIsNamed(t *testing.T) {
	known := all(t)
	for id, controls := range notTestable {
		for _, control := range strings.Fields(strings.ReplaceAll(controls, "Management review", "Management_review")) {
			control = strings.ReplaceAll(control, "_", " ")
			i := slices.IndexFunc(known[id].Controls, func(c frameworks.Control) bool { return c.ID == control })
			if i < 0 || known[id].Controls[i].NotTestable == "" {
				t.Errorf("%s: control %s is not named as not testable", id, control)
			}
		}
	}
}

func TestEveryRuleIsInAGroup(t *testing.T) {
	policy, err := evaluate.Load(evaluate.Tree{FS: policies.FS})
	if err != nil {
		t.Fatal(err)
	}
	var written, grouped []string
	for _, rule := range policy.Rules() {
		written = append(written, rule.ID)
	}
	groups := groups(t)
	for name, rules := range groups {
		if !slices.IsSorted(rules) || len(slices.Compact(slices.Clone(rules))) != len(rules) {
			t.Errorf("group %s is not sorted, or names a rule twice", name)
		}
		for _, id := range rules {
			grouped = append(grouped, id)
			if !slices.Contains(written, id) && !slices.Contains(planned, id) {
				t.Errorf("group %s names %s, which is no rule", name, id)
			}
			if name != "cost" && slices.Contains(groups["cost"], id) {
				t.Errorf("%s is about cost and evidence of %s", id, name)
			}
		}
	}
	for _, id := range slices.Concat(written, planned) {
		if !slices.Contains(grouped, id) {
			t.Errorf("rule %s is in no group of policies/frameworks/groups.yaml", id)
		}
	}
}

func TestFrameworksAreWhole(t *testing.T) {
	known := all(t)
	names, err := fs.Glob(os.DirFS("."), "*.yaml")
	if err != nil || len(known) != len(names)-1 || len(known) != len(columns)+2 {
		t.Errorf("%d frameworks in %v (%v)", len(known), names, err)
	}
	for id, f := range known {
		if !slices.Contains(names, id+".yaml") {
			t.Errorf("framework %q is not in the file of its name", id)
		}
		if f.Name == "" || f.Edition == "" || !strings.HasPrefix(f.Link, "https://") {
			t.Errorf("%s: name, edition or link is missing", id)
		}
		var ids []string
		for _, c := range f.Controls {
			if c.ID == "" || c.Title == "" || slices.Contains(ids, c.ID) {
				t.Errorf("%s: control %q has no id or title, or is there twice", id, c.ID)
			}
			ids = append(ids, c.ID)
			if len(c.Rules)+len(c.Supporting) == 0 && c.NotTested == "" && c.NotTestable == "" {
				t.Errorf("%s: control %s has no rules; say why, in not_tested or not_testable", id, c.ID)
			}
			if len(c.Rules) > 0 && c.NotTestable != "" {
				t.Errorf("%s: control %s cannot be proved and has rules that prove it; make them supporting", id, c.ID)
			}
		}
	}
	if got := len(known["aws-backup-audit-manager"].Controls); got != 11 {
		t.Errorf("AWS Backup Audit Manager has eleven controls, here are %d", got)
	}
}

func TestLookupNamesTheChoice(t *testing.T) {
	if f, err := frameworks.Lookup("dora"); err != nil || f.ID != "dora" {
		t.Errorf("got %v, %v", f.ID, err)
	}
	if _, err := frameworks.Lookup("sox"); err == nil || !strings.Contains(err.Error(), "soc-2") {
		t.Errorf("got %v", err)
	}
}

// A failure fails its control, and neither what is unknown nor what is waived
// reads as a pass; evidence that only supports decides nothing beside the other.
func TestView(t *testing.T) {
	f := frameworks.Framework{Controls: []frameworks.Control{
		{ID: "both", Rules: []string{"a.x", "a.y"}, Supporting: []string{"a.bad"}},
		{ID: "supported", Supporting: []string{"a.x"}, NotTestable: "written policy"},
		{ID: "absent", Rules: []string{"a.other"}},
		{ID: "never", NotTestable: "training"},
		{ID: "silent", Rules: []string{"a.silent"}},
	}}
	rules := []finding.Rule{{ID: "a.x"}, {ID: "a.y"}, {ID: "a.bad"}, {ID: "a.silent"}}
	for _, test := range []struct {
		found []string
		want  finding.Status
	}{
		{[]string{"a.x pass", "a.y pass", "a.bad fail"}, finding.Pass},
		{[]string{"a.x pass", "a.y not_applicable"}, finding.Pass},
		{[]string{"a.x pass", "a.y waived"}, finding.Waived},
		{[]string{"a.x unknown", "a.y waived"}, finding.Unknown},
		{[]string{"a.x unknown", "a.x pass", "a.y fail"}, finding.Fail},
		{[]string{"a.x not_applicable"}, finding.NotApplicable},
		{nil, ""},
	} {
		tally := frameworks.Tally{}
		for _, one := range test.found {
			rule, status, _ := strings.Cut(one, " ")
			tally.Add(&finding.Finding{Rule: rule, Status: finding.Status(status)})
		}
		view := f.View(rules, tally)
		var coverage []frameworks.Coverage
		for _, r := range view {
			coverage = append(coverage, r.Coverage)
		}
		if want := []frameworks.Coverage{frameworks.Tested, frameworks.Partly, frameworks.NotTested, frameworks.NotTestable, frameworks.Tested}; !slices.Equal(coverage, want) {
			t.Errorf("coverage is %v, want %v", coverage, want)
		}
		if view[0].Status != test.want {
			t.Errorf("%v: control is %q, want %q", test.found, view[0].Status, test.want)
		}
		if view[2].Why == "" || view[3].Why != "training" || view[3].Status != "" || view[4].Status != "" {
			t.Errorf("%v: got %+v", test.found, view)
		}
	}
}
