package awssim

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
)

// appendCBOR writes v as CBOR (RFC 8949): an epoch with the tag of timestamps.
func appendCBOR(b []byte, v any) []byte {
	switch v := v.(type) {
	case obj:
		b = cborHead(b, 5, uint64(len(v)))
		for _, k := range sortedKeys(v) {
			b = appendCBOR(appendCBOR(b, k), v[k])
		}
		return b
	case []obj:
		return appendCBORList(b, v)
	case []string:
		return appendCBORList(b, v)
	case string:
		return append(cborHead(b, 3, uint64(len(v))), v...)
	case bool:
		if v {
			return append(b, 0xf5)
		}
		return append(b, 0xf4)
	case int:
		if v < 0 {
			return cborHead(b, 1, uint64(-1-v))
		}
		return cborHead(b, 0, uint64(v))
	case epoch:
		return appendCBOR(append(b, 0xc1), float64(v))
	case float64:
		return binary.BigEndian.AppendUint64(append(b, 0xfb), math.Float64bits(v))
	}
	return append(b, 0xf6)
}

func appendCBORList[T any](b []byte, list []T) []byte {
	b = cborHead(b, 4, uint64(len(list)))
	for _, x := range list {
		b = appendCBOR(b, x)
	}
	return b
}

// cborHead writes a type and its number in the shortest form.
func cborHead(b []byte, major byte, n uint64) []byte {
	major <<= 5
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n <= math.MaxUint8:
		return append(b, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, major|27), n)
}

var errCBOR = errors.New("the body is not CBOR that this service understands")

// parseCBOR reads one item as encoding/json would have it.
func parseCBOR(data []byte) (any, error) {
	r := cborReader{data}
	v, err := r.item(0)
	if err == nil && len(r.rest) > 0 {
		err = errCBOR
	}
	if _, end := v.(cborBreak); end {
		err = errCBOR
	}
	return v, err
}

// jsonOfCBOR is a body as people can read it; what is no CBOR stays.
func jsonOfCBOR(body []byte) []byte {
	v, err := parseCBOR(body)
	if err != nil {
		return body
	}
	text, err := json.Marshal(v)
	if err != nil { // infinities
		return body
	}
	return text
}

type cborReader struct{ rest []byte }

// cborBreak ends a list or map of unknown length.
type cborBreak struct{}

const (
	cborDepth   = 32
	cborUnknown = math.MaxUint64 // the length of what ends with a break
)

// head reads a type, the small number beside it, and the number that it means.
func (r *cborReader) head() (major, small byte, n uint64, err error) {
	if len(r.rest) == 0 {
		return 0, 0, 0, errCBOR
	}
	major, small = r.rest[0]>>5, r.rest[0]&31
	r.rest = r.rest[1:]
	switch {
	case small < 24:
		return major, small, uint64(small), nil
	case small == 31:
		return major, small, cborUnknown, nil
	case small > 27:
		return 0, 0, 0, errCBOR
	}
	size := 1 << (small - 24)
	if len(r.rest) < size {
		return 0, 0, 0, errCBOR
	}
	for _, x := range r.rest[:size] {
		n = n<<8 | uint64(x)
	}
	r.rest = r.rest[size:]
	return major, small, n, nil
}

func (r *cborReader) item(depth int) (any, error) {
	major, small, n, err := r.head()
	if err != nil || depth > cborDepth {
		return nil, errCBOR
	}
	switch major {
	case 0, 1:
		if small == 31 {
			return nil, errCBOR
		}
		if major == 1 {
			return -1 - float64(n), nil
		}
		return n, nil
	case 3:
		if n > uint64(len(r.rest)) {
			return nil, errCBOR
		}
		text := string(r.rest[:n])
		r.rest = r.rest[n:]
		return text, nil
	case 4:
		return r.list(n, depth)
	case 5:
		return r.dictionary(n, depth)
	case 6: // a tag: what it marks says enough
		v, err := r.item(depth + 1)
		if _, end := v.(cborBreak); end || small == 31 {
			return nil, errCBOR
		}
		return v, err
	case 7:
		return cborSimple(small, n)
	}
	return nil, errCBOR
}

func cborSimple(small byte, n uint64) (any, error) {
	switch small {
	case 20, 21:
		return small == 21, nil
	case 22, 23:
		return nil, nil
	case 26:
		return float64(math.Float32frombits(uint32(n))), nil
	case 27:
		return math.Float64frombits(n), nil
	case 31:
		return cborBreak{}, nil
	}
	return nil, errCBOR
}

func (r *cborReader) list(n uint64, depth int) (any, error) {
	out, endless := []any{}, n == cborUnknown
	for ; n > 0; n-- {
		v, err := r.item(depth + 1)
		if err != nil {
			return nil, err
		}
		if _, end := v.(cborBreak); end && endless {
			return out, nil
		} else if end {
			return nil, errCBOR
		}
		out = append(out, v)
	}
	return out, nil
}

func (r *cborReader) dictionary(n uint64, depth int) (any, error) {
	out, endless := map[string]any{}, n == cborUnknown
	for ; n > 0; n-- {
		k, err := r.item(depth + 1)
		if err != nil {
			return nil, err
		}
		if _, end := k.(cborBreak); end && endless {
			return out, nil
		}
		name, ok := k.(string)
		if !ok {
			return nil, errCBOR
		}
		if out[name], err = r.item(depth + 1); err != nil {
			return nil, err
		}
		if _, end := out[name].(cborBreak); end {
			return nil, errCBOR
		}
	}
	return out, nil
}
