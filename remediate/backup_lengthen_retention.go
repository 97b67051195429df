package remediate

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/scanner/snapshot"
)

// backup.lengthen_retention keeps a recovery point longer: the last one of a deleted
// table that is about to expire. It sends both days of the lifecycle, since AWS takes
// what is not sent for nothing. Points of locked vaults cannot be changed by anybody.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRecoveryPointLifecycle.html
func lengthenRetention() Action {
	return Action{
		Name: "backup.lengthen_retention", Doc: "keep a recovery point longer",
		Order: OrderBackup, Risk: MediumRisk, Undo: UndoWeakens,
		Cost: "more: the recovery point, by size, for the days that are added",
		Permissions: []Permission{
			{Action: "backup:DescribeRecoveryPoint", Resource: "*"},
			{Action: "backup:ListBackupVaults", Resource: "*"},
			{Action: "backup:UpdateRecoveryPointLifecycle", Resource: "*"},
		},
		propose: proposeLonger,
		do: byHand(deed([]move{step[pointParameters, pointState]{
			operation: "backup:UpdateRecoveryPointLifecycle",
			read:      readPoint, want: wantLonger, weaker: weakerPoint, write: writePoint, ready: pointIsFree, known: pointState.known,
		}.move()}, nil, textPoint), backPoint),
	}
}

type pointParameters struct {
	BackupVaultName  string
	RecoveryPointArn string
	DeleteAfterDays  int64 // from the point's creation
}

func (p pointParameters) target(Place) string { return p.RecoveryPointArn }

func (p pointParameters) check(at Place) error {
	parts := strings.SplitN(p.RecoveryPointArn, ":", 6)
	switch {
	case !vaultName.MatchString(p.BackupVaultName):
		return fmt.Errorf("%q is no name of a vault", p.BackupVaultName)
	case len(parts) != 6 || parts[1] != at.Partition || parts[3] != at.Region || parts[4] != at.Account:
		return fmt.Errorf("%s is not of this account and Region", p.RecoveryPointArn)
	}
	return checkLifecycle(&snapshot.Lifecycle{DeleteAfterDays: &p.DeleteAfterDays})
}

// pointState is what UpdateRecoveryPointLifecycle can change.
type pointState struct {
	ResourceArn  string
	Status       string
	Lifecycle    *snapshot.Lifecycle `json:",omitempty"`
	StorageClass string              `json:",omitempty"`
}

// known: lists of recovery points do not tell their storage class.
func (s pointState) known() pointState {
	s.StorageClass = ""
	return s
}

// proposeLonger keeps the newest usable recovery point of each deleted table.
func proposeLonger(p *proposer, cases []Case) {
	for r, all := range p.byPlace(cases) {
		for _, c := range all {
			var asked struct{ KeepDays int }
			if c.Remediation.Parameters != nil {
				json.Unmarshal(c.Remediation.Parameters, &asked)
			}
			point := r.newestPoint(c.ARN)
			switch {
			case asked.KeepDays < 1:
				p.leave(c, "the finding does not say for how long", Text{})
			case point == nil:
				p.leave(c, "no recovery point of AWS Backup is left that could be kept longer; restore what DynamoDB kept", Text{})
			default:
				age := int(r.collected.Sub(*point.CreationDate).Hours() / 24)
				days := int64(age + asked.KeepDays)
				if l := point.Lifecycle; l != nil && l.MoveToColdStorageAfterDays != nil {
					days = max(days, *l.MoveToColdStorageAfterDays+90)
				}
				p.add(lengthenRetention(), r.Place, pointParameters{point.BackupVaultName, point.RecoveryPointArn, days},
					[]any{pointState{ResourceArn: point.ResourceArn, Status: point.Status, Lifecycle: plainLifecycle(point.Lifecycle)}}, []Case{c},
					fmt.Sprintf("it is kept until %s, so that somebody can decide", point.CreationDate.AddDate(0, 0, int(days)).Format(time.DateOnly)))
			}
		}
	}
}

