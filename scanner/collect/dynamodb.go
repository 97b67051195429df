package collect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"holdfast/scanner/snapshot"
)

// A dynamo collects DynamoDB: the list of tables feeds workers that ask about
// several tables at once, while tags come in bulk.
type dynamo struct {
	Target
	*Recorder
	client *dynamodb.Client
	tags   *tags
}

func collectDynamoDB(ctx context.Context, target Target, rec *Recorder) error {
	d := &dynamo{Target: target, Recorder: rec, client: dynamodb.NewFromConfig(target.Config)}
	d.tags = readTags(ctx, target, rec)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { d.backups(ctx); return rec.err(ctx) })
	g.Go(func() error { return d.allTables(ctx) })
	err := g.Wait()
	<-d.tags.done
	return err
}

// allTables describes tables while their list is still being read.
func (d *dynamo) allTables(ctx context.Context) error {
	names := make(chan string, 100)
	g, ctx := errgroup.WithContext(ctx)
	for range d.workers {
		g.Go(func() error {
			for name := range names {
				d.table(ctx, name)
				if err := d.err(ctx); err != nil {
					return err
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		defer close(names)
		d.listTables(ctx, names)
		return d.err(ctx)
	})
	return g.Wait()
}

func (d *dynamo) listTables(ctx context.Context, names chan<- string) {
	list(ctx, d.Recorder, ask("dynamodb:ListTables"),
		func(ctx context.Context, token *string) (*dynamodb.ListTablesOutput, error) {
			return d.client.ListTables(ctx, &dynamodb.ListTablesInput{Limit: d.page(100), ExclusiveStartTableName: token})
		},
		func(out *dynamodb.ListTablesOutput) (*string, int, error) {
			for _, name := range out.TableNames {
				if !d.wants(name) {
					continue
				}
				select {
				case names <- name:
				case <-ctx.Done():
					return nil, 0, ctx.Err()
				}
			}
			return out.LastEvaluatedTableName, len(out.TableNames), nil
		})
}

// table asks all that is asked by table, at once, and adds one row. A table that
// was deleted since the list was made leaves no row and no gap.
func (d *dynamo) table(ctx context.Context, name string) {
	arn := fmt.Sprintf("arn:%s:dynamodb:%s:%s:table/%s", d.Partition, d.Region, d.Account, name)
	row := &snapshot.Table{TableArn: arn, TableName: name}
	var described, continuous answer
	var g errgroup.Group
	g.Go(func() error { described = d.describe(ctx, name, row); return nil })
	g.Go(func() error { continuous = d.continuousBackups(ctx, name, row); return nil })
	g.Go(func() error { d.policy(ctx, arn, row); return nil })
	g.Go(func() error { row.Tags = d.tags.of(ctx, d, arn); return nil })
	g.Wait()
	if continuous == none && described == given {
		if d.describe(ctx, name, &snapshot.Table{}) == none {
			return // deleted between the two questions
		}
		d.gap(ask("dynamodb:DescribeContinuousBackups", "TableName", name), snapshot.Failed,
			"TableNotFoundException", "AWS describes the table, but not its continuous backups")
	}
	if described != none {
		d.Add(snapshot.Row{Table: row})
	}
}

func (d *dynamo) describe(ctx context.Context, name string, row *snapshot.Table) answer {
	q := ask("dynamodb:DescribeTable", "TableName", name).orNone("ResourceNotFoundException")
	out, got := get(ctx, d.Recorder, q,
		func(ctx context.Context) (*dynamodb.DescribeTableOutput, error) {
			return d.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
		},
		func(out *dynamodb.DescribeTableOutput) (any, error) {
			t := out.Table
			if t == nil || t.TableArn == nil {
				return nil, unreadableError{"the answer has no TableArn"}
			}
			return fields{"TableArn": *t.TableArn, "TableStatus": t.TableStatus, "DeletionProtectionEnabled": t.DeletionProtectionEnabled}, nil
		})
	if got == given {
		fillTable(row, out.Table)
	}
	return got
}

// fields are what a call keeps of its answer.
type fields map[string]any

// fillTable takes what DescribeTable says.
func fillTable(row *snapshot.Table, t *types.TableDescription) {
	row.TableArn = aws.ToString(t.TableArn)
	row.TableId = aws.ToString(t.TableId)
	row.TableStatus = string(t.TableStatus)
	row.CreationDateTime = utc(t.CreationDateTime)
	row.DeletionProtectionEnabled = t.DeletionProtectionEnabled
	row.GlobalTableVersion = aws.ToString(t.GlobalTableVersion)
	row.MultiRegionConsistency = string(t.MultiRegionConsistency)
	if s := t.SSEDescription; s != nil {
		row.SSEDescription = &snapshot.SSEDescription{
			Status: string(s.Status), SSEType: string(s.SSEType), KMSMasterKeyArn: aws.ToString(s.KMSMasterKeyArn),
			InaccessibleEncryptionDateTime: utc(s.InaccessibleEncryptionDateTime),
		}
	}
	if s := t.ArchivalSummary; s != nil {
		row.ArchivalSummary = &snapshot.ArchivalSummary{
			ArchivalReason: aws.ToString(s.ArchivalReason), ArchivalBackupArn: aws.ToString(s.ArchivalBackupArn),
			ArchivalDateTime: utc(s.ArchivalDateTime),
		}
	}
	if s := t.RestoreSummary; s != nil {
		row.RestoreSummary = &snapshot.RestoreSummary{
			SourceBackupArn: aws.ToString(s.SourceBackupArn), SourceTableArn: aws.ToString(s.SourceTableArn),
			RestoreDateTime: utc(s.RestoreDateTime), RestoreInProgress: s.RestoreInProgress,
		}
	}
	for _, r := range t.Replicas {
		row.Replicas = append(row.Replicas, snapshot.Replica{
			RegionName: aws.ToString(r.RegionName), ReplicaArn: aws.ToString(r.ReplicaArn),
			ReplicaStatus: string(r.ReplicaStatus), KMSMasterKeyId: aws.ToString(r.KMSMasterKeyId),
		})
	}
	slices.SortFunc(row.Replicas, func(a, b snapshot.Replica) int {
		return strings.Compare(a.RegionName+" "+a.ReplicaArn, b.RegionName+" "+b.ReplicaArn)
	})
}

// continuousBackups reads point-in-time recovery, which AWS limits to 10 answers
// per second: it is what the duration of a scan comes from.
func (d *dynamo) continuousBackups(ctx context.Context, name string, row *snapshot.Table) answer {
	q := ask("dynamodb:DescribeContinuousBackups", "TableName", name).orNone("TableNotFoundException", "ResourceNotFoundException")
	out, got := get(ctx, d.Recorder, q,
		func(ctx context.Context) (*dynamodb.DescribeContinuousBackupsOutput, error) {
			return d.client.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: &name})
		},
		func(out *dynamodb.DescribeContinuousBackupsOutput) (any, error) {
			if out.ContinuousBackupsDescription == nil {
				return nil, unreadableError{"the answer has no ContinuousBackupsDescription"}
			}
			return continuousBackups(out.ContinuousBackupsDescription), nil
		})
	if got == given {
		row.ContinuousBackupsDescription = continuousBackups(out.ContinuousBackupsDescription)
	}
	return got
}

func continuousBackups(c *types.ContinuousBackupsDescription) *snapshot.ContinuousBackups {
	out := &snapshot.ContinuousBackups{ContinuousBackupsStatus: string(c.ContinuousBackupsStatus)}
	if p := c.PointInTimeRecoveryDescription; p != nil {
		out.PointInTimeRecoveryDescription = &snapshot.PointInTimeRecovery{
			PointInTimeRecoveryStatus:  string(p.PointInTimeRecoveryStatus),
			EarliestRestorableDateTime: utc(p.EarliestRestorableDateTime),
			LatestRestorableDateTime:   utc(p.LatestRestorableDateTime),
		}
		if p.RecoveryPeriodInDays != nil {
			days := int(*p.RecoveryPeriodInDays)
			out.PointInTimeRecoveryDescription.RecoveryPeriodInDays = &days
		}
	}
	return out
}

func (d *dynamo) policy(ctx context.Context, arn string, row *snapshot.Table) {
	q := ask("dynamodb:GetResourcePolicy", "ResourceArn", arn).orNone("PolicyNotFoundException", "ResourceNotFoundException")
	out, got := get(ctx, d.Recorder, q,
		func(ctx context.Context) (*dynamodb.GetResourcePolicyOutput, error) {
			return d.client.GetResourcePolicy(ctx, &dynamodb.GetResourcePolicyInput{ResourceArn: &arn})
		},
		func(out *dynamodb.GetResourcePolicyOutput) (any, error) {
			return fields{"RevisionId": out.RevisionId}, checkJSON("Policy", out.Policy)
		})
	if got == given {
		row.ResourcePolicy = rawJSON(out.Policy)
	}
}

// backups lists what DynamoDB itself keeps, in one sweep. Without BackupType
// AWS leaves out the backups of deleted tables.
func (d *dynamo) backups(ctx context.Context) {
	list(ctx, d.Recorder, ask("dynamodb:ListBackups", "BackupType", "ALL"),
		func(ctx context.Context, token *string) (*dynamodb.ListBackupsOutput, error) {
			return d.client.ListBackups(ctx, &dynamodb.ListBackupsInput{
				BackupType: types.BackupTypeFilterAll, Limit: d.page(100), ExclusiveStartBackupArn: token,
			})
		},
		func(out *dynamodb.ListBackupsOutput) (*string, int, error) {
			for _, b := range out.BackupSummaries {
				if b.BackupArn == nil {
					return nil, 0, unreadableError{"a backup has no BackupArn"}
				}
				if d.wants(aws.ToString(b.TableName)) {
					d.Add(snapshot.Row{TableBackup: tableBackup(b)})
				}
			}
			return out.LastEvaluatedBackupArn, len(out.BackupSummaries), nil
		})
}

func tableBackup(b types.BackupSummary) *snapshot.TableBackup {
	return &snapshot.TableBackup{
		BackupArn: aws.ToString(b.BackupArn), BackupName: aws.ToString(b.BackupName),
		BackupStatus: string(b.BackupStatus), BackupType: string(b.BackupType),
		BackupCreationDateTime: utc(b.BackupCreationDateTime), BackupExpiryDateTime: utc(b.BackupExpiryDateTime),
		BackupSizeBytes: b.BackupSizeBytes, TableArn: aws.ToString(b.TableArn),
		TableId: aws.ToString(b.TableId), TableName: aws.ToString(b.TableName),
	}
}
