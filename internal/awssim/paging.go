package awssim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
)

// A pager cuts one list into pages. The token that leads to the next page is
// opaque: it holds the key of the last item, signed together with the question,
// so that a token that was altered or belongs to another list is refused.
type pager struct {
	limit int    // most items on this page
	after string // key of the last item of the page before; "": from the start
	bind  string // the question that the token belongs to
}

// pagerFor checks the token and the page size that the client sent. A size of 0
// means the maximum.
func (c *call) pagerFor(size, maximum int, token string) (pager, error) {
	p := pager{limit: maximum, bind: c.question()}
	if size < 0 || size > maximum {
		return p, invalidParameter("Invalid value %d for MaxResults: it must be between 1 and %d", size, maximum)
	}
	if size > 0 {
		p.limit = size
	}
	if c.sim.PageSize > 0 {
		p.limit = min(p.limit, c.sim.PageSize)
	}
	if token == "" {
		return p, nil
	}
	key, ok := p.key(token)
	if !ok {
		return p, invalidParameter("Invalid NextToken")
	}
	p.after = key
	return p, nil
}

// question is what a token belongs to.
func (c *call) question() string {
	return strings.Join(append([]string{c.region.account.id, c.region.name, c.operation}, c.labels...), "\x00")
}

// token leads to what comes after the item of that key.
func (p pager) token(key string) string { return p.variant(key, 0) }

// variant is one of several tokens that lead to the same place.
func (p pager) variant(key string, n byte) string {
	key = string([]byte{n}) + key
	return base64.RawURLEncoding.EncodeToString(append(p.sign(key), key...))
}

// key reverses variant.
func (p pager) key(token string) (key string, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) < 9 || !hmac.Equal(raw[:8], p.sign(string(raw[8:]))) {
		return "", false
	}
	return string(raw[9:]), true
}

func (p pager) sign(key string) []byte {
	mac := hmac.New(sha256.New, []byte("awssim paging"))
	mac.Write([]byte(p.bind + "\x00" + key))
	return mac.Sum(nil)[:8]
}

// page returns the items after the token that keep accepts, and the token that
// follows them ("" at the end). Items are sorted by key; keys are unique.
func page[T any](p pager, items []T, key func(T) string, keep func(T) bool) ([]T, string) {
	start := 0
	if p.after != "" {
		i, found := slices.BinarySearchFunc(items, p.after, func(t T, k string) int { return strings.Compare(key(t), k) })
		if start = i; found {
			start = i + 1
		}
	}
	out := make([]T, 0, min(p.limit, len(items)-start))
	for i := start; i < len(items); i++ {
		if keep != nil && !keep(items[i]) {
			continue
		}
		if len(out) == p.limit {
			return out, p.token(key(out[len(out)-1]))
		}
		out = append(out, items[i])
	}
	return out, ""
}

// seqKey writes a sequence number so that it sorts as text.
func seqKey(seq uint64) string {
	var b [16]byte
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = hexDigits[seq&15]
		seq >>= 4
	}
	return string(b[:])
}
