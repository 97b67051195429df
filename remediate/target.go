package remediate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"
)

// An Account is how changes reach one account.
type Account struct {
	Config aws.Config // credentials, endpoint, User-Agent
	ID     string     // 12 digits, as STS says
	ARN    string     // who changes
}

// A Target is where a change is made: one Region of an account.
type Target struct {
	Place
	AsOf time.Time // of the plan

	now            func() time.Time
	includeManaged bool // the plan was made to change what code defines, too

	dynamodb, dynamodbOnce *dynamodb.Client // Once: for writes
	backup, backupOnce     *backup.Client
	config                 aws.Config
}

// tries of one request, with pauses of up to maxPause between them.
const (
	tries    = 8
	maxPause = 10 * time.Second
)

// newTarget makes clients. Questions are retried whenever that may help. A write
// is repeated by the SDK only where AWS said that it has not been done (it was
// throttled): anything else may have been done, and is looked at first.
func newTarget(account Account, at Place, plan *Plan, now func() time.Time, limit *rate.Limiter) *Target {
	cfg := account.Config.Copy()
	cfg.Region = at.Region
	cfg.APIOptions = append(cfg.APIOptions[:len(cfg.APIOptions):len(cfg.APIOptions)], paced(limit))
	most := maxPause
	if limit == nil { // an emulator
		most = 10 * time.Millisecond
	}
	cfg.Retryer = func() aws.Retryer { return retryer(retry.DefaultRetryables, most) }
	once := cfg.Copy()
	once.Retryer = func() aws.Retryer {
		return retryer([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(throttledOnly)}, most)
	}
	return &Target{Place: at, AsOf: plan.AsOf, includeManaged: plan.IncludeManaged, now: now, config: cfg,
		dynamodb: dynamodb.NewFromConfig(cfg), dynamodbOnce: dynamodb.NewFromConfig(once),
		backup: backup.NewFromConfig(cfg), backupOnce: backup.NewFromConfig(once)}
}

func retryer(retryables []retry.IsErrorRetryable, most time.Duration) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff = tries, most
		o.RateLimiter = ratelimit.None
		o.Retryables = retryables
	})
}

func throttledOnly(err error) aws.Ternary {
	if isThrottle(err) {
		return aws.TrueTernary
	}
	return aws.FalseTernary
}

// paced keeps all requests of an application below one rate: AWS publishes none
// for most writes, and five a second for DynamoDB's TagResource.
func paced(limit *rate.Limiter) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		if limit == nil {
			return nil
		}
		return stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("holdfastPace",
			func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
				if err := limit.Wait(ctx); err != nil {
					return middleware.FinalizeOutput{}, middleware.Metadata{}, err
				}
				return next.HandleFinalize(ctx, in)
			}), middleware.After)
	}
}

// receipt is what a write's answer leaves.
func receipt(m middleware.Metadata, result string) Receipt {
	id, _ := awsmiddleware.GetRequestIDMetadata(m)
	return Receipt{RequestID: id, Result: result}
}

// An outcome of a write that failed.
type outcome int

const (
	refused  outcome = iota // AWS says no: it was not done, and will not be
	open                    // nobody knows whether it was done
	undone                  // it was not done, and may be tried again
	notThere                // the target is gone
)

// judge says what an error of a write means. Whatever is no clear answer of AWS
// leaves it open.
func judge(err error) outcome {
	var api smithy.APIError
	if isThrottle(err) {
		return undone
	}
	if !errors.As(err, &api) {
		return open // no answer, or none that can be read
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() >= http.StatusInternalServerError {
		return open
	}
	switch api.ErrorCode() {
	case "ResourceInUseException", "TableInUseException", "BackupInUseException", "ContinuousBackupsUnavailableException",
		"InvalidResourceStateException", "ConcurrentModificationException":
		return undone
	case "ResourceNotFoundException", "TableNotFoundException":
		return notThere
	}
	if api.ErrorFault() == smithy.FaultServer {
		return open
	}
	return refused
}

func isThrottle(err error) bool {
	if retry.DefaultThrottles == nil {
		return false
	}
	for _, r := range retry.DefaultThrottles {
		if r.IsErrorThrottle(err) == aws.TrueTernary {
			return true
		}
	}
	return false
}

// hasCode says whether AWS answered with one of these error codes.
func hasCode(err error, codes ...string) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	for _, code := range codes {
		if api.ErrorCode() == code {
			return true
		}
	}
	return false
}

// isDenied says whether AWS refused for want of a permission.
func isDenied(err error) bool {
	var response *awshttp.ResponseError
	return hasCode(err, "AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "InsufficientPrivilegesException") ||
		errors.As(err, &response) && response.HTTPStatusCode() == http.StatusForbidden
}

// requestOf is the request id of an error's answer.
func requestOf(err error) string {
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		return response.ServiceRequestID()
	}
	return ""
}

// asking is the error of a question about the target.
func asking(operation string, err error) error {
	if isDenied(err) {
		return fmt.Errorf("asking AWS (%s): %w; give the role this permission: holdfast iam-policy remediate prints all", operation, err)
	}
	return fmt.Errorf("asking AWS (%s): %w", operation, err)
}
