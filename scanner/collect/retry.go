package collect

import (
	"errors"
	"io"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// maxPause bounds the pause between two tries.
const maxPause = 20 * time.Second

// newRetryer is the SDK's standard retryer, with more patience (a scan has time),
// full jitter, no token bucket (a gap costs more than a late answer), and cut
// bodies and bare 429s among what is tried again.
func newRetryer(o Options) aws.Retryer {
	return retry.NewStandard(func(s *retry.StandardOptions) {
		s.MaxAttempts = o.MaxAttempts
		s.MaxBackoff = maxPause
		s.Backoff = retry.BackoffDelayerFunc(func(attempt int, err error) (time.Duration, error) {
			return pause(o.BackoffBase, attempt), nil
		})
		s.RateLimiter = ratelimit.None
		s.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(retryable)}, s.Retryables...)
	})
}

// pause is between nothing and base·2ⁿ, at most maxPause.
// https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
func pause(base time.Duration, attempt int) time.Duration {
	most := maxPause
	if shift := max(0, attempt-1); shift < 16 && base<<shift < maxPause {
		most = base << shift
	}
	return time.Duration(rand.Int64N(int64(most) + 1))
}

func retryable(err error) aws.Ternary {
	var over givenUpError
	if errors.As(err, &over) {
		return aws.FalseTernary
	}
	if isThrottle(err) || errors.Is(err, errAttemptTimeout) || errors.Is(err, io.ErrUnexpectedEOF) {
		return aws.TrueTernary
	}
	var creds *credentialsError
	if errors.As(err, &creds) {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}
