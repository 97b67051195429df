package remediate

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/scanner/schedule"
	"holdfast/scanner/snapshot"
)

// planState is a plan as UpdateBackupPlan replaces it: whole. Rules have what a
// snapshot knows of them; More has all the rest, so that nothing gets lost on the
// way through.
type planState struct {
	BackupPlanId   string `json:",omitempty"`
	VersionId      string `json:",omitempty"`
	BackupPlanName string
	Rules          []snapshot.BackupRule
	More           *planRest `json:",omitempty"`
}

type planRest struct {
	AdvancedBackupSettings json.RawMessage            `json:",omitempty"`
	ScanSettings           json.RawMessage            `json:",omitempty"`
	Rules                  map[string]json.RawMessage `json:",omitempty"` // by RuleName
}

// known is what a snapshot tells of a plan.
func (p *planState) known() *planState {
	if p == nil {
		return nil
	}
	q := *p
	q.More = nil
	return &q
}

// lasting leaves out ids that a new version may change, and spells AWS's defaults
// out, since AWS fills them in.
func (p *planState) lasting() *planState {
	if p == nil {
		return nil
	}
	q := *p
	q.BackupPlanId, q.VersionId = "", ""
	q.Rules = nil
	for _, r := range p.Rules {
		q.Rules = append(q.Rules, plainRule(r))
	}
	slices.SortFunc(q.Rules, func(a, b snapshot.BackupRule) int { return cmp.Compare(a.RuleName, b.RuleName) })
	return &q
}

// plainRule is a rule with the defaults that the API documents, and without its id.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html
func plainRule(r snapshot.BackupRule) snapshot.BackupRule {
	r.RuleId = ""
	r.ScheduleExpression = cmp.Or(r.ScheduleExpression, schedule.DefaultExpression)
	r.ScheduleExpressionTimezone = cmp.Or(r.ScheduleExpressionTimezone, "Etc/UTC")
	if r.StartWindowMinutes == nil {
		r.StartWindowMinutes = aws.Int64(int64(schedule.DefaultStartWindow.Minutes()))
	}
	if r.CompletionWindowMinutes == nil {
		r.CompletionWindowMinutes = aws.Int64(7 * 24 * 60)
	}
	if r.EnableContinuousBackup != nil && !*r.EnableContinuousBackup {
		r.EnableContinuousBackup = nil
	}
	r.Lifecycle = plainLifecycle(r.Lifecycle)
	r.CopyActions = slices.Clone(r.CopyActions)
	for i := range r.CopyActions {
		r.CopyActions[i].Lifecycle = plainLifecycle(r.CopyActions[i].Lifecycle)
	}
	return r
}

func plainLifecycle(l *snapshot.Lifecycle) *snapshot.Lifecycle {
	if l == nil {
		return nil
	}
	c := *l
	if c.OptInToArchiveForSupportedResources != nil && !*c.OptInToArchiveForSupportedResources {
		c.OptInToArchiveForSupportedResources = nil
	}
	if c == (snapshot.Lifecycle{}) {
		return nil
	}
	return &c
}

// planOf is the state that a snapshot tells.
func planOf(p *snapshot.BackupPlan) *planState {
	return &planState{BackupPlanId: p.BackupPlanId, VersionId: p.VersionId, BackupPlanName: p.BackupPlanName, Rules: p.Rules}
}

// readPlan asks for the version in force of a plan.
func (t *Target) readPlan(ctx context.Context, id string) (*planState, error) {
	out, err := t.backup.GetBackupPlan(ctx, &backup.GetBackupPlanInput{BackupPlanId: &id})
	if err != nil {
		return nil, asking("backup:GetBackupPlan", err)
	}
	if out.BackupPlan == nil || out.DeletionDate != nil {
		return nil, fmt.Errorf("the plan %s was deleted", id)
	}
	p, err := planFrom(out.BackupPlan)
	if err != nil {
		return nil, fmt.Errorf("reading the plan %s: %w", id, err)
	}
	p.BackupPlanId, p.VersionId = id, aws.ToString(out.VersionId)
	return p, nil
}

// planFrom takes the SDK's plan apart into what a snapshot knows and the rest.
func planFrom(in *types.BackupPlan) (*planState, error) {
	p := &planState{BackupPlanName: aws.ToString(in.BackupPlanName)}
	more := &planRest{AdvancedBackupSettings: pruned(in.AdvancedBackupSettings), ScanSettings: pruned(in.ScanSettings)}
	for _, rule := range in.Rules {
		var known snapshot.BackupRule
		text := pruned(rule)
		if err := json.Unmarshal(text, &known); err != nil {
			return nil, err
		}
		p.Rules = append(p.Rules, known)
		if rest := restOf(text); rest != nil {
			if more.Rules == nil {
				more.Rules = map[string]json.RawMessage{}
			}
			more.Rules[known.RuleName] = rest
		}
	}
	if more.AdvancedBackupSettings != nil || more.ScanSettings != nil || more.Rules != nil {
		p.More = more
	}
	return p, nil
}

