// Package snapshot is the format of a shard: what AWS answered for one account
// and Region, as JSON Lines, with no judgement in it.
//
// [Builder] takes rows from many goroutines and writes them sorted, in flat
// memory. [Read] streams them back and refuses whatever [Builder] would not have
// written, so that a truncated or edited file never passes for a smaller account.
// [Manifest] lists the files of a run with their hashes. schema.json is the JSON
// Schema of one line, generated from the types.
//
// The package imports the standard library alone; package store compresses.
package snapshot

import (
	"fmt"
	"strings"
	"time"
)

// A kind is one field of Row: its name on the line, and how its rows sort.
type kind struct {
	name string
	set  func(*Row) bool
	make func(*Row) any // sets the field to a zero value and returns the pointer
	key  func(*Row) string
}

// kinds are the fields of Row, in the order of the lines of a shard.
var kinds = [...]kind{
	of("header", func(r *Row) **Header { return &r.Header }, func(*Header) []string { return nil }),
	of("gap", func(r *Row) **Gap { return &r.Gap }, func(g *Gap) []string { return []string{g.ID()} }),
	of("unread", func(r *Row) **Unread { return &r.Unread }, func(u *Unread) []string { return []string{u.ID()} }),
	of("account_region", func(r *Row) **AccountRegion { return &r.AccountRegion }, func(a *AccountRegion) []string { return []string{a.RegionName} }),
	of("global_settings", func(r *Row) **GlobalSettings { return &r.GlobalSettings }, func(*GlobalSettings) []string { return nil }),
	of("region_settings", func(r *Row) **RegionSettings { return &r.RegionSettings }, func(*RegionSettings) []string { return nil }),
	of("organization", func(r *Row) **Organization { return &r.Organization }, func(o *Organization) []string { return []string{o.Id} }),
	of("organization_root", func(r *Row) **OrganizationRoot { return &r.OrganizationRoot }, func(r *OrganizationRoot) []string { return []string{r.Id} }),
	of("organizational_unit", func(r *Row) **OrganizationalUnit { return &r.OrganizationalUnit }, func(u *OrganizationalUnit) []string { return []string{u.Id} }),
	of("organization_account", func(r *Row) **OrganizationAccount { return &r.OrganizationAccount }, func(a *OrganizationAccount) []string { return []string{a.Id} }),
	of("organization_policy", func(r *Row) **OrganizationPolicy { return &r.OrganizationPolicy }, func(p *OrganizationPolicy) []string { return []string{p.Type, p.Id} }),
	of("delegated_administrator", func(r *Row) **DelegatedAdministrator { return &r.DelegatedAdministrator }, func(d *DelegatedAdministrator) []string { return []string{d.Id} }),
	of("effective_policy_error", func(r *Row) **EffectivePolicyError { return &r.EffectivePolicyError }, func(e *EffectivePolicyError) []string {
		return []string{e.AccountId, e.PolicyType, e.PathToError, e.ErrorCode}
	}),
	of("effective_policy", func(r *Row) **EffectivePolicy { return &r.EffectivePolicy }, func(p *EffectivePolicy) []string { return []string{p.PolicyType, p.TargetId} }),
	of("account_summary", func(r *Row) **AccountSummary { return &r.AccountSummary }, func(*AccountSummary) []string { return nil }),
	of("iam_user", func(r *Row) **IAMUser { return &r.IAMUser }, func(u *IAMUser) []string { return []string{u.Arn} }),
	of("iam_group", func(r *Row) **IAMGroup { return &r.IAMGroup }, func(g *IAMGroup) []string { return []string{g.Arn} }),
	of("iam_role", func(r *Row) **IAMRole { return &r.IAMRole }, func(r *IAMRole) []string { return []string{r.Arn} }),
	of("iam_policy", func(r *Row) **IAMPolicy { return &r.IAMPolicy }, func(p *IAMPolicy) []string { return []string{p.Arn} }),
	of("kms_key", func(r *Row) **KMSKey { return &r.KMSKey }, func(k *KMSKey) []string { return []string{k.Arn} }),
	of("trail", func(r *Row) **Trail { return &r.Trail }, func(t *Trail) []string { return []string{t.TrailARN} }),
	of("trail_event", func(r *Row) **TrailEvent { return &r.TrailEvent }, func(e *TrailEvent) []string { return []string{timeKey(e.EventTime), e.EventId} }),
	of("event_rule", func(r *Row) **EventRule { return &r.EventRule }, func(e *EventRule) []string { return []string{e.Arn} }),
	of("metric_alarm", func(r *Row) **MetricAlarm { return &r.MetricAlarm }, func(a *MetricAlarm) []string { return []string{a.AlarmArn} }),
	of("metric_filter", func(r *Row) **MetricFilter { return &r.MetricFilter }, func(f *MetricFilter) []string { return []string{f.LogGroupName, f.FilterName} }),
	of("topic", func(r *Row) **Topic { return &r.Topic }, func(t *Topic) []string { return []string{t.TopicArn} }),
	of("backup_vault", func(r *Row) **BackupVault { return &r.BackupVault }, func(v *BackupVault) []string { return []string{v.BackupVaultArn, v.BackupVaultName} }),
	of("backup_plan", func(r *Row) **BackupPlan { return &r.BackupPlan }, func(p *BackupPlan) []string { return []string{p.BackupPlanArn, p.BackupPlanId, p.VersionId} }),
	of("backup_selection", func(r *Row) **BackupSelection { return &r.BackupSelection }, func(s *BackupSelection) []string { return []string{s.BackupPlanId, s.SelectionId} }),
	of("restore_testing_plan", func(r *Row) **RestoreTestingPlan { return &r.RestoreTestingPlan }, func(p *RestoreTestingPlan) []string {
		return []string{p.RestoreTestingPlanArn, p.RestoreTestingPlanName}
	}),
	of("restore_testing_selection", func(r *Row) **RestoreTestingSelection { return &r.RestoreTestingSelection }, func(s *RestoreTestingSelection) []string {
		return []string{s.RestoreTestingPlanName, s.RestoreTestingSelectionName}
	}),
	of("legal_hold", func(r *Row) **LegalHold { return &r.LegalHold }, func(h *LegalHold) []string { return []string{h.LegalHoldArn} }),
	of("table", func(r *Row) **Table { return &r.Table }, func(t *Table) []string { return []string{t.TableArn, t.TableName} }),
	of("table_backup", func(r *Row) **TableBackup { return &r.TableBackup }, func(b *TableBackup) []string { return []string{b.BackupArn} }),
	of("protected_resource", func(r *Row) **ProtectedResource { return &r.ProtectedResource }, func(p *ProtectedResource) []string { return []string{p.ResourceArn} }),
	of("backup_job", func(r *Row) **BackupJob { return &r.BackupJob }, func(j *BackupJob) []string {
		return []string{j.ResourceArn, timeKey(j.CreationDate), j.BackupJobId}
	}),
	of("copy_job", func(r *Row) **CopyJob { return &r.CopyJob }, func(j *CopyJob) []string {
		return []string{j.ResourceArn, timeKey(j.CreationDate), j.CopyJobId}
	}),
	of("restore_job", func(r *Row) **RestoreJob { return &r.RestoreJob }, func(j *RestoreJob) []string {
		return []string{j.SourceResourceArn, timeKey(j.CreationDate), j.RestoreJobId}
	}),
	of("recovery_point", func(r *Row) **RecoveryPoint { return &r.RecoveryPoint }, func(p *RecoveryPoint) []string {
		return []string{p.ResourceArn, timeKey(p.CreationDate), p.RecoveryPointArn, p.BackupVaultName}
	}),
	of("call", func(r *Row) **Call { return &r.Call }, func(c *Call) []string {
		return []string{c.ID(), fmt.Sprintf("%09d", c.Page), timeKey(&c.Time), c.RequestId}
	}),
	of("end", func(r *Row) **End { return &r.End }, func(*End) []string { return nil }),
}

// Positions in kinds of the lines that are not rows.
const (
	kindHeader = 0
	kindEnd    = len(kinds) - 1
)

func of[T any](name string, field func(*Row) **T, key func(*T) []string) kind {
	return kind{
		name: name,
		set:  func(r *Row) bool { return *field(r) != nil },
		make: func(r *Row) any { *field(r) = new(T); return *field(r) },
		key:  func(r *Row) string { return strings.Join(key(*field(r)), "\x00") },
	}
}

// timeKey is a time as text that sorts as the time does; no time sorts first.
func timeKey(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000000")
}

// kindOf returns the position in kinds of the one field that is set.
func kindOf(row *Row) (int, error) {
	found := -1
	for i := range kinds {
		if !kinds[i].set(row) {
			continue
		}
		if found >= 0 {
			return 0, fmt.Errorf("row is both %s and %s; it must be one", kinds[found].name, kinds[i].name)
		}
		found = i
	}
	if found < 0 {
		return 0, fmt.Errorf("row is of no known kind")
	}
	return found, nil
}
