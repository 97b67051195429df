package awssim

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// obj is a JSON answer that is written only in one place; rows of long lists
// have structs.
type obj map[string]any

// epoch is a timestamp on the wire: seconds since 1970 with milliseconds. Zero
// is "not sent" wherever the field has omitempty.
type epoch float64

func epochOf(t time.Time) epoch {
	if t.IsZero() {
		return 0
	}
	return epochMillis(t.UnixMilli())
}

func epochMillis(ms int64) epoch {
	if ms == 0 {
		return 0
	}
	return epoch(float64(ms) / 1000)
}

// set adds a field that AWS leaves out when it is empty.
func (o obj) set(name string, value any) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return
		}
	case epoch:
		if v == 0 {
			return
		}
	case *int64:
		if v == nil {
			return
		}
	case json.RawMessage:
		if v == nil {
			return
		}
	}
	o[name] = value
}

// tag is a tag as DynamoDB and the tagging API write it; AWS Backup writes maps.
type tag struct {
	Key   string
	Value string
}

// tags are kept as a map; known tells "never had a tag" from "has none now".
type tags struct {
	values map[string]string
	known  bool
}

func (t *tags) put(key, value string) {
	if t.values == nil {
		t.values = map[string]string{}
	}
	t.values[key], t.known = value, true
}

func (t *tags) remove(key string) { delete(t.values, key) }

func (t *tags) list() []tag {
	out := make([]tag, 0, len(t.values))
	for _, k := range sortedKeys(t.values) {
		out = append(out, tag{k, t.values[k]})
	}
	return out
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// hash is the source of every id: the same names and times give the same id. It
// is FNV-1a, written out since it runs several times for each of a million points.
func hash(parts ...string) uint64 {
	h := uint64(14695981039346656037)
	for _, p := range parts {
		for i := range len(p) {
			h = (h ^ uint64(p[i])) * 1099511628211
		}
		h *= 1099511628211 // a zero byte ends each part
	}
	return mix(h)
}

// mix spreads the bits of x (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

const hexDigits = "0123456789abcdef"

// uuid writes id, and what follows from it, as a version-4 UUID. It is the
// hot path of listing recovery points.
func uuid(id uint64) string {
	var b [36]byte
	x, n := id, 0
	for i := range b {
		switch i {
		case 8, 13, 18, 23:
			b[i] = '-'
			continue
		case 14:
			b[i] = '4'
			continue
		case 19:
			b[i] = 'a'
			continue
		}
		if n == 16 {
			x = mix(id + 0x9e3779b97f4a7c15)
		}
		b[i] = hexDigits[x>>60]
		x <<= 4
		n++
	}
	return string(b[:])
}

// shortID is n lower-case hexadecimal digits of id.
func shortID(id uint64, n int) string {
	s := strconv.FormatUint(id, 16)
	for len(s) < 16 {
		s = "0" + s
	}
	return s[:n]
}

func ptr[T any](v T) *T { return &v }

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// objects is the list as an answer.
func (t *tags) objects() []obj {
	out := []obj{}
	for _, k := range sortedKeys(t.values) {
		out = append(out, obj{"Key": k, "Value": t.values[k]})
	}
	return out
}

// texts is a list that is never null on the wire.
func texts(list []string) []string { return append([]string{}, list...) }
