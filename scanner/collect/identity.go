package collect

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// An Identity is who asks, as AWS sees it.
type Identity struct {
	Account   string // 12 digits
	ARN       string // "arn:aws:sts::111122223333:assumed-role/Auditor/holdfast"
	Partition string // "aws", "aws-cn", "aws-us-gov" …
}

// Identify asks STS who the caller is. It needs no permission, so an error means
// that there are no usable credentials, or no way to AWS.
func Identify(ctx context.Context, cfg aws.Config) (Identity, error) {
	return identify(ctx, cfg, Options{})
}

func identify(ctx context.Context, cfg aws.Config, o Options) (Identity, error) {
	o = o.withDefaults()
	o.MaxAttempts = min(o.MaxAttempts, 5) // a person may be waiting for the reason
	cfg = patient(cfg, o)
	cfg.Credentials = credentials{cfg.Credentials}
	cfg.Retryer = func() aws.Retryer { return identityRetryer{newRetryer(o)} }
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Identity{}, fmt.Errorf("asking AWS who is calling (sts:GetCallerIdentity): %w; check the credentials with: aws sts get-caller-identity", err)
	}
	id := Identity{Account: aws.ToString(out.Account), ARN: aws.ToString(out.Arn)}
	parsed, err := arn.Parse(id.ARN)
	if err != nil || id.Account == "" {
		return Identity{}, fmt.Errorf("asking AWS who is calling (sts:GetCallerIdentity): the answer names no account and ARN (%q, %q)", id.Account, id.ARN)
	}
	id.Partition = parsed.Partition
	return id, nil
}

// patient makes the calls that nothing goes without, who is calling and the way
// into a role, as persistent as those of the collectors.
func patient(cfg aws.Config, o Options) aws.Config {
	o = o.withDefaults()
	cfg = cfg.Copy()
	cfg.Retryer = func() aws.Retryer { return newRetryer(o) }
	cfg.APIOptions = append(slices.Clone(cfg.APIOptions), (&attempt{timeout: o.AttemptTimeout}).attach)
	return cfg
}

// identityRetryer also tries again what AWS itself never refuses: whoever can
// sign may ask who they are, so that a refusal comes from something in between.
type identityRetryer struct{ aws.Retryer }

func (r identityRetryer) IsErrorRetryable(err error) bool {
	status, _ := response(err)
	return r.Retryer.IsErrorRetryable(err) || status >= 400 && !isCredentials(err)
}
