package collect

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	sdk "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"holdfast/scanner/snapshot"
)

// collectKMS asks about the keys that the shard's rows name by ARN, each in its
// own Region. Never by alias: AWS creates the key of one of its own aliases when
// that is described for the first time.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
func collectKMS(ctx context.Context, target Target, rec *Recorder) error {
	keys := rec.named.of("kms", func(a arn.ARN) bool { return strings.HasPrefix(a.Resource, "key/") })
	each(ctx, target.workers, keys, func(ctx context.Context, key arn.ARN) {
		client := sdk.NewFromConfig(target.in(key.Region).Config)
		row := describeKey(ctx, rec, client, key.String())
		if row == nil {
			return
		}
		if key.AccountID == target.Account {
			row.Policy = keyPolicy(ctx, rec, client, key.String())
		}
		rec.Add(snapshot.Row{KMSKey: row})
	})
	return rec.err(ctx)
}

func describeKey(ctx context.Context, rec *Recorder, client *sdk.Client, key string) *snapshot.KMSKey {
	out, got := get(ctx, rec, ask("kms:DescribeKey", "KeyId", key).orNone("NotFoundException"),
		func(ctx context.Context) (*sdk.DescribeKeyOutput, error) {
			return client.DescribeKey(ctx, &sdk.DescribeKeyInput{KeyId: &key})
		},
		func(out *sdk.DescribeKeyOutput) (any, error) {
			if out.KeyMetadata == nil || out.KeyMetadata.Arn == nil {
				return nil, unreadableError{"the answer has no Arn"}
			}
			return fields{"KeyState": out.KeyMetadata.KeyState}, nil
		})
	if got != given {
		return nil
	}
	return kmsKey(out.KeyMetadata)
}

func kmsKey(k *types.KeyMetadata) *snapshot.KMSKey {
	row := &snapshot.KMSKey{
		Arn: aws.ToString(k.Arn), KeyId: aws.ToString(k.KeyId), AWSAccountId: aws.ToString(k.AWSAccountId),
		KeyManager: string(k.KeyManager), KeyState: string(k.KeyState), Enabled: k.Enabled,
		CreationDate: utc(k.CreationDate), DeletionDate: utc(k.DeletionDate),
		Origin: string(k.Origin), ExpirationModel: string(k.ExpirationModel), ValidTo: utc(k.ValidTo), MultiRegion: k.MultiRegion,
	}
	if k.PendingDeletionWindowInDays != nil {
		row.PendingDeletionWindowInDays = positive(*k.PendingDeletionWindowInDays)
	}
	if m := k.MultiRegionConfiguration; m != nil {
		row.MultiRegionKeyType = string(m.MultiRegionKeyType)
		if m.PrimaryKey != nil {
			row.PrimaryKeyArn = aws.ToString(m.PrimaryKey.Arn)
		}
		for _, replica := range m.ReplicaKeys {
			row.ReplicaKeyArns = append(row.ReplicaKeyArns, aws.ToString(replica.Arn))
		}
	}
	return row
}

// keyPolicy reads the policy of a key of this account; AWS gives no other's. A key
// has one policy, and its name is default.
func keyPolicy(ctx context.Context, rec *Recorder, client *sdk.Client, key string) *snapshot.PolicyDocument {
	q := ask("kms:GetKeyPolicy", "KeyId", key, "PolicyName", "default").orNone("NotFoundException")
	out, got := get(ctx, rec, q,
		func(ctx context.Context) (*sdk.GetKeyPolicyOutput, error) {
			return client.GetKeyPolicy(ctx, &sdk.GetKeyPolicyInput{KeyId: &key, PolicyName: aws.String("default")})
		},
		func(out *sdk.GetKeyPolicyOutput) (any, error) {
			if out.Policy == nil {
				return nil, unreadableError{"the answer has no Policy"}
			}
			return nil, nil
		})
	if got != given {
		return nil
	}
	return policyDocument(out.Policy)
}
