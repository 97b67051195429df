package collect

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
)

// A credentialsError says that there were no credentials to sign with.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return "getting credentials: " + e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

// credentials marks the failures of a provider as such.
type credentials struct{ aws.CredentialsProvider }

func (c credentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	v, err := c.CredentialsProvider.Retrieve(ctx)
	if err != nil && ctx.Err() == nil {
		err = &credentialsError{err}
	}
	return v, err
}

// isCredentials says whether an error is about who asks, not about what.
// UnrecognizedClientException is also what a Region answers that is not enabled.
func isCredentials(err error) bool {
	var creds *credentialsError
	if errors.As(err, &creds) {
		return true
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch api.ErrorCode() {
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "InvalidAccessKeyId",
		"UnrecognizedClientException", "InvalidToken":
		return true
	}
	return false
}

// patience is how many calls in a row may fail for their credentials before the
// rest of the shard is not asked any more.
const patience = 3

// renewal is how long credentials that were just renewed are trusted.
const renewal = 10 * time.Second

// A breaker keeps a shard from asking thousands of times with credentials that
// are dead.
type breaker struct {
	mu    sync.Mutex
	fails int
	last  error
	fresh time.Time // when cached credentials were last dropped
}

// refresh drops cached credentials, so that the next call asks the provider
// again; ok is false where nothing is cached. Calls that fail together cause one
// renewal.
func (b *breaker) refresh(c credentials) (ok bool) {
	cache, ok := c.CredentialsProvider.(interface{ Invalidate() })
	b.mu.Lock()
	defer b.mu.Unlock()
	if ok && time.Since(b.fresh) > renewal {
		b.fresh = time.Now()
		cache.Invalidate()
	}
	return ok
}

// open returns the error of the credentials once they count as dead.
func (b *breaker) open() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails < patience {
		return nil
	}
	return b.last
}

// note takes an outcome; anything but a credentials error closes the breaker.
func (b *breaker) note(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil || !isCredentials(err) {
		b.fails = 0
		return
	}
	b.fails++
	b.last = err
}
