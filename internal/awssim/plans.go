package awssim

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"holdfast/scanner/schedule"
)

// A plan is a backup plan with all its versions.
type plan struct {
	region     *region
	id, arn    string
	creator    string // CreatorRequestId
	created    time.Time
	deleted    time.Time      // zero: exists
	versions   []*planVersion // the last one is in force
	selections []*selectionState
	executed   time.Time // LastExecutionDate
	missing    map[string]missingRun
	tags       tags
}

// A planVersion is what CreateBackupPlan or UpdateBackupPlan left.
type planVersion struct {
	plan     *plan
	id, name string
	created  time.Time
	rules    []backupRule
	advanced json.RawMessage
	merged   []schedule.Rule // for the engine, by rule
	origins  map[origin]*provenance
}

type origin struct{ rule, role string }

// A backupRule is a rule of a plan.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html
type backupRule struct {
	RuleName                               string
	RuleId                                 string `json:",omitempty"`
	TargetBackupVaultName                  string
	TargetLogicallyAirGappedBackupVaultArn string            `json:",omitempty"`
	ScheduleExpression                     string            `json:",omitempty"`
	ScheduleExpressionTimezone             string            `json:",omitempty"`
	StartWindowMinutes                     *int64            `json:",omitempty"`
	CompletionWindowMinutes                *int64            `json:",omitempty"`
	Lifecycle                              *Lifecycle        `json:",omitempty"`
	RecoveryPointTags                      map[string]string `json:",omitempty"`
	CopyActions                            []copyAction      `json:",omitempty"`
	EnableContinuousBackup                 *bool             `json:",omitempty"`
	IndexActions                           json.RawMessage   `json:",omitempty"`
	ScanActions                            json.RawMessage   `json:",omitempty"`
}

type copyAction struct {
	DestinationBackupVaultArn string
	Lifecycle                 *Lifecycle `json:",omitempty"`

	after time.Duration // how long the copy takes; 0: some minutes
}

// A missingRun is a run that a scenario takes away.
type missingRun struct {
	failed  bool // a job says FAILED; else there was none
	message string
	tables  []string // names; empty: all
}

func (p *plan) current() *planVersion { return p.versions[len(p.versions)-1] }

func (p *plan) version(id string) *planVersion {
	for _, v := range p.versions {
		if v.id == id {
			return v
		}
	}
	return nil
}

// startWindow is how long after its time a run may start.
func (r backupRule) startWindow() time.Duration {
	if r.StartWindowMinutes == nil {
		return 8 * time.Hour
	}
	return time.Duration(*r.StartWindowMinutes) * time.Minute
}

func (r backupRule) cron() string {
	if r.ScheduleExpression == "" {
		return "cron(0 5 ? * * *)"
	}
	return r.ScheduleExpression
}

func (r backupRule) zone() string {
	if r.ScheduleExpressionTimezone == "" {
		return "Etc/UTC"
	}
	return r.ScheduleExpressionTimezone
}

// addPlan makes a plan with its first version.
func (r *region) addPlan(name string, rules []backupRule, advanced json.RawMessage, created time.Time) *plan {
	id := uuid(hash("plan", r.account.id, r.name, name, strconv.FormatInt(created.UnixMilli(), 10)))
	p := &plan{region: r, id: id, arn: r.arn("backup", "backup-plan:"+id), created: created}
	p.addVersion(name, rules, advanced, created)
	if r.plans == nil {
		r.plans = map[string]*plan{}
	}
	r.plans[id] = p
	return p
}

