package collect

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/scanner/snapshot"
)

// points streams a vault's recovery points into the shard. Only what may be
// asked for its storage class is held back.
func (b *backups) points(ctx context.Context, vault string, seen *versions) {
	sample := &coldSample{now: b.Now(), groups: map[string]*coldest{}}
	q := ask("backup:ListRecoveryPointsByBackupVault", "BackupVaultName", vault, "ByResourceType", dynamoDB)
	list(ctx, b.Recorder, q.orNone("ResourceNotFoundException"), // an empty vault may be deleted meanwhile
		func(ctx context.Context, token *string) (*sdk.ListRecoveryPointsByBackupVaultOutput, error) {
			return b.client.ListRecoveryPointsByBackupVault(ctx, &sdk.ListRecoveryPointsByBackupVaultInput{
				BackupVaultName: &vault, ByResourceType: aws.String(dynamoDB), MaxResults: b.page(1000), NextToken: token,
			})
		},
		func(out *sdk.ListRecoveryPointsByBackupVaultOutput) (*string, int, error) {
			for _, p := range out.RecoveryPoints {
				if p.RecoveryPointArn == nil {
					return nil, 0, unreadableError{"a recovery point has no RecoveryPointArn"}
				}
				if p.ResourceArn == nil {
					return nil, 0, unreadableError{"a recovery point has no ResourceArn"}
				}
				if !b.wantsResource(aws.ToString(p.ResourceArn)) {
					continue
				}
				if b.isHere(p.CreatedBy) {
					seen.add(p.CreatedBy)
				}
				for _, row := range sample.pass(recoveryPoint(p, vault)) {
					b.Add(snapshot.Row{RecoveryPoint: row})
				}
			}
			return out.NextToken, len(out.RecoveryPoints), nil
		})
	each(ctx, b.workers, sample.held(), func(ctx context.Context, row *snapshot.RecoveryPoint) {
		row.StorageClass = b.storageClass(ctx, vault, row.RecoveryPointArn)
		b.Add(snapshot.Row{RecoveryPoint: row})
	})
}

func recoveryPoint(p types.RecoveryPointByBackupVault, vault string) *snapshot.RecoveryPoint {
	row := &snapshot.RecoveryPoint{
		ResourceArn: aws.ToString(p.ResourceArn), CreationDate: utc(p.CreationDate), RecoveryPointArn: aws.ToString(p.RecoveryPointArn),
		BackupVaultArn: aws.ToString(p.BackupVaultArn), BackupVaultName: vault, VaultType: string(p.VaultType),
		SourceBackupVaultArn: aws.ToString(p.SourceBackupVaultArn), ResourceType: aws.ToString(p.ResourceType),
		ResourceName: aws.ToString(p.ResourceName), Status: string(p.Status), StatusMessage: aws.ToString(p.StatusMessage),
		CompletionDate: utc(p.CompletionDate), InitiationDate: utc(p.InitiationDate), LastRestoreTime: utc(p.LastRestoreTime),
		Lifecycle: lifecycle(p.Lifecycle), CalculatedLifecycle: calculated(p.CalculatedLifecycle), CreatedBy: creator(p.CreatedBy),
		EncryptionKeyArn: aws.ToString(p.EncryptionKeyArn), EncryptionKeyType: string(p.EncryptionKeyType),
		BackupSizeInBytes: p.BackupSizeInBytes, IamRoleArn: aws.ToString(p.IamRoleArn),
	}
	if p.IsEncrypted { // the SDK gives false also where AWS says nothing
		row.IsEncrypted = aws.Bool(true)
	}
	return row
}

func (b *backups) storageClass(ctx context.Context, vault, point string) string {
	q := ask("backup:DescribeRecoveryPoint", "BackupVaultName", vault, "RecoveryPointArn", point).orNone("ResourceNotFoundException")
	out, got := get(ctx, b.Recorder, q,
		func(ctx context.Context) (*sdk.DescribeRecoveryPointOutput, error) {
			return b.client.DescribeRecoveryPoint(ctx, &sdk.DescribeRecoveryPointInput{BackupVaultName: &vault, RecoveryPointArn: &point})
		},
		func(out *sdk.DescribeRecoveryPointOutput) (any, error) {
			return fields{"StorageClass": out.StorageClass}, nil
		})
	if got != given {
		return ""
	}
	return string(out.StorageClass)
}

// settled is how long after MoveToColdStorageAt a point is expected to be cold.
const settled = 48 * time.Hour

// A coldSample picks, of the points that should have grown cold, the oldest and
// the newest of each group alike in table and lifecycle: to ask about every point
// would be a call each.
type coldSample struct {
	now    time.Time
	groups map[string]*coldest
}

type coldest struct{ oldest, newest *snapshot.RecoveryPoint }

// pass takes a point and returns those that need not be held any longer: the
// point itself, or the one whose place it took.
func (s *coldSample) pass(p *snapshot.RecoveryPoint) []*snapshot.RecoveryPoint {
	c := p.CalculatedLifecycle
	if c == nil || c.MoveToColdStorageAt == nil || c.MoveToColdStorageAt.Add(settled).After(s.now) || p.CreationDate == nil {
		return []*snapshot.RecoveryPoint{p}
	}
	key := groupKey(p)
	g := s.groups[key]
	switch {
	case g == nil:
		s.groups[key] = &coldest{oldest: p, newest: p}
		return nil
	case before(p, g.oldest):
		g.oldest, p = p, g.oldest
	case before(g.newest, p):
		g.newest, p = p, g.newest
	default:
		return []*snapshot.RecoveryPoint{p}
	}
	if p == g.oldest || p == g.newest {
		return nil // was both, still is one
	}
	return []*snapshot.RecoveryPoint{p}
}

// held returns the sample, each point once.
func (s *coldSample) held() []*snapshot.RecoveryPoint {
	var all []*snapshot.RecoveryPoint
	for _, g := range s.groups {
		all = append(all, g.oldest)
		if g.newest != g.oldest {
			all = append(all, g.newest)
		}
	}
	return all
}

func groupKey(p *snapshot.RecoveryPoint) string {
	key := p.ResourceArn
	if l := p.Lifecycle; l != nil {
		key = fmt.Sprintf("%s %d %d", key, aws.ToInt64(l.MoveToColdStorageAfterDays), aws.ToInt64(l.DeleteAfterDays))
	}
	return key
}

// before orders points by creation, then ARN, so that the sample does not depend
// on the order of the pages.
func before(a, b *snapshot.RecoveryPoint) bool {
	if c := a.CreationDate.Compare(*b.CreationDate); c != 0 {
		return c < 0
	}
	return strings.Compare(a.RecoveryPointArn, b.RecoveryPointArn) < 0
}
