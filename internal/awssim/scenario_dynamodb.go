package awssim

import (
	"fmt"
	"time"
)

// oldest is when things were made whose scenario does not say.
func (b *builder) oldest() time.Time { return b.clock.AddDate(0, 0, -800) }

func (b *builder) table(r *region, in TableScenario) error {
	for i := range max(in.Count, 1) {
		name := in.Name
		if in.Count > 1 {
			name = fmt.Sprintf("%s-%04d", in.Name, i+1)
		}
		if err := b.oneTable(r, name, in); err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
	}
	return nil
}

func (b *builder) oneTable(r *region, name string, in TableScenario) error {
	if !tableNamePattern.MatchString(name) || r.tables[name] != nil {
		return fmt.Errorf("the name is not a table's, or there twice")
	}
	if in.Policy != "" && !isJSON(in.Policy) {
		return fmt.Errorf("the policy is no JSON")
	}
	t := r.addTable(name, in.Created.before(b.clock, b.oldest()))
	t.deletionProtection, t.consistency, t.policy = in.DeletionProtection, in.Consistency, in.Policy
	if in.Status != "" {
		t.status = in.Status
	}
	if in.Size > 0 {
		t.size, t.items = in.Size, in.Size/400
	}
	for k, v := range in.Tags {
		t.tags.put(k, v)
	}
	t.tags.known = t.tags.known || in.WasTagged
	if p := in.PITR; p != nil {
		t.pitr = pitr{on: true, days: defaultRecoveryPeriod, since: p.Since.before(b.clock, t.created)}
		if p.Days > 0 {
			t.pitr.days = p.Days
		}
	}
	if s := in.SSE; s != nil {
		t.sse = &sseDescription{Status: or(s.Status, "ENABLED"), SSEType: or(s.Type, "KMS"), KMSMasterKeyArn: s.Key,
			InaccessibleEncryptionDateTime: epochOf(s.Inaccessible.before(b.clock, time.Time{}))}
	}
	if s := in.Restored; s != nil {
		t.restore = &restoreSummary{SourceBackupArn: s.Backup, RestoreDateTime: epochOf(s.At.before(b.clock, t.created)), RestoreInProgress: s.InProgress}
		if s.Table != "" {
			t.restore.SourceTableArn = r.arn("dynamodb", "table/"+s.Table)
		}
	}
	if a := in.Archived; a != nil {
		t.archival = &archivalSummary{ArchivalReason: or(a.Reason, "INACCESSIBLE_ENCRYPTION_CREDENTIALS"), ArchivalBackupArn: a.Backup,
			ArchivalDateTime: epochOf(a.At.before(b.clock, time.Time{}))}
	}
	for _, rep := range in.Replicas {
		t.replicas = append(t.replicas, replica{RegionName: rep.Region, ReplicaStatus: or(rep.Status, "ACTIVE"), KMSMasterKeyId: rep.Key,
			ReplicaArn: "arn:" + r.account.partition + ":dynamodb:" + rep.Region + ":" + r.account.id + ":table/" + name})
	}
	return nil
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (b *builder) backup(r *region, in BackupScenario) error {
	if in.Table == "" || in.Created == nil {
		return fmt.Errorf("backup %s: it needs table and created", in.Name)
	}
	t := r.tables[in.Table]
	if t == nil || in.TableOf != nil { // an earlier table of that name
		made := in.TableOf.before(b.clock, b.oldest().AddDate(0, 0, -100))
		ghost := &region{account: r.account, name: r.name}
		t = ghost.addTable(in.Table, made)
		t.resource = r.resourceOf(t.arn)
	}
	for i := range max(in.Count, 1) {
		at := in.Created.before(b.clock, b.clock).Add(time.Duration(i) * every(in.Every))
		if at.After(b.clock) {
			return fmt.Errorf("backup %s: number %d would be made after the clock", in.Name, i+1)
		}
		backup := newTableBackup(t, in.Name, or(in.Type, "USER"), at)
		backup.status = or(in.Status, "AVAILABLE")
		backup.expires = in.Expires.before(b.clock, time.Time{})
		if backup.kind == "SYSTEM" && backup.expires.IsZero() {
			backup.expires = at.AddDate(0, 0, 35)
		}
		t.resource.addNative(backup)
	}
	return nil
}

func every(d time.Duration) time.Duration {
	if d == 0 {
		return day
	}
	return d
}
