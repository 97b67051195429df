package evaluate

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"holdfast/scanner/facts"

	"github.com/open-policy-agent/opa/v1/ast"
)

// What rules see is what parsing the facts' JSON gives, and evidence is that JSON.
func TestTermsAreThoseOfTheJSON(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for kind, typ := range factTypes() {
		s, err := shapeOf(typ)
		if err != nil {
			t.Fatal(err)
		}
		for range 200 {
			v := reflect.New(typ).Elem()
			fill(random, v)
			text, err := json.Marshal(v.Interface())
			if err != nil {
				t.Fatal(err)
			}
			want, err := ast.ValueFromReader(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if got := s.appendJSON(nil, v); !bytes.Equal(got, text) {
				t.Fatalf("%s: got\n%s\nwant\n%s", kind, got, text)
			}
			if got := s.term(v).Value; got.Compare(want) != 0 {
				t.Fatalf("%s: got\n%s\nwant\n%s", kind, got, want)
			}
		}
	}
}

// Two documents have one key exactly when they have one JSON.
func TestKeysTellDocumentsApart(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	s, err := shapeOf(reflect.TypeFor[facts.PITR]())
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]string{}
	for range 20000 {
		v := reflect.New(reflect.TypeFor[facts.PITR]()).Elem()
		fill(random, v)
		text, _ := json.Marshal(v.Interface())
		key := string(s.appendKey(nil, v))
		if held, known := keys[key]; known && held != string(text) {
			t.Fatalf("%s and %s have one key", held, text)
		}
		keys[key] = string(text)
	}
	if len(keys) < 100 {
		t.Errorf("only %d documents", len(keys))
	}
}

func fill(random *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if random.IntN(2) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(random, v.Elem())
		}
	case reflect.Struct:
		if v.Type() == timeType {
			v.Set(reflect.ValueOf(time.Unix(int64(random.IntN(100)), int64(random.IntN(3))).UTC()))
			return
		}
		for i := range v.NumField() {
			fill(random, v.Field(i))
		}
	case reflect.Slice:
		if n := random.IntN(4); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n-1, n))
			for i := range v.Len() {
				fill(random, v.Index(i))
			}
		}
	case reflect.Bool:
		v.SetBool(random.IntN(2) == 0)
	case reflect.Int:
		v.SetInt(int64(random.IntN(300) - 2))
	case reflect.String:
		v.SetString([]string{"", "a", "b", "ü\n", "ab"}[random.IntN(5)])
	}
}

type odd struct {
	M map[string]string `json:"m"`
}

type nameless struct{ A int }

func TestShapesRefuseWhatCannotBeChecked(t *testing.T) {
	for _, v := range []any{odd{}, nameless{}, struct {
		A **int `json:"a"`
	}{}, struct {
		A int `json:"a,string"`
	}{}} {
		if _, err := shapeOf(reflect.TypeOf(v)); err == nil {
			t.Errorf("%T is accepted", v)
		}
	}
}
