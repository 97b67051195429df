package remediate

import (
	"fmt"
	"slices"
	"time"

	"holdfast/scanner/schedule"
	"holdfast/scanner/snapshot"
)

// When plans run, before and after a change.

// merged are the rules of a plan as the schedule understands them. A rule whose
// schedule cannot be read is an error: what it does now cannot be compared.
func (p *planState) merged() ([]schedule.Rule, error) {
	var rules []schedule.Rule
	for _, r := range p.Rules {
		s, err := schedule.Parse(r.ScheduleExpression, r.ScheduleExpressionTimezone)
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.RuleName, err)
		}
		rules = append(rules, schedule.Rule{Name: r.RuleName, Schedule: s, StartWindow: startWindow(r), KeptDays: keptDays(r.Lifecycle)})
	}
	return rules, nil
}

func startWindow(r snapshot.BackupRule) time.Duration {
	if r.StartWindowMinutes == nil {
		return schedule.DefaultStartWindow
	}
	return time.Duration(*r.StartWindowMinutes) * time.Minute
}

// epoch is a fixed time to list runs from, so that the same plans always compare in
// the same way.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// weakerPlan compares two versions of a plan. Every rule has to stay, with its
// vaults, windows and copies; nothing is kept shorter; and every backup that would
// have been made is made at the same time.
func weakerPlan(before, after *planState) (weaker []string) {
	if before == nil {
		return nil
	}
	if after == nil {
		return []string{"the plan is gone"}
	}
	if before.BackupPlanName != after.BackupPlanName {
		weaker = append(weaker, "the plan has another name")
	}
	if before.More != nil && !same(encode(before.More), encode(after.More)) {
		weaker = append(weaker, "settings beside the rules differ")
	}
	for _, old := range before.Rules {
		i := slices.IndexFunc(after.Rules, func(r snapshot.BackupRule) bool { return r.RuleName == old.RuleName })
		if i < 0 {
			weaker = append(weaker, "rule "+old.RuleName+" is gone")
			continue
		}
		for _, what := range weakerRule(plainRule(old), plainRule(after.Rules[i])) {
			weaker = append(weaker, "rule "+old.RuleName+": "+what)
		}
	}
	return append(weaker, lostRuns(before, after)...)
}

func weakerRule(old, now snapshot.BackupRule) (weaker []string) {
	if old.TargetBackupVaultName != now.TargetBackupVaultName || old.TargetLogicallyAirGappedBackupVaultArn != now.TargetLogicallyAirGappedBackupVaultArn {
		weaker = append(weaker, "backups go to another vault")
	}
	if *old.StartWindowMinutes != *now.StartWindowMinutes || *old.CompletionWindowMinutes != *now.CompletionWindowMinutes {
		weaker = append(weaker, "its windows differ")
	}
	if (old.EnableContinuousBackup == nil) != (now.EnableContinuousBackup == nil) {
		weaker = append(weaker, "continuous backup differs")
	}
	if keepsShorter(keptDays(now.Lifecycle), keptDays(old.Lifecycle)) {
		weaker = append(weaker, fmt.Sprintf("keeps %s < %s", daysText(keptDays(now.Lifecycle)), daysText(keptDays(old.Lifecycle))))
	}
	for _, copied := range old.CopyActions {
		i := slices.IndexFunc(now.CopyActions, func(c snapshot.CopyAction) bool {
			return c.DestinationBackupVaultArn == copied.DestinationBackupVaultArn
		})
		switch {
		case i < 0:
			weaker = append(weaker, "no copy to "+copied.DestinationBackupVaultArn+" any more")
		case keepsShorter(keptDays(now.CopyActions[i].Lifecycle), keptDays(copied.Lifecycle)):
			weaker = append(weaker, "copies to "+copied.DestinationBackupVaultArn+" are kept shorter")
		}
	}
	return weaker
}

// lostRuns compares what is really made: rules of one plan whose start windows
// overlap take runs from one another.
func lostRuns(before, after *planState) []string {
	old, err := before.merged()
	if err != nil {
		if same(encode(before.lasting().Rules), encode(after.lasting().Rules)) {
			return nil
		}
		return []string{"what it does now cannot be compared: " + err.Error()}
	}
	now, err := after.merged()
	if err != nil {
		return []string{err.Error()}
	}
	was, doubts := schedule.Merge(old, epoch, epoch.Add(schedule.Horizon))
	will, ambiguities := schedule.Merge(now, epoch, epoch.Add(schedule.Horizon))
	if len(ambiguities) > len(doubts) {
		return ambiguities
	}
	made := map[time.Time]int{} // when → longest kept, 0: for ever
	for _, run := range will {
		kept := now[run.Rule].KeptDays
		if had, there := made[run.At]; !there || keepsShorter(had, kept) {
			made[run.At] = kept
		}
	}
	for _, run := range was {
		kept, there := made[run.At]
		if !there || keepsShorter(kept, old[run.Rule].KeptDays) {
			return []string{fmt.Sprintf("the run of rule %s at %s would no longer be made, or be kept shorter", old[run.Rule].Name, run.At.Format("2006-01-02 15:04"))}
		}
	}
	return nil
}

// longestGap is the longest time between two backups that are kept for so many
// days at least; ok is false where the plan does not say.
func (p *planState) longestGap(days int) (gap time.Duration, ok bool) {
	rules, err := p.merged()
	if err != nil {
		return 0, false
	}
	for _, r := range rules {
		if len(r.Schedule.Ambiguities()) > 0 {
			return 0, false
		}
	}
	runs, ambiguities := schedule.Merge(rules, epoch, epoch.Add(schedule.Horizon))
	if len(ambiguities) > 0 {
		return 0, false
	}
	runs = slices.DeleteFunc(runs, func(r schedule.Run) bool { return keepsShorter(rules[r.Rule].KeptDays, days) })
	longest, ok := schedule.LongestGap(runs, epoch, epoch.Add(schedule.Horizon))
	return longest.Length, ok
}

// longestKept is the longest that any rule keeps; 0: for ever.
func (p *planState) longestKept() int {
	longest := -1
	for _, r := range p.Rules {
		if kept := keptDays(r.Lifecycle); longest < 0 || keepsShorter(longest, kept) {
			longest = kept
		}
	}
	return max(longest, 0)
}
