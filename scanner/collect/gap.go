package collect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"holdfast/scanner/snapshot"
)

// An unreadableError is an answer that cannot be AWS's: a page that repeats, or
// a thing without its name.
type unreadableError struct{ what string }

func (e unreadableError) Error() string { return e.what }

// classify says in one word why there is no answer, and in AWS's words where
// there are any. Code is empty where the answer had none. The message has no
// request ids, ports or times in it, so that the same trouble reads the same in
// the next run.
func classify(err error) (reason snapshot.Reason, code, message string) {
	status, contentType := response(err)
	var api smithy.APIError
	if errors.As(err, &api) {
		code, message = api.ErrorCode(), shorten(api.ErrorMessage())
		if code == "UnknownError" { // the SDK's own word
			code = ""
		}
	}
	var creds *credentialsError
	var unreadable unreadableError
	switch {
	case errors.As(err, &unreadable):
		return snapshot.Unreadable, code, unreadable.what
	case errors.As(err, &creds):
		return snapshot.Denied, code, shorten("no valid credentials: " + innermost(creds.err))
	case isThrottle(err):
		return snapshot.Throttled, code, cmp.Or(message, "still throttled after the last try")
	case isDenied(err, status):
		return snapshot.Denied, code, cmp.Or(message, fmt.Sprintf("HTTP %d", status))
	case errors.Is(err, errAttemptTimeout), errors.Is(err, context.DeadlineExceeded),
		status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		return snapshot.Timeout, code, "no answer in time"
	case isCut(err):
		return snapshot.Timeout, code, "the connection was cut"
	case code != "":
		return snapshot.Failed, code, message
	case status != 0:
		return snapshot.Unreadable, "", fmt.Sprintf("the answer is not AWS's: HTTP %d, %s", status, contentType)
	}
	return snapshot.Failed, "", shorten(innermost(err))
}

// response returns the HTTP status and media type of the answer behind err; 0
// where there was none.
func response(err error) (status int, contentType string) {
	var r *smithyhttp.ResponseError
	if !errors.As(err, &r) || r.Response == nil || r.Response.Response == nil {
		return 0, ""
	}
	contentType, _, _ = mime.ParseMediaType(r.Response.Header.Get("Content-Type"))
	if contentType == "" {
		contentType = "no content type"
	}
	return r.Response.StatusCode, contentType
}

func isThrottle(err error) bool {
	var api smithy.APIError
	if errors.As(err, &api) {
		if _, ok := retry.DefaultThrottleErrorCodes[api.ErrorCode()]; ok {
			return true
		}
	}
	status, _ := response(err)
	return status == http.StatusTooManyRequests
}

// isDenied holds for any 401 and 403, also for those whose body is XML or HTML
// and has no code, and for the codes that some services send with a 400.
func isDenied(err error, status int) bool {
	if status == http.StatusUnauthorized || status == http.StatusForbidden || isCredentials(err) {
		return true
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch api.ErrorCode() {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException", "NotAuthorized",
		"MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature", "IncompleteSignatureException",
		"SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure", "OptInRequired", "SubscriptionRequiredException":
		return true
	}
	return false
}

// isCut holds for connections that broke, and for addresses that nobody answers.
func isCut(err error) bool {
	var send *smithyhttp.RequestSendError
	var network net.Error
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, syscall.EPIPE) || errors.As(err, &send) || errors.As(err, &network)
}

// innermost is the text of the error that started it, without what the layers
// above wrapped around it.
func innermost(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}

// shorten keeps a message to one line of at most 500 bytes.
func shorten(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 500 {
		s = strings.ToValidUTF8(s[:497], "") + "…"
	}
	return s
}
