package awssim

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// before is the fault instead of an answer; done is false where the fault, if
// any, needs the real one.
func (f *Fault) before(c *call, failed func(error) reply) (out reply, done bool) {
	if f == nil {
		return reply{}, false
	}
	p := c.service.protocol
	switch f.Kind {
	case "throttle":
		out = failed(f.named(throttled(p)))
	case "denied-json":
		out = failed(f.named(c.accessDenied("")))
	case "denied-xml":
		out = document(http.StatusForbidden, "text/xml",
			"<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Access Denied</Message></Error></ErrorResponse>")
	case "denied-html":
		out = document(http.StatusForbidden, "text/html", "<html><body><h1>403 Forbidden</h1></body></html>")
	case "error-500":
		out = failed(f.named(fail(http.StatusInternalServerError, internalError(p), "An internal error occurred")))
	case "error-503":
		out = failed(f.named(fail(http.StatusServiceUnavailable, "ServiceUnavailableException", "Service is unavailable")))
	case "error-500-html":
		out = document(http.StatusInternalServerError, "text/html", "<html><body><h1>500 Internal Server Error</h1></body></html>")
	case "error-503-html":
		out = document(http.StatusServiceUnavailable, "text/html", "<html><body><h1>503 Service Unavailable</h1></body></html>")
	case "reset":
		out = reply{reset: true}
	case "expired":
		out = failed(f.named(expiredKey.in(p)))
	default:
		return reply{}, false
	}
	out.fault = f.Kind
	return out, true
}

func internalError(p protocol) string {
	if p == awsJSON10 {
		return "InternalServerError"
	}
	return "InternalFailure"
}

func document(status int, contentType, body string) reply {
	return reply{status: status, header: http.Header{"Content-Type": {contentType}}, body: []byte(body)}
}

func (f *Fault) named(e *apiError) *apiError {
	if f.Code != "" {
		e.code = f.Code
	}
	if f.Message != "" {
		e.message = f.Message
	}
	return e
}

// after spoils the real answer.
func (f *Fault) after(c *call, out reply) reply {
	if f == nil {
		return out
	}
	out.fault = f.Kind
	switch f.Kind {
	case "slow":
		if out.delay = f.Delay; out.delay == 0 {
			out.delay = time.Second
		}
	case "cut":
		out.cut = true
	case "malformed":
		out.body = out.body[:len(out.body)/2]
	case "repeat-token", "empty-page", "unknown-enum", "missing-field":
		out.body = f.edit(c, out)
	}
	return out
}

// edit changes the answer, in whatever way it is written.
func (f *Fault) edit(c *call, out reply) []byte {
	if tree, ok := out.result.(obj); ok && (c.service.protocol == awsQuery || c.service.protocol == rpcCBOR) {
		f.change(c, tree)
		return c.encode(tree)
	}
	var doc map[string]any
	d := json.NewDecoder(strings.NewReader(string(out.body)))
	d.UseNumber()
	if d.Decode(&doc) != nil {
		return out.body
	}
	f.change(c, doc)
	return encodeJSON(doc)
}

func (f *Fault) change(c *call, doc map[string]any) {
	switch f.Kind {
	case "unknown-enum":
		value := f.Value
		if value == "" {
			value = "HOLDFAST_UNHEARD_OF"
		}
		editField(doc, strings.Split(f.Field, "."), func(o map[string]any, k string) { o[k] = value })
	case "missing-field":
		editField(doc, strings.Split(f.Field, "."), func(o map[string]any, k string) { delete(o, k) })
	default:
		f.editToken(c, doc)
	}
}

// editField walks the path, into every item of a list, and edits what is there.
func editField(v any, path []string, edit func(map[string]any, string)) {
	switch v := v.(type) {
	case obj:
		editField(map[string]any(v), path, edit)
	case []obj:
		for _, item := range v {
			editField(item, path, edit)
		}
	case []any:
		for _, item := range v {
			editField(item, path, edit)
		}
	case map[string]any:
		if len(path) > 1 {
			editField(v[path[0]], path[1:], edit)
		} else if _, ok := v[path[0]]; ok {
			edit(v, path[0])
		}
	}
}
