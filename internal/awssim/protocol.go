package awssim

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"hash/crc32"
	"net/http"
	"strconv"
	"time"
)

// A protocol is one of AWS's wire formats.
type protocol int

const (
	awsJSON10 protocol = iota // DynamoDB
	awsJSON11                 // most others
	restJSON                  // AWS Backup, Account
	awsQuery                  // STS, IAM, SNS
	rpcCBOR                   // CloudWatch: smithy-rpc-v2-cbor
)

func (p protocol) contentType() string {
	switch p {
	case awsJSON10:
		return "application/x-amz-json-1.0"
	case awsJSON11:
		return "application/x-amz-json-1.1"
	case awsQuery:
		return "text/xml"
	case rpcCBOR:
		return "application/cbor"
	}
	return "application/json"
}

// errorPrefix is the namespace in __type: DynamoDB's own for its own errors.
func (s *service) errorPrefix(code string) string {
	if s.name != "dynamodb" {
		return ""
	}
	switch code {
	case "ValidationException", "UnrecognizedClientException", "ExpiredTokenException",
		"MissingAuthenticationTokenException", "AccessDeniedException", "UnknownOperationException":
		return "com.amazon.coral.service#"
	}
	return "com.amazonaws.dynamodb.v20120810#"
}

// A reply is an answer on its way out, and what a fault does to it there.
type reply struct {
	status int
	header http.Header // beyond the usual ones
	body   []byte
	result any           // what body was written from
	fault  string        // which fault made or changed it
	cut    bool          // announce the whole body, send half, then close
	reset  bool          // close without an answer
	delay  time.Duration // real time to wait first
}

// send writes the reply with the headers that every AWS answer has. Date is the
// simulator's clock.
func (o reply) send(w http.ResponseWriter, c *call) {
	if o.delay > 0 {
		time.Sleep(o.delay)
	}
	if o.reset {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h.Set("Content-Type", c.service.protocol.contentType())
	for k, v := range o.header {
		h[k] = v
	}
	h.Set("Date", c.now.UTC().Format(http.TimeFormat))
	h.Set("X-Amzn-Requestid", c.requestID)
	h.Set("Content-Length", strconv.Itoa(len(o.body)))
	if c.service.protocol == rpcCBOR {
		h.Set("Smithy-Protocol", "rpc-v2-cbor")
	}
	if c.service == &dynamoDB {
		h.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(o.body)), 10))
	}
	w.WriteHeader(o.status)
	if o.cut {
		w.Write(o.body[:len(o.body)/2])
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	w.Write(o.body)
}

func encodeError(err error, s *service, requestID string) reply {
	var api *apiError
	if !errors.As(err, &api) {
		api = fail(http.StatusInternalServerError, "InternalFailure", "%v", err)
	}
	return api.encode(s, requestID)
}

// created and noContent are results whose status is not 200.
type (
	created   struct{ result any } // 201
	noContent struct{}             // 204
)

// success writes an operation's result with its status.
func (c *call) success(result any) reply {
	switch r := result.(type) {
	case created:
		return reply{status: http.StatusCreated, body: c.encode(r.result)}
	case noContent:
		return reply{status: http.StatusNoContent}
	}
	return reply{status: http.StatusOK, body: c.encode(result), result: result}
}

// encode writes an operation's result.
func (c *call) encode(result any) []byte {
	switch {
	case c.service.protocol == awsQuery:
		return c.answerXML(result)
	case c.service.protocol == rpcCBOR && result == nil:
		return nil
	case c.service.protocol == rpcCBOR:
		return appendCBOR(nil, result)
	case result == nil:
		if c.service.protocol == restJSON {
			return nil
		}
		return []byte("{}")
	}
	return encodeJSON(result)
}

func encodeXML(v any) []byte {
	out, err := xml.Marshal(v)
	if err != nil {
		panic(err) // only structs of this package come here
	}
	return append([]byte(xml.Header), out...)
}

func encodeJSON(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // only values of this package come here
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// decode reads the request's body into v, which starts with AWS's defaults. Every
// protocol is read as JSON is.
func (c *call) decode(v any) error {
	body := c.body
	if c.service.protocol == awsQuery {
		body = encodeJSON(formTree(c.query))
	}
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fail(http.StatusBadRequest, "SerializationException", "%v", err)
	}
	return nil
}

// queryInt is a number of the query string; 0 when absent.
func (c *call) queryInt(name string) (int, error) {
	v := c.query.Get(name)
	if v == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return 0, invalidParameter("Invalid value %q for %s", v, name)
	}
	return n, nil
}

// queryTime is a timestamp of the query string, which restJson writes as
// 2006-01-02T15:04:05Z.
func (c *call) queryTime(name string) (time.Time, error) {
	v := c.query.Get(name)
	if v == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, v)
	if err != nil {
		return t, invalidParameter("Invalid timestamp %q for %s", v, name)
	}
	return t, nil
}

// restPage is the pager of a restJson list with its usual parameters.
func (c *call) restPage() (pager, error) {
	size, err := c.queryInt("maxResults")
	if err != nil {
		return pager{}, err
	}
	return c.pagerFor(size, 1000, c.query.Get("nextToken"))
}

func listOf(name string, items any, token string) obj {
	o := obj{name: items}
	if token != "" {
		o["NextToken"] = token
	}
	return o
}
