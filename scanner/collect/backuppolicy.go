package collect

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"holdfast/scanner/snapshot"
)

// collectBackupPolicy asks what the organization's backup policies come to in this
// account, which every account may ask about itself.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html
func collectBackupPolicy(ctx context.Context, target Target, rec *Recorder) error {
	client := sdk.NewFromConfig(target.Config)
	q := ask("organizations:DescribeEffectivePolicy", "PolicyType", backupPolicy)
	out, got := get(ctx, rec, q.orNone("EffectivePolicyNotFoundException", noOrganization),
		func(ctx context.Context) (*sdk.DescribeEffectivePolicyOutput, error) {
			return client.DescribeEffectivePolicy(ctx, &sdk.DescribeEffectivePolicyInput{PolicyType: types.EffectivePolicyTypeBackupPolicy})
		},
		func(out *sdk.DescribeEffectivePolicyOutput) (any, error) {
			if out.EffectivePolicy == nil {
				return nil, unreadableError{"the answer has no EffectivePolicy"}
			}
			return fields{"LastUpdatedTimestamp": utc(out.EffectivePolicy.LastUpdatedTimestamp)}, nil
		})
	if got == given {
		p := out.EffectivePolicy
		rec.Add(snapshot.Row{EffectivePolicy: &snapshot.EffectivePolicy{
			PolicyType: string(p.PolicyType), TargetId: aws.ToString(p.TargetId), LastUpdatedTimestamp: utc(p.LastUpdatedTimestamp),
			PolicyContent: readable(aws.ToString(p.PolicyContent)),
		}})
	}
	return rec.err(ctx)
}
