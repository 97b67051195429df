package facts

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"holdfast/scanner/schedule"
	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// A plan is the current version of a backup plan, ready to be matched against
// tables.
type plan struct {
	*snapshot.BackupPlan
	rules      []*planRule // as in the plan
	covers     []string    // tables covered "yes", sorted
	selections []*selected
	history    *history // see historyOf
}

type planRule struct {
	plan   *plan
	arn    string // of the plan_rule subject
	row    snapshot.BackupRule
	parsed *schedule.Schedule // nil where it is not valid

	schedule  Schedule
	retention Retention
	copies    []Copy
	start     time.Duration // start window
	complete  time.Duration // completion window

	made      []time.Time // runs that make a backup; nil until asked for
	shortest  *int        // shortest gap of the schedule, in minutes
	serves    []string    // tables covered "yes" or "ambiguous", sorted
	yes       int
	ambiguous int
	optIn     bool // whether it covers some table depends on opt-in
}

// selected is a selection of a plan.
type selected struct {
	*snapshot.BackupSelection
	compiled *selection.Selection
	tally    selectionTally
	serves   []string // tables covered "yes" or "ambiguous", sorted
}

// AWS Backup's defaults, where a rule names none.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html
const (
	defaultZone             = "UTC"
	defaultCompletionWindow = 7 * day
)

// compilePlans prepares the plans and hands each its selections. Of older versions
// nobody asks how far apart their runs would be.
func (s *shard) compilePlans(selections []*snapshot.BackupSelection) {
	for _, versions := range s.older {
		for _, p := range versions {
			for _, row := range p.Rules {
				p.rules = append(p.rules, s.compileRule(p, row))
			}
		}
	}
	for _, p := range s.plans {
		for _, row := range selections {
			if row.BackupPlanId == p.BackupPlanId {
				p.selections = append(p.selections, &selected{BackupSelection: row, compiled: selection.Compile(*row)})
			}
		}
		for _, row := range p.Rules {
			r := s.compileRule(p, row)
			r.measure(s.header.CollectedAt)
			p.rules = append(p.rules, r)
		}
	}
}

func (s *shard) compileRule(p *plan, row snapshot.BackupRule) *planRule {
	r := &planRule{
		plan: p, row: row, arn: p.BackupPlanArn + "/" + row.RuleName,
		retention: retentionOfRule(row.Lifecycle),
		start:     window(row.StartWindowMinutes, schedule.DefaultStartWindow),
		complete:  window(row.CompletionWindowMinutes, defaultCompletionWindow),
	}
	r.readSchedule()
	for _, c := range row.CopyActions {
		to, _ := parseARN(c.DestinationBackupVaultArn)
		r.copies = append(r.copies, Copy{
			DestinationBackupVaultArn: c.DestinationBackupVaultArn, Account: to.account, Region: to.region,
			Retention: retentionOfCopy(c.Lifecycle, r.retention),
		})
	}
	return r
}

func window(minutes *int64, otherwise time.Duration) time.Duration {
	if minutes == nil || *minutes <= 0 {
		return otherwise
	}
	return time.Duration(*minutes) * time.Minute
}

func (r *planRule) readSchedule() {
	r.schedule = Schedule{
		ScheduleExpression:         cmp.Or(r.row.ScheduleExpression, schedule.DefaultExpression),
		ScheduleExpressionTimezone: cmp.Or(r.row.ScheduleExpressionTimezone, defaultZone),
		Warnings:                   []string{}, Ambiguities: []string{},
	}
	parsed, err := schedule.Parse(r.schedule.ScheduleExpression, r.schedule.ScheduleExpressionTimezone)
	if err != nil {
		r.schedule.Error = err.Error()
		return
	}
	r.parsed, r.schedule.Valid = parsed, true
	r.schedule.Ambiguities = append(r.schedule.Ambiguities, parsed.Ambiguities()...)
}

// measure says what the rule's schedule means by itself, without the other rules of
// its plan.
func (r *planRule) measure(now time.Time) {
	parsed := r.parsed
	if parsed == nil {
		return
	}
	r.schedule.Warnings = append(r.schedule.Warnings, parsed.Warnings(now)...)
	until := now.Add(schedule.Horizon)
	times := parsed.Between(now, until)
	if gap, ok := schedule.ShortestGap(times); ok {
		shortest := minutes(gap)
		r.shortest = &shortest
	}
	var runs []schedule.Run
	for _, at := range times {
		runs = append(runs, schedule.Run{At: at, Zone: parsed.Zone()})
	}
	r.schedule.LongestGapMinutes = longestGap(runs, now, until)
	r.schedule.Fires = r.schedule.LongestGapMinutes != nil
}

// longestGap is in whole minutes, nil for less than two runs.
func longestGap(runs []schedule.Run, from, until time.Time) *int {
	gap, ok := schedule.LongestGap(runs, from, until)
	if !ok {
		return nil
	}
	minutes := int(gap.Length / time.Minute)
	return &minutes
}

// runs are the runs of the plan's rules that make a backup, of which Rule is the
// index in p.rules.
func (p *plan) runs(from, until time.Time) ([]schedule.Run, []string) {
	var rules []schedule.Rule
	for _, r := range p.rules {
		kept := 0
		if !r.retention.KeptForEver {
			kept = max(1, r.retention.reach())
		}
		rules = append(rules, schedule.Rule{Name: r.row.RuleName, Schedule: r.parsed, StartWindow: r.start, KeptDays: kept})
	}
	return schedule.Merge(rules, from, until)
}

// organizational reports whether the organization's management account made the
// plan, whose opt-in then decides instead of the Region's own.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/manage-cross-account.html
func (p *plan) organizational() bool {
	return strings.HasPrefix(p.BackupPlanId, "orgs/") || strings.Contains(p.BackupPlanArn, ":backup-plan:orgs/")
}

// namesDynamoDB reports whether a selection names DynamoDB, or one of its tables.
func (p *plan) namesDynamoDB() bool {
	return slices.ContainsFunc(p.selections, func(sel *selected) bool {
		return slices.ContainsFunc(sel.Resources, func(text string) bool {
			a, ok := parseARN(text)
			return ok && a.service == "dynamodb" || strings.HasPrefix(text, "arn:aws:dynamodb:")
		})
	})
}

// planRead reports whether the current version of a plan is there.
func (s *shard) planRead(id string) bool {
	return slices.ContainsFunc(s.plans, func(p *plan) bool { return id != "" && p.BackupPlanId == id })
}

// minutes is a window in whole minutes.
func minutes(d time.Duration) int { return int(d / time.Minute) }
