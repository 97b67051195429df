package evaluate_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// handWritten are the rules of tables that byHand knows.
var handWritten = []string{
	"table.cold_storage", "table.daily_backup", "table.deletion_protection", "table.excluded_by_tag", "table.in_backup_plan",
	"table.pitr_enabled", "table.pitr_window", "table.recent_backup", "table.retention",
}

// byThose is an evaluation by the same rules.
func byThose() evaluate.Settings {
	return evaluate.Settings{Select: func(id string) bool { return slices.Contains(handWritten, id) }}
}

// byHand judges tables as handWritten do with their defaults, in plain Go: what
// speed is measured against. It knows the situations of bigAccount and no others;
// TestByHandFindsTheSame holds it against the rules.
type byHand struct {
	rules map[string]finding.Rule
	emit  func(*finding.Finding) error
}

func newByHand(p *evaluate.Policy, emit func(*finding.Finding) error) *byHand {
	h := &byHand{rules: map[string]finding.Rule{}, emit: emit}
	for _, r := range p.Rules() {
		h.rules[r.ID] = r
	}
	return h
}

func (h *byHand) table(s *facts.Subject) error {
	t := s.Table
	judged := t.TableStatus == "ACTIVE" && !t.RestoreTest
	byPlans := judged && *t.AgeHours >= 24
	var cold, daily, protected, tag, covered, on, window, recent, retention finding.Finding
	h.cold(&cold, t, byPlans)
	h.daily(&daily, t, byPlans)
	sides(&protected, judged, *t.DeletionProtectionEnabled, "deletion protection is off", "true", "false")
	sides(&tag, judged, !*t.TaggedRestoreTest, "carries the tag awsbackup-restore-test, so every backup plan skips it", `"no tag awsbackup-restore-test"`, `"awsbackup-restore-test"`)
	isCovered := slices.ContainsFunc(t.Protections, func(p facts.Protection) bool { return p.Covered == "yes" })
	sides(&covered, byPlans, isCovered, "is in no backup plan", `"at least one selection that covers it"`, `"none"`)
	enabled := t.PITR.PointInTimeRecoveryStatus == "ENABLED"
	sides(&on, judged, enabled, "point-in-time recovery is DISABLED", `"ENABLED"`, `"DISABLED"`)
	remedy(&on, "dynamodb.enable_pitr", `{"RecoveryPeriodInDays":35}`)
	if enabled {
		days := *t.PITR.RecoveryPeriodInDays
		sides(&window, judged, days >= 35, fmt.Sprintf("point-in-time recovery reaches back %d < 35 days", days), `"35 days"`, fmt.Sprintf(`"%d days"`, days))
	} else {
		window.Status = finding.NotApplicable
	}
	h.recent(&recent, t, judged)
	h.retention(&retention, t, byPlans)
	shared := map[string]finding.Evidence{}
	for _, one := range []struct {
		rule string
		f    *finding.Finding
	}{
		{"table.cold_storage", &cold}, {"table.daily_backup", &daily}, {"table.deletion_protection", &protected},
		{"table.excluded_by_tag", &tag}, {"table.in_backup_plan", &covered}, {"table.pitr_enabled", &on},
		{"table.pitr_window", &window}, {"table.recent_backup", &recent}, {"table.retention", &retention},
	} {
		if err := h.write(s, one.rule, one.f, shared); err != nil {
			return err
		}
	}
	return nil
}

func sides(f *finding.Finding, applies, ok bool, message, expected, actual string) {
	switch {
	case !applies:
		f.Status = finding.NotApplicable
	case ok:
		f.Status = finding.Pass
	default:
		f.Status, f.Message, f.Expected, f.Actual = finding.Fail, message, json.RawMessage(expected), json.RawMessage(actual)
	}
}

func remedy(f *finding.Finding, action, parameters string) {
	if f.Status == finding.Fail {
		f.Remediation = &finding.Remediation{Action: action, Parameters: json.RawMessage(parameters)}
	}
}

func kept(t *facts.Table) int {
	longest, bare := 0, -1
	for _, step := range t.Coverage.RetentionSteps {
		if step.ToDays != nil {
			longest = max(longest, *step.ToDays)
		}
		if step.LongestGapMinutes == nil && (bare < 0 || step.FromDays < bare) {
			bare = step.FromDays
		}
	}
	if bare >= 0 {
		return min(longest, bare)
	}
	return longest
}

func (h *byHand) cold(f *finding.Finding, t *facts.Table, applies bool) {
	after := *t.Coverage.ColdAfterDays
	sides(f, applies && *t.AdvancedBackup && kept(t) >= 31+90, after <= 31,
		fmt.Sprintf("moves backups to cold storage after %d > 31 days", after), `"31 days"`, fmt.Sprintf(`"%d days"`, after))
}

