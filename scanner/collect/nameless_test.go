package collect_test

import (
	"context"
	"slices"
	"testing"

	"holdfast/internal/awssim"
	"holdfast/scanner/snapshot"
)

// A thing without what tells it apart, or makes it what it is, cannot be AWS's
// answer: it is a gap, not a thing less.
func TestWhatHasNoNameIsAGap(t *testing.T) {
	for _, f := range []struct{ operation, field string }{
		{"account:ListRegions", "Regions.RegionName"},
		{"backup:GetBackupPlan", "BackupPlan"},
		{"backup:GetBackupPlan", "BackupPlan.Rules.RuleName"},
		{"backup:GetBackupPlan", "BackupPlan.Rules.TargetBackupVaultName"},
		{"backup:GetBackupPlan", "BackupPlan.Rules"},
		{"backup:GetBackupPlan", "BackupPlanArn"},
		{"backup:GetBackupSelection", "BackupSelection"},
		{"backup:ListBackupJobs", "BackupJobs.ResourceArn"},
		{"backup:ListBackupPlans", "BackupPlansList.BackupPlanId"},
		{"backup:ListBackupSelections", "BackupSelectionsList.SelectionId"},
		{"backup:ListBackupVaults", "BackupVaultList.BackupVaultName"},
		{"backup:ListRecoveryPointsByBackupVault", "RecoveryPoints.RecoveryPointArn"},
		{"backup:ListRecoveryPointsByBackupVault", "RecoveryPoints.ResourceArn"},
		{"dynamodb:DescribeContinuousBackups", "ContinuousBackupsDescription"},
		{"dynamodb:DescribeTable", "Table"},
		{"dynamodb:DescribeTable", "Table.TableArn"},
		{"dynamodb:ListBackups", "BackupSummaries.BackupArn"},
	} {
		w := newWorld(t, scenario)
		w.sim.Faults.Add(awssim.Fault{Kind: "missing-field", Operation: f.operation, Field: f.field})
		var gaps []snapshot.Gap
		for _, s := range everything(t, w.account(nil)) {
			gaps = append(gaps, s.gaps...)
		}
		if len(gaps) == 0 {
			t.Errorf("%s without %s: no gap", f.operation, f.field)
		}
		for _, g := range gaps {
			if g.Operation != f.operation || g.Reason != snapshot.Unreadable {
				t.Errorf("%s without %s: gap %+v", f.operation, f.field, g)
			}
		}
	}
}

// A Region whose status is a new word may be enabled: it is asked, and says so
// itself if it is not.
func TestARegionOfUnknownStatusIsAsked(t *testing.T) {
	w := newWorld(t, scenario)
	want, _, err := w.account(nil).Regions(context.Background())
	if err != nil || len(want) < 2 {
		t.Fatal(want, err)
	}
	w.sim.Faults.Add(awssim.Fault{Kind: "unknown-enum", Operation: "account:ListRegions", Field: "Regions.RegionOptStatus"})
	got, gap, err := w.account(nil).Regions(context.Background())
	if !slices.Equal(got, want) || gap != nil || err != nil {
		t.Errorf("Regions are %v, %v, %v; want %v", got, gap, err, want)
	}
}