// input is the whole plan as UpdateBackupPlan takes it.
func (p *planState) input() (*types.BackupPlanInput, error) {
	in := &types.BackupPlanInput{BackupPlanName: &p.BackupPlanName}
	more := p.More
	if more == nil {
		more = &planRest{}
	}
	for _, part := range []struct {
		text json.RawMessage
		into any
	}{{more.AdvancedBackupSettings, &in.AdvancedBackupSettings}, {more.ScanSettings, &in.ScanSettings}} {
		if part.text == nil {
			continue
		}
		if err := json.Unmarshal(part.text, part.into); err != nil {
			return nil, err
		}
	}
	for _, rule := range p.Rules {
		var r types.BackupRuleInput
		rule.RuleId = ""
		for _, text := range []json.RawMessage{encode(rule), more.Rules[rule.RuleName]} {
			if text == nil {
				continue
			}
			if err := json.Unmarshal(text, &r); err != nil {
				return nil, err
			}
		}
		in.Rules = append(in.Rules, r)
	}
	return in, nil
}

// ruleFields are the members of a rule that a snapshot knows.
var ruleFields = func() []string {
	var names []string
	for f := range reflect.TypeFor[snapshot.BackupRule]().Fields() {
		names = append(names, f.Name)
	}
	return names
}()

// restOf is an object without the members that a snapshot knows; nil: nothing left.
func restOf(rule json.RawMessage) json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(rule, &fields) != nil {
		return nil
	}
	for _, name := range ruleFields {
		delete(fields, name)
	}
	if len(fields) == 0 {
		return nil
	}
	return encode(fields)
}

// pruned is a value of the SDK as JSON with its own names, without what AWS did
// not send; nil where nothing is left.
func pruned(v any) json.RawMessage {
	var tree any
	d := json.NewDecoder(bytes.NewReader(encode(v)))
	d.UseNumber()
	if d.Decode(&tree) != nil {
		return nil
	}
	if tree = prune(tree); tree == nil {
		return nil
	}
	return encode(tree)
}

func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, field := range v {
			if field = prune(field); field == nil {
				delete(v, name)
			} else {
				v[name] = field
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
		for i := range v {
			v[i] = prune(v[i])
		}
	case string:
		if v == "" {
			return nil
		}
	}
	return v
}

// The names that AWS Backup takes.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html
var (
	backupName = regexp.MustCompile(`^[a-zA-Z0-9\-_.]{1,50}$`) // of plans, rules and selections
	vaultName  = regexp.MustCompile(`^[a-zA-Z0-9\-_]{2,50}$`)
	planID     = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
)

// checkRule holds a rule that is to be made to AWS's bounds.
func checkRule(r snapshot.BackupRule) error {
	if _, err := schedule.Parse(r.ScheduleExpression, r.ScheduleExpressionTimezone); err != nil {
		return err
	}
	switch {
	case !backupName.MatchString(r.RuleName):
		return fmt.Errorf("%q is no name of a rule", r.RuleName)
	case r.RuleId != "":
		return fmt.Errorf("a new rule has no id yet")
	case !vaultName.MatchString(r.TargetBackupVaultName):
		return fmt.Errorf("%q is no name of a vault", r.TargetBackupVaultName)
	case r.StartWindowMinutes == nil || *r.StartWindowMinutes < 60:
		return fmt.Errorf("StartWindowMinutes has to be 60 at least")
	case r.CompletionWindowMinutes == nil || *r.CompletionWindowMinutes <= *r.StartWindowMinutes:
		return fmt.Errorf("CompletionWindowMinutes has to be longer than StartWindowMinutes")
	}
	return checkLifecycle(r.Lifecycle)
}

// checkLifecycle: what is cold has to stay for 90 days.
func checkLifecycle(l *snapshot.Lifecycle) error {
	if l == nil {
		return nil
	}
	for name, days := range map[string]*int64{"DeleteAfterDays": l.DeleteAfterDays, "MoveToColdStorageAfterDays": l.MoveToColdStorageAfterDays} {
		if days != nil && (*days < 1 && *days != -1 || *days > 36500) {
			return fmt.Errorf("%s is %d; AWS takes 1 to 36500", name, *days)
		}
	}
	cold, deleted := l.MoveToColdStorageAfterDays, keptDays(l)
	if cold != nil && *cold > 0 && deleted > 0 && int64(deleted) < *cold+90 {
		return fmt.Errorf("cold after %d days and deleted after %d: AWS keeps what is cold for 90 days at least", *cold, deleted)
	}
	return nil
}

// keptDays is how long a lifecycle keeps; 0: for ever.
func keptDays(l *snapshot.Lifecycle) int {
	if l == nil || l.DeleteAfterDays == nil || *l.DeleteAfterDays < 1 {
		return 0
	}
	return int(*l.DeleteAfterDays)
}

// keepsShorter says whether a keeps shorter than b does.
func keepsShorter(a, b int) bool { return a != 0 && (b == 0 || a < b) }

func daysText(days int) string {
	if days == 0 {
		return "for ever"
	}
	return fmt.Sprintf("%d days", days)
}
