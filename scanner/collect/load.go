package collect

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

// Load makes an AWS configuration from the SDK's default chain, with o's
// profile, role, endpoint and User-Agent on top.
func Load(ctx context.Context, o Options) (aws.Config, error) {
	if err := o.check(); err != nil {
		return aws.Config{}, err
	}
	o = o.withDefaults()
	// A BuildableClient, since the SDK adds AWS_CA_BUNDLE to it and to no other.
	client := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = 4 * o.Workers
		t.MaxIdleConns = 4 * o.Workers * o.Regions
	})
	options := []func(*config.LoadOptions) error{
		config.WithHTTPClient(client),
		config.WithLogger(logging.Nop{}), // what matters is in the gaps; the rest would stand between the lines of a report
		config.WithAPIOptions([]func(*middleware.Stack) error{awsmiddleware.AddUserAgentKeyValue("holdfast", o.Version)}),
	}
	if o.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Region != "" {
		options = append(options, config.WithRegion(o.Region))
	}
	if o.EndpointURL != "" {
		options = append(options, config.WithBaseEndpoint(o.EndpointURL))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("loading the AWS configuration: %w", err)
	}
	cfg.HTTPClient = oneClient(cfg.HTTPClient)
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	if o.RoleARN != "" {
		cfg.Credentials = assume(patient(cfg, o), o)
	}
	return cfg, nil
}

// check refuses options that would be misunderstood silently.
func (o Options) check() error {
	if o.RateShare < 0 || o.RateShare > 1 {
		return fmt.Errorf("rate share is %v; it is a share of AWS's limits, above 0 and at most 1", o.RateShare)
	}
	for _, pattern := range o.Tables {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("reading table pattern %q: %w; use * for any text, ? for one character, [ab] for one of some", pattern, err)
		}
	}
	if o.RoleARN == "" && o.ExternalID != "" {
		return errors.New("an external id goes with a role; add --role-arn")
	}
	if _, err := arn.Parse(o.RoleARN); o.RoleARN != "" && err != nil {
		return fmt.Errorf("reading role ARN %q: %w; it looks like arn:aws:iam::111122223333:role/Name", o.RoleARN, err)
	}
	return nil
}

func assume(cfg aws.Config, o Options) aws.CredentialsProvider {
	provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), o.RoleARN, func(a *stscreds.AssumeRoleOptions) {
		a.RoleSessionName = "holdfast"
		if o.ExternalID != "" {
			a.ExternalID = aws.String(o.ExternalID)
		}
	})
	return aws.NewCredentialsCache(provider)
}
