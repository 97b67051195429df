package remediate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"holdfast/scanner/snapshot"
)

// dynamodb.create_backup makes an on-demand backup, of a table that is backed up in
// this way and lacks a recent one. The API has no token, and each call makes another
// backup: so its name follows from the table and the snapshot, and is looked for
// before the call and before it is repeated.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateBackup.html
func createBackup() Action {
	return Action{
		Name: "dynamodb.create_backup", Doc: "make an on-demand backup of a table",
		Order: OrderBackup, Risk: MediumRisk, Undo: UndoNo,
		Cost: "more: one backup of the table, by size, until somebody deletes it",
		Permissions: []Permission{
			{Action: "dynamodb:CreateBackup", Resource: tables},
			{Action: "dynamodb:DescribeTable", Resource: tables},
			{Action: "dynamodb:ListBackups", Resource: "*"},
		},
		propose: func(*proposer, []Case) {},
		do: deed([]move{step[backupParameters, *backupState]{
			operation: "dynamodb:CreateBackup",
			read:      readBackup, want: wantBackup, write: writeBackup,
		}.move()}, nil, textBackup),
	}
}

type backupParameters struct {
	TableName  string
	BackupName string
}

func (p backupParameters) target(at Place) string { return at.arn("dynamodb", "table/"+p.TableName) }

func (p backupParameters) check(Place) error {
	if !strings.HasPrefix(p.BackupName, "holdfast-") || !tableName.MatchString(p.BackupName) {
		return fmt.Errorf("%q is no name of a backup", p.BackupName)
	}
	return checkTable(p.TableName)
}

// backupState is the backup of that name; null: there is none.
type backupState struct{ BackupName string }

// onDemand proposes a backup of a table, if the rules of its scope count those.
func (p *proposer) onDemand(r *region, table *snapshot.Table, cases []Case) {
	name := "holdfast-" + r.collected.UTC().Format("20060102T150405Z") + "-" + digest("backup", table.TableArn, table.TableId)[:12]
	p.add(createBackup(), r.Place, backupParameters{table.TableName, name}, []any{(*backupState)(nil)}, cases,
		"it is kept, and paid for, until somebody deletes it")
}

func readBackup(ctx context.Context, t *Target, p backupParameters) (*backupState, error) {
	if _, err := t.table(ctx, p.TableName); err != nil {
		return nil, err
	}
	in := &dynamodb.ListBackupsInput{TableName: &p.TableName, BackupType: types.BackupTypeFilterUser, TimeRangeLowerBound: aws.Time(t.AsOf.Add(-time.Hour))}
	for {
		out, err := t.dynamodb.ListBackups(ctx, in)
		if err != nil {
			return nil, asking("dynamodb:ListBackups", err)
		}
		if slices.ContainsFunc(out.BackupSummaries, func(b types.BackupSummary) bool {
			return aws.ToString(b.BackupName) == p.BackupName && b.BackupStatus != types.BackupStatusDeleted
		}) {
			return &backupState{p.BackupName}, nil
		}
		if out.LastEvaluatedBackupArn == nil {
			return nil, nil
		}
		in.ExclusiveStartBackupArn = out.LastEvaluatedBackupArn
	}
}

func wantBackup(p backupParameters, now *backupState) (*backupState, error) {
	if now != nil {
		return nil, fmt.Errorf("the backup is there already")
	}
	return &backupState{p.BackupName}, nil
}

func writeBackup(ctx context.Context, t *Target, p backupParameters, _, _ *backupState, _ string) (Receipt, error) {
	out, err := t.dynamodbOnce.CreateBackup(ctx, &dynamodb.CreateBackupInput{TableName: &p.TableName, BackupName: &p.BackupName})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	arn := ""
	if out.BackupDetails != nil {
		arn = aws.ToString(out.BackupDetails.BackupArn)
	}
	return receipt(out.ResultMetadata, arn), nil
}

func textBackup(p backupParameters, c *Change) Text {
	return Text{CLI: command("dynamodb create-backup", c.Place, "--table-name", p.TableName, "--backup-name", p.BackupName)}
}
