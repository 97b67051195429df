package facts_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

// until sets when a point is to be deleted: so many days after its creation; 0: never.
func until(p *snapshot.RecoveryPoint, days int) *snapshot.RecoveryPoint {
	p.CalculatedLifecycle = &snapshot.CalculatedLifecycle{}
	if days > 0 {
		at := p.CreationDate.Add(time.Duration(days) * day)
		p.CalculatedLifecycle.DeleteAt = &at
	}
	return p
}

// of says which version of the plan made a point.
func (v version) made(n, days int) *snapshot.RecoveryPoint {
	p := until(made(n), days)
	p.CreatedBy.BackupPlanVersion = string(v)
	return p
}

type version string

func TestPromisesAreThoseOfTheVersion(t *testing.T) {
	older := daily(rule("Daily", "", 35))
	older.Current, older.VersionId = false, "v0"
	byHand := until(made(3), 1)
	byHand.CreatedBy = nil
	unusable := version("v1").made(5, 2)
	unusable.Status = "EXPIRED"
	got := ran(t, older, daily(rule("Daily", "", 366)),
		version("v1").made(0, 366), version("v1").made(1, 366), version("v0").made(10, 35), version("v9").made(11, 35), byHand, unusable,
		version("v1").made(2, 30), version("v0").made(12, 30), version("v0").made(13, 0), version("v0").made(14, 366)).Promises
	days := func(n int) facts.Retention { return facts.Retention{DeleteAfterDays: &n} }
	main := facts.Deviation{BackupVaultName: "Main", Region: dublin, Points: 1}
	shorter, shorter0, longer, forEver := main, main, main, main
	shorter.Earlier, shorter.Promised, shorter.Retention = true, days(366), days(30)
	shorter0.Earlier, shorter0.Promised, shorter0.Retention = true, days(35), days(30)
	longer.Promised, longer.Retention = days(35), days(366)
	forEver.Promised, forEver.Retention = days(35), facts.Retention{KeptForEver: true}
	want := facts.Promises{Known: 7, Unknown: 1, Older: 4, Deviations: []facts.Deviation{shorter0, shorter, longer, forEver}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A copy that names no days is kept as long as its source, and −1 does not mean for ever.
func TestPromisesOfCopies(t *testing.T) {
	for _, c := range []struct {
		what      string
		lifecycle *snapshot.Lifecycle
		kept      int
		earlier   bool
		none      bool
	}{
		{"none, as the source", nil, 366, false, true},
		{"none, and less", nil, 90, true, false},
		{"its own", keep(90), 90, false, true},
		{"its own, and the source's", keep(90), 366, false, false},
		{"always, which is the source's expiry", keep(-1), 366, false, true},
		{"always, and for ever", keep(-1), 0, false, false},
	} {
		got := named(t, derive(t, shard(t, dublin, settings(true, true), orders(), daily(copyTo(rule("Daily", "", 366), c.lifecycle)), everything(), mainVault()),
			shard(t, ohio, farVault(), until(version("v1").copied(1), c.kept))), facts.KindTable, "Orders").Table.Promises
		if got.Known != 1 || (len(got.Deviations) == 0) != c.none {
			t.Errorf("%s: %+v", c.what, got)
		} else if !c.none && (!got.Deviations[0].Copy || got.Deviations[0].Earlier != c.earlier || got.Deviations[0].Region != ohio) {
			t.Errorf("%s: %+v", c.what, got.Deviations)
		}
	}
}

func (v version) copied(n int) *snapshot.RecoveryPoint {
	p := copied(n)
	p.CreatedBy.BackupPlanVersion = string(v)
	return p
}

func TestOverdue(t *testing.T) {
	past := func(n int, d time.Duration) *snapshot.RecoveryPoint {
		p := made(n)
		p.CalculatedLifecycle.DeleteAt = ago(d)
		return p
	}
	left := made(4)
	left.Status = "EXPIRED"
	hold := &snapshot.LegalHold{LegalHoldArn: "h", Status: "ACTIVE", RecoveryPointSelection: []byte(`{"VaultNames":["Main"],"DateRange":{"FromDate":"2026-11-01T00:00:00Z","ToDate":"2026-11-30T00:00:00Z"}}`)}
	over := *hold
	over.Status = "CANCELED"
	other := *hold
	other.RecoveryPointSelection = []byte(`{"ResourceIdentifiers":["arn:aws:dynamodb:eu-west-1:111122223333:table/Other"]}`)
	rows := []any{daily(), made(0), past(1, 7*time.Hour), past(2, 9*time.Hour), past(3, 50*time.Hour), past(35, 60*time.Hour), left}
	for _, c := range []struct {
		what string
		hold *snapshot.LegalHold
		want facts.Overdue
	}{
		{"no hold", &over, facts.Overdue{Points: 3, OldestHours: p(60), Expired: 1}},
		{"one of another table", &other, facts.Overdue{Points: 3, OldestHours: p(60), Expired: 1}},
		{"one of the vault, since November", hold, facts.Overdue{Points: 1, OldestHours: p(60), Held: 3}},
	} {
		if diff := cmp.Diff(c.want, ran(t, append(rows, c.hold)...).Overdue); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
	}
}

func TestColdPoints(t *testing.T) {
	moved := func(n int, after time.Duration, class string) *snapshot.RecoveryPoint {
		p := made(n)
		p.CalculatedLifecycle.MoveToColdStorageAt, p.StorageClass = ago(after), class
		return p
	}
	plain := moved(7, 9*day, "WARM")
	plain.RecoveryPointArn = plain.ResourceArn + "/backup/01"
	got := ran(t, daily(), made(0), moved(1, 47*time.Hour, "WARM"), moved(2, 49*time.Hour, "COLD"), moved(3, 9*day, ""), moved(4, 9*day, "WARM"), plain).Cold
	if diff := cmp.Diff(facts.Cold{Due: 3, Sampled: 2, Warm: 1}, got); diff != "" {
		t.Error(diff)
	}
}
