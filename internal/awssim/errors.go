package awssim

import (
	"encoding/xml"
	"fmt"
	"net/http"
)

// An apiError is an answer that AWS gives instead of the one asked for.
type apiError struct {
	status  int
	code    string
	message string
	members map[string]string // further members of the error's shape
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

func fail(status int, code, format string, args ...any) *apiError {
	return &apiError{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// The errors of AWS Backup; DynamoDB has the same status for all of its own.
func notFound(format string, args ...any) *apiError {
	return fail(http.StatusBadRequest, "ResourceNotFoundException", format, args...)
}

func invalidParameter(format string, args ...any) *apiError {
	return fail(http.StatusBadRequest, "InvalidParameterValueException", format, args...)
}

func invalidRequest(format string, args ...any) *apiError {
	return fail(http.StatusBadRequest, "InvalidRequestException", format, args...)
}

func missingParameter(format string, args ...any) *apiError {
	return fail(http.StatusBadRequest, "MissingParameterValueException", format, args...)
}

// insufficient is what AWS Backup answers where a vault, its policy or its lock
// says no, and for a vault that does not exist.
func insufficient() *apiError {
	return fail(http.StatusForbidden, "AccessDeniedException", "Insufficient privileges to perform this action.")
}

func validation(format string, args ...any) *apiError {
	return fail(http.StatusBadRequest, "ValidationException", format, args...)
}

// An authFailure is named differently by each protocol.
type authFailure int

const (
	noCredentials authFailure = iota
	unknownKey
	expiredKey
)

func (f authFailure) in(p protocol) *apiError {
	json := p == awsJSON10 || p == awsJSON11 || p == rpcCBOR
	status := http.StatusForbidden
	if json {
		status = http.StatusBadRequest
	}
	switch {
	case f == noCredentials && p == awsQuery:
		return fail(status, "MissingAuthenticationToken", "Request is missing Authentication Token")
	case f == noCredentials:
		return fail(status, "MissingAuthenticationTokenException", "Request is missing Authentication Token")
	case f == unknownKey && p == awsQuery:
		return fail(status, "InvalidClientTokenId", "The security token included in the request is invalid")
	case f == unknownKey:
		return fail(status, "UnrecognizedClientException", "The security token included in the request is invalid.")
	case p == awsQuery:
		return fail(status, "ExpiredToken", "The security token included in the request is expired")
	}
	return fail(status, "ExpiredTokenException", "The security token included in the request is expired")
}

// xmlError is awsQuery's error document.
// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
type xmlError struct {
	XMLName   xml.Name
	Type      string `xml:"Error>Type"`
	Code      string `xml:"Error>Code"`
	Message   string `xml:"Error>Message"`
	RequestID string `xml:"RequestId"`
}

// encode writes e in the shape of the service's protocol.
func (e *apiError) encode(s *service, requestID string) reply {
	p := s.protocol
	r := reply{status: e.status, header: http.Header{}}
	if p == awsQuery {
		kind := "Sender"
		if e.status >= 500 {
			kind = "Receiver"
		}
		r.header.Set("Content-Type", "text/xml")
		r.body = encodeXML(xmlError{XMLName: xml.Name{Space: s.namespace, Local: "ErrorResponse"}, Type: kind, Code: e.code, Message: e.message, RequestID: requestID})
		return r
	}
	body := obj{s.errorText: e.message}
	for k, v := range e.members {
		body[k] = v
	}
	r.header.Set("Content-Type", p.contentType())
	switch p {
	case restJSON:
		r.header.Set("X-Amzn-ErrorType", e.code)
	default:
		body["__type"] = s.errorPrefix(e.code) + e.code
	}
	if p == rpcCBOR {
		r.body = appendCBOR(nil, body)
		return r
	}
	r.body = encodeJSON(body)
	return r
}
