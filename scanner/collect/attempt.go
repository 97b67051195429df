package collect

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

// errAttemptTimeout says that one try took too long; the next may not.
var errAttemptTimeout = errors.New("no answer in time")

// An exchange is what the tries of one call had in common: it travels in the
// context, since the SDK's outputs do not say it for errors.
type exchange struct {
	deadline time.Time // after which there is no further try; time spent waiting for a turn does not count

	mu        sync.Mutex
	last      error
	attempts  int
	time      time.Time // AWS's clock at the last answer; zero where there was none
	requestID string
}

type exchangeKey struct{}

// An attempt stands inside the SDK's retry loop: it waits for its turn, bounds
// the time of one try, and notes what came back.
type attempt struct {
	limits  *limits
	timeout time.Duration
}

func (a *attempt) ID() string { return "HoldfastAttempt" }

// attach adds the middleware to an operation's stack.
func (a *attempt) attach(stack *middleware.Stack) error {
	return stack.Finalize.Insert(a, "Retry", middleware.After)
}

func (a *attempt) HandleFinalize(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	if x == nil {
		x = &exchange{deadline: time.Now().Add(time.Hour)}
	}
	if err := x.spent(); err != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, err
	}
	pace := a.limits.of(operation(ctx))
	start := time.Now()
	if err := pace.wait(ctx); err != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, fmt.Errorf("waiting for its turn: %w", err)
	}
	x.deadline = x.deadline.Add(time.Since(start))
	try, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	out, metadata, err := next.HandleFinalize(try, in)
	if err != nil && try.Err() != nil && ctx.Err() == nil {
		err = errAttemptTimeout // not wrapped: the SDK never retries what was cancelled
	}
	pace.heard(err != nil && isThrottle(err))
	x.note(metadata, err)
	return out, metadata, err
}

// A givenUpError is the last try's error, once there is no time for another.
type givenUpError struct{ last error }

func (e givenUpError) Error() string        { return "giving up: " + e.last.Error() }
func (e givenUpError) Unwrap() error        { return e.last }
func (e givenUpError) RetryableError() bool { return false }

// spent returns the last error where the time for all tries is over.
func (x *exchange) spent() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.last == nil || time.Now().Before(x.deadline) {
		return nil
	}
	return givenUpError{x.last}
}

func (x *exchange) note(metadata middleware.Metadata, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.attempts++
	x.last = err
	x.requestID, _ = awsmiddleware.GetRequestIDMetadata(metadata)
	if t, ok := awsmiddleware.GetServerTime(metadata); ok && !t.IsZero() {
		x.time = t.UTC()
	}
}

// operation is the IAM action of the call under way.
func operation(ctx context.Context) string {
	return actionOf(awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx))
}

// prefixes are what IAM calls the services that the SDK knows by another name.
var prefixes = map[string]string{
	"Account": "account", "Backup": "backup", "CloudTrail": "cloudtrail", "CloudWatch": "cloudwatch", "CloudWatch Logs": "logs",
	"DynamoDB": "dynamodb", "EventBridge": "events", "IAM": "iam", "KMS": "kms", "Organizations": "organizations",
	"Resource Groups Tagging API": "tag", "SNS": "sns", "STS": "sts",
}

func actionOf(serviceID, operation string) string {
	prefix, ok := prefixes[serviceID]
	if !ok {
		prefix = serviceID
	}
	return prefix + ":" + operation
}