// newestPoint is the newest recovery point of a table that can be restored.
func (r *region) newestPoint(table string) (newest *snapshot.RecoveryPoint) {
	for _, point := range r.points {
		if point.ResourceArn != table || point.CreationDate == nil || !slices.Contains([]string{"COMPLETED", "AVAILABLE"}, point.Status) {
			continue
		}
		if newest == nil || point.CreationDate.After(*newest.CreationDate) || point.CreationDate.Equal(*newest.CreationDate) && point.RecoveryPointArn < newest.RecoveryPointArn {
			newest = point
		}
	}
	return newest
}

func readPoint(ctx context.Context, t *Target, p pointParameters) (pointState, error) {
	out, err := t.backup.DescribeRecoveryPoint(ctx, &backup.DescribeRecoveryPointInput{BackupVaultName: &p.BackupVaultName, RecoveryPointArn: &p.RecoveryPointArn})
	if err != nil {
		return pointState{}, asking("backup:DescribeRecoveryPoint", err)
	}
	s := pointState{ResourceArn: aws.ToString(out.ResourceArn), Status: string(out.Status), StorageClass: string(out.StorageClass)}
	if out.Lifecycle != nil {
		l, err := decodeLoosely[snapshot.Lifecycle](pruned(out.Lifecycle))
		if err != nil {
			return s, err
		}
		s.Lifecycle = plainLifecycle(&l)
	}
	return s, nil
}

func wantLonger(p pointParameters, now pointState) (pointState, error) {
	l := snapshot.Lifecycle{}
	if now.Lifecycle != nil {
		l = *now.Lifecycle
	}
	l.DeleteAfterDays = &p.DeleteAfterDays
	if err := checkLifecycle(&l); err != nil {
		return now, err
	}
	now.Lifecycle = &l
	return now, nil
}

func weakerPoint(before, after pointState) (weaker []string) {
	if keepsShorter(keptDays(after.Lifecycle), keptDays(before.Lifecycle)) {
		weaker = append(weaker, fmt.Sprintf("it is kept %s < %s", daysText(keptDays(after.Lifecycle)), daysText(keptDays(before.Lifecycle))))
	}
	if before.ResourceArn != after.ResourceArn {
		weaker = append(weaker, "it is of another table")
	}
	return weaker
}

// pointIsFree: nobody can change the points of a locked vault, whatever the mode.
func pointIsFree(ctx context.Context, t *Target, p pointParameters, now pointState) error {
	if !slices.Contains([]string{"COMPLETED", "AVAILABLE"}, now.Status) {
		return fmt.Errorf("the recovery point is %s", now.Status)
	}
	v, err := t.vault(ctx, p.BackupVaultName)
	if err == nil && v == nil {
		err = fmt.Errorf("there is no vault %s", p.BackupVaultName)
	}
	if err == nil && aws.ToBool(v.Locked) {
		err = fmt.Errorf("the vault %s is locked, so that nobody can change how long its points are kept: copy the point into another vault, or restore it", p.BackupVaultName)
	}
	return err
}

func writePoint(ctx context.Context, t *Target, p pointParameters, _, after pointState, _ string) (Receipt, error) {
	out, err := t.backupOnce.UpdateRecoveryPointLifecycle(ctx, &backup.UpdateRecoveryPointLifecycleInput{
		BackupVaultName: &p.BackupVaultName, RecoveryPointArn: &p.RecoveryPointArn,
		Lifecycle: &types.Lifecycle{DeleteAfterDays: after.Lifecycle.DeleteAfterDays, MoveToColdStorageAfterDays: after.Lifecycle.MoveToColdStorageAfterDays},
	})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, ""), nil
}

func textPoint(p pointParameters, c *Change) Text {
	s, err := decodeLoosely[pointState](c.Steps[0].After)
	if err != nil {
		return Text{}
	}
	return Text{CLI: pointCommand(p, c.Place, s.Lifecycle)}
}

func backPoint(p pointParameters, u Undoing) string {
	s, err := decodeLoosely[pointState](u.Before)
	if err != nil || s.Lifecycle == nil {
		return ""
	}
	return pointCommand(p, u.Place, s.Lifecycle)
}

func pointCommand(p pointParameters, at Place, l *snapshot.Lifecycle) string {
	return command("backup update-recovery-point-lifecycle", at, "--backup-vault-name", p.BackupVaultName,
		"--recovery-point-arn", p.RecoveryPointArn, "--lifecycle", string(encode(l)))
}