// addVersion puts a new version in force; a rule keeps its id by its name.
func (p *plan) addVersion(name string, rules []backupRule, advanced json.RawMessage, created time.Time) *planVersion {
	for i := range rules {
		rules[i].RuleId = uuid(hash("rule", p.id, rules[i].RuleName))
	}
	v := &planVersion{plan: p, name: name, created: created, rules: rules, advanced: advanced, origins: map[origin]*provenance{}}
	h := hash("version", p.id, strconv.Itoa(len(p.versions)))
	v.id = strings.ReplaceAll(uuid(h), "-", "") + shortID(mix(h), 16)
	for _, r := range rules {
		s, _ := schedule.Parse(r.ScheduleExpression, r.ScheduleExpressionTimezone) // nil where unreadable: it never runs
		days, _ := r.Lifecycle.deleteAfter()
		v.merged = append(v.merged, schedule.Rule{Name: r.RuleName, Schedule: s, StartWindow: r.startWindow(), KeptDays: int(days)})
	}
	p.versions = append(p.versions, v)
	return v
}

// origin is what points of a rule, made with a role, say of who made them.
func (v *planVersion) origin(r *backupRule, role string) *provenance {
	key := origin{r.RuleId, role}
	if o := v.origins[key]; o != nil {
		return o
	}
	o := &provenance{role: role, creator: &creator{
		BackupPlanArn: v.plan.arn, BackupPlanId: v.plan.id, BackupPlanName: v.name, BackupPlanVersion: v.id,
		BackupRuleId: r.RuleId, BackupRuleName: r.RuleName, BackupRuleCron: r.cron(), BackupRuleTimezone: r.zone()}}
	v.origins[key] = o
	return o
}

var (
	planNamePattern = regexp.MustCompile(`^[a-zA-Z0-9\-_.]{1,50}$`)
	cronPattern     = regexp.MustCompile(`^cron\(\S+( \S+){5}\)$`)
)

// checkRules applies AWS's validations of a plan's body.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html
func checkRules(name string, rules []backupRule) error {
	if !planNamePattern.MatchString(name) {
		return invalidParameter("Invalid backup plan name %q", name)
	}
	if len(rules) == 0 {
		return missingParameter("A backup plan needs at least one rule")
	}
	if len(rules) > 10 {
		return fail(400, "LimitExceededException", "A backup plan has at most 10 rules")
	}
	seen := map[string]bool{}
	for _, r := range rules {
		if seen[r.RuleName] {
			return invalidParameter("Duplicate rule name %q", r.RuleName)
		}
		seen[r.RuleName] = true
		if err := r.check(); err != nil {
			return err
		}
	}
	return nil
}

func (r backupRule) check() error {
	switch {
	case !planNamePattern.MatchString(r.RuleName):
		return invalidParameter("Invalid rule name %q", r.RuleName)
	case !vaultNamePattern.MatchString(r.TargetBackupVaultName):
		return invalidParameter("Invalid target backup vault name %q", r.TargetBackupVaultName)
	case !cronPattern.MatchString(r.cron()):
		return invalidParameter("Invalid schedule expression %q", r.ScheduleExpression)
	case r.StartWindowMinutes != nil && (*r.StartWindowMinutes < 60 || *r.StartWindowMinutes > 52_560_000):
		return invalidParameter("Start window must be between 60 and 52560000 minutes")
	case r.CompletionWindowMinutes != nil && r.StartWindowMinutes != nil && *r.CompletionWindowMinutes < *r.StartWindowMinutes+60:
		return invalidParameter("Completion window must be at least 60 minutes longer than the start window")
	case len(r.CopyActions) > 5:
		return fail(400, "LimitExceededException", "A rule has at most 5 copy actions")
	case len(r.RecoveryPointTags) > 10:
		return fail(400, "LimitExceededException", "A rule has at most 10 recovery point tags")
	}
	for _, a := range r.CopyActions {
		if !strings.Contains(a.DestinationBackupVaultArn, ":backup-vault:") {
			return invalidParameter("Invalid destination vault %q", a.DestinationBackupVaultArn)
		}
		if err := a.Lifecycle.check(); err != nil {
			return err
		}
	}
	return r.Lifecycle.check()
}

// sortedPlans are the Region's plans by id.
func (r *region) sortedPlans() []*plan {
	out := make([]*plan, 0, len(r.plans))
	for _, p := range r.plans {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b *plan) int { return strings.Compare(a.id, b.id) })
	return out
}
