package evaluate

import (
	"encoding/json"
	"reflect"
	"strconv"
	"time"
)

// appendJSON appends what json.Marshal makes of v, several times faster: evidence
// is written for every finding.
func (s *shape) appendJSON(b []byte, v reflect.Value) []byte {
	v, ok := s.deref(v)
	if !ok {
		return append(b, "null"...)
	}
	switch s.kind {
	case boolean:
		return strconv.AppendBool(b, v.Bool())
	case integer:
		return strconv.AppendInt(b, v.Int(), 10)
	case text:
		return appendString(b, v.String())
	case instant:
		return v.Interface().(time.Time).AppendFormat(append(b, '"'), time.RFC3339Nano+`"`)
	case list:
		return s.appendList(b, v)
	case object:
		return s.appendObject(b, v)
	}
	plain, err := json.Marshal(v.Interface())
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, plain...)
}

func (s *shape) appendList(b []byte, v reflect.Value) []byte {
	if v.IsNil() {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		b = s.elem.appendJSON(b, v.Index(i))
	}
	return append(b, ']')
}

func (s *shape) appendObject(b []byte, v reflect.Value) []byte {
	b = append(b, '{')
	first := true
	for i := range s.fields {
		f := &s.fields[i]
		fv := v.Field(f.index)
		if f.omitted(fv) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = f.shape.appendJSON(append(append(append(b, '"'), f.name...), `":`...), fv)
	}
	return append(b, '}')
}

// appendString leaves texts that need any escaping to encoding/json.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			escaped, _ := json.Marshal(s) // a string can always be encoded
			return append(b, escaped...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
