package collect

import (
	"context"
	"errors"
	"sync"

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

// refresh drops cached credentials, so that the next call asks the provider
// again; ok is false where nothing is cached.
func (c credentials) refresh() (ok bool) {
	cache, ok := c.CredentialsProvider.(interface{ Invalidate() })
	if ok {
		cache.Invalidate()
	}
	return ok
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

// A breaker keeps a shard from asking thousands of times with credentials that
// are dead.
type breaker struct {
	mu    sync.Mutex
	fails int
	last  error
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
