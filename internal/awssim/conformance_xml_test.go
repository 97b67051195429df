package awssim_test

import (
	"encoding/xml"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

type element struct {
	XMLName  xml.Name
	Children []element `xml:",any"`
	Text     string    `xml:",chardata"`
}

func (e element) child(name string) *element {
	for i := range e.Children {
		if e.Children[i].XMLName.Local == name {
			return &e.Children[i]
		}
	}
	return nil
}

// conformXML is conform for awsQuery.
func conformXML(t *testing.T, operation string, body []byte, out reflect.Type) {
	var doc element
	if err := xml.Unmarshal(body, &doc); err != nil {
		t.Errorf("%s: %v", operation, err)
		return
	}
	_, name, _ := strings.Cut(operation, ":")
	if meta := doc.child("ResponseMetadata"); doc.XMLName.Local != name+"Response" || meta == nil || meta.child("RequestId") == nil {
		t.Errorf("%s: %s", operation, body)
	}
	if result := doc.child(name + "Result"); result != nil {
		conformElement(t, operation, *result, out)
	}
}

func conformElement(t *testing.T, path string, e element, typ reflect.Type) {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case typ == reflect.TypeFor[time.Time]():
		if _, err := time.Parse(time.RFC3339, e.Text); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	case typ.Kind() == reflect.Struct:
		for _, c := range e.Children {
			if f, ok := typ.FieldByName(c.XMLName.Local); !ok {
				t.Errorf("%s has no member %s", path, c.XMLName.Local)
			} else {
				conformElement(t, path+"."+c.XMLName.Local, c, f.Type)
			}
		}
	case typ.Kind() == reflect.Slice:
		for _, c := range e.Children {
			if c.XMLName.Local != "member" {
				t.Errorf("%s: a list of %s", path, c.XMLName.Local)
			}
			conformElement(t, path+"[]", c, typ.Elem())
		}
	case typ.Kind() == reflect.Map:
		for _, c := range e.Children {
			if c.XMLName.Local != "entry" || c.child("key") == nil || c.child("value") == nil {
				t.Errorf("%s: %+v is no entry", path, c)
				continue
			}
			conformElement(t, path+".(key)", *c.child("key"), typ.Key())
			conformElement(t, path+"."+c.child("key").Text, *c.child("value"), typ.Elem())
		}
	default:
		conformText(t, path, e, typ)
	}
}

func conformText(t *testing.T, path string, e element, typ reflect.Type) {
	var err error
	switch typ.Kind() {
	case reflect.Bool:
		_, err = strconv.ParseBool(e.Text)
	case reflect.Int32, reflect.Int64:
		_, err = strconv.Atoi(e.Text)
	}
	if values := reflect.New(typ).Elem().MethodByName("Values"); values.IsValid() && !slices.Contains(enum(values), e.Text) {
		t.Errorf("%s: %q is none of %v", path, e.Text, enum(values))
	}
	if err != nil || len(e.Children) > 0 {
		t.Errorf("%s: %+v is no %v", path, e, typ)
	}
}