func (h *byHand) daily(f *finding.Finding, t *facts.Table, applies bool) {
	gap := *t.Coverage.LongestGapMinutes
	sides(f, applies, gap <= 24*60, fmt.Sprintf("goes up to %d h > 24 h without a scheduled backup", gap/60), `"24 h"`, fmt.Sprintf(`"%d h"`, gap/60))
	if f.Status == finding.Fail {
		f.Cause = t.Coverage.Cause
	}
}

func (h *byHand) recent(f *finding.Finding, t *facts.Table, judged bool) {
	first := t.Coverage.StartWindowMinutes/60 + 4
	limit := min(36, (*t.Coverage.LongestGapMinutes+t.Coverage.StartWindowMinutes)/60+4)
	newest := *t.Recovery.NewestPointAgeHours
	sides(f, judged && *t.Coverage.FirstDueAgeHours > first, newest <= limit,
		fmt.Sprintf("newest backup is %d > %d h old", newest, limit), fmt.Sprintf(`"%d h"`, limit), fmt.Sprintf(`"%d h"`, newest))
}

func (h *byHand) retention(f *finding.Finding, t *facts.Table, applies bool) {
	days, gap := kept(t), *t.Coverage.RetentionSteps[0].LongestGapMinutes
	var messages []string
	if days < 366 {
		messages = append(messages, fmt.Sprintf("keeps backups %d < 366 days", days))
	}
	if gap > 24*60 {
		messages = append(messages, fmt.Sprintf("keeps backups %d h > 24 h apart between 0 and 366 days of age", gap/60))
	}
	sides(f, applies, len(messages) == 0, "", "", "")
	if f.Status != finding.Fail {
		return
	}
	slices.Sort(messages)
	f.Message, f.Cause = messages[0], t.Coverage.RetentionCause
	if len(messages) == 2 {
		f.Message += "; " + messages[1]
	}
}

func (h *byHand) write(s *facts.Subject, id string, f *finding.Finding, shared map[string]finding.Evidence) error {
	r := h.rules[id]
	f.Rule, f.Subject, f.ARN, f.Account, f.Region, f.Name, f.Severity = id, s.Kind, s.ARN, s.Account, s.Region, s.Name, r.Severity
	for _, path := range r.Evidence {
		e, known := shared[path]
		if !known {
			e = evidenceByHand(s, path)
			shared[path] = e
		}
		f.Evidence = append(f.Evidence, e)
	}
	copied := *f
	return h.emit(&copied)
}

func evidenceByHand(s *facts.Subject, path string) finding.Evidence {
	t := s.Table
	var value any
	calls := s.Sources[0].Calls
	switch path {
	case "pitr.PointInTimeRecoveryStatus":
		value, calls = t.PITR.PointInTimeRecoveryStatus, s.Sources[1].Calls
	case "pitr.RecoveryPeriodInDays":
		calls = s.Sources[1].Calls
		if t.PITR.RecoveryPeriodInDays != nil {
			value = t.PITR.RecoveryPeriodInDays
		}
	case "protections":
		value = t.Protections
	case "DeletionProtectionEnabled":
		value = t.DeletionProtectionEnabled
	case "tagged_restore_test":
		value = t.TaggedRestoreTest
	case "advanced_backup":
		value = t.AdvancedBackup
	case "coverage.cold_after_days":
		value = t.Coverage.ColdAfterDays
	case "coverage.retention_steps":
		value = t.Coverage.RetentionSteps
	case "coverage.retention_cause":
		value = t.Coverage.RetentionCause
	case "coverage.longest_gap_minutes":
		value = t.Coverage.LongestGapMinutes
	case "coverage.cause":
		value = t.Coverage.Cause
	case "coverage.warnings":
		value = t.Coverage.Warnings
	case "coverage.first_due_age_hours":
		value = t.Coverage.FirstDueAgeHours
	case "coverage.start_window_minutes":
		value = t.Coverage.StartWindowMinutes
	case "recovery":
		value = t.Recovery
	case "recovery.newest_point_age_hours":
		value = t.Recovery.NewestPointAgeHours
	case "recovery.newest_point_at":
		value = t.Recovery.NewestPointAt
	}
	e := finding.Evidence{Path: path, Calls: calls}
	if value != nil {
		e.Value, _ = json.Marshal(value)
	}
	return e
}

func TestByHandFindsTheSame(t *testing.T) {
	policy, subjects := shipped(t), bigAccount(400)
	found := byKey(t, policy, byThose(), subjects)
	n := 0
	hand := newByHand(policy, func(f *finding.Finding) error {
		n++
		want := found[f.Rule+" "+f.ARN]
		if want == nil || f.Status != want.Status || f.Message != want.Message || f.Cause != want.Cause || f.Severity != want.Severity {
			t.Errorf("by hand\n%+v\nby rule\n%+v", f, want)
		}
		return nil
	})
	tables := 0
	for _, s := range subjects {
		if s.Table != nil {
			tables++
			if err := hand.table(s); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n != len(handWritten)*tables || n != len(found) {
		t.Errorf("%d findings by hand and %d by rule, of %d rules × %d tables", n, len(found), len(handWritten), tables)
	}
}
