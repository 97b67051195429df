package awssim

import (
	"net/url"
	"reflect"
	"testing"
)

func TestFormTree(t *testing.T) {
	form, err := url.ParseQuery("Action=X&Tags.member.1.Key=a&Tags.member.1.Value=b+c&Tags.member.2.Key=d&Names.member.10=j&Names.member.1=a&Names.member.2=b" +
		"&Attributes.entry.1.key=p.q&Attributes.entry.1.value=v&Deep.Inner=x&Empty=")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"Action": "X", "Tags": []any{map[string]any{"Key": "a", "Value": "b c"}, map[string]any{"Key": "d"}},
		"Names": []any{"a", "b"}, "Attributes": map[string]any{"p.q": "v"}, "Deep": map[string]any{"Inner": "x"}, "Empty": ""}
	if got := formTree(form); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}
