package collect

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	sdk "github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/scanner/snapshot"
)

// history is how far back the versions of plans are read, a day more than AWS lists
// jobs.
const history = 31 * 24 * time.Hour

// lately are the versions of a plan that were in force at any time in history,
// oldest first.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListBackupPlanVersions.html
func (b *backups) lately(ctx context.Context, plan string) []snapshot.PlanVersion {
	var all []snapshot.PlanVersion
	got := list(ctx, b.Recorder, ask("backup:ListBackupPlanVersions", "BackupPlanId", plan).orNone("ResourceNotFoundException"),
		func(ctx context.Context, token *string) (*sdk.ListBackupPlanVersionsOutput, error) {
			return b.client.ListBackupPlanVersions(ctx, &sdk.ListBackupPlanVersionsInput{
				BackupPlanId: &plan, MaxResults: b.page(1000), NextToken: token,
			})
		},
		func(out *sdk.ListBackupPlanVersionsOutput) (*string, int, error) {
			for _, v := range out.BackupPlanVersionsList {
				if v.VersionId == nil || v.CreationDate == nil {
					return nil, 0, unreadableError{"a version of the plan has no VersionId or CreationDate"}
				}
				all = append(all, snapshot.PlanVersion{VersionId: *v.VersionId, CreationDate: utc(v.CreationDate)})
			}
			return out.NextToken, len(out.BackupPlanVersionsList), nil
		})
	if got != given {
		return nil
	}
	slices.SortStableFunc(all, func(x, y snapshot.PlanVersion) int { return x.CreationDate.Compare(*y.CreationDate) })
	cut := b.Now().Add(-history)
	for len(all) > 1 && !all[1].CreationDate.After(cut) {
		all = all[1:]
	}
	return all
}

// versions are the plan versions that recovery points name, or that were in force
// lately.
type versions struct {
	mu  sync.Mutex
	all map[planVersion]bool
}

type planVersion struct{ plan, version string }

func newVersions() *versions { return &versions{all: map[planVersion]bool{}} }

func (v *versions) add(c *types.RecoveryPointCreator) {
	if c == nil || aws.ToString(c.BackupPlanId) == "" || aws.ToString(c.BackupPlanVersion) == "" {
		return
	}
	v.note(planVersion{*c.BackupPlanId, *c.BackupPlanVersion})
}

func (v *versions) note(pv planVersion) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.all[pv] = true
}

// isHere says whether a plan can be asked about in this account and Region: a copy
// names the plan of where it came from.
func (b *backups) isHere(c *types.RecoveryPointCreator) bool {
	if c == nil || c.BackupPlanArn == nil {
		return true
	}
	plan, err := arn.Parse(*c.BackupPlanArn)
	return err != nil || plan.Region == b.Region && plan.AccountID == b.Account
}

// except returns the versions that are not in force, sorted.
func (v *versions) except(current map[string]string) []planVersion {
	var old []planVersion
	for pv := range v.all {
		if current[pv.plan] != pv.version {
			old = append(old, pv)
		}
	}
	slices.SortFunc(old, func(a, b planVersion) int {
		return strings.Compare(a.plan+" "+a.version, b.plan+" "+b.version)
	})
	return old
}

// oldVersions reads what the plans said when they made the points that exist, and
// what they said lately.
func (b *backups) oldVersions(ctx context.Context, old []planVersion) {
	each(ctx, b.workers, old, func(ctx context.Context, pv planVersion) { b.plan(ctx, pv.plan, pv.version, nil) })
}
