package awssim

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/aws/smithy-go/encoding/cbor"
)

// What is written is what the SDK's own decoder reads.
func TestCBORAsTheSDKReadsIt(t *testing.T) {
	long := string(slices.Repeat([]byte("x"), 70_000))
	v := obj{"a": "text", "yes": true, "no": false, "small": 3, "middle": 300, "large": 70_000, "huge": math.MaxInt64, "below": -300,
		"real": 1.5, "time": epoch(1782820800.25), "list": []string{"x", long}, "rows": []obj{{"k": nil}, {}}, "none": []obj{}}
	got, err := cbor.Decode(appendCBOR(nil, v))
	if err != nil {
		t.Fatal(err)
	}
	want := cbor.Map{"a": cbor.String("text"), "yes": cbor.Bool(true), "no": cbor.Bool(false), "small": cbor.Uint(3), "middle": cbor.Uint(300), "large": cbor.Uint(70_000),
		"huge": cbor.Uint(math.MaxInt64), "below": cbor.NegInt(300), "real": cbor.Float64(1.5), "time": &cbor.Tag{ID: 1, Value: cbor.Float64(1782820800.25)},
		"list": cbor.List{cbor.String("x"), cbor.String(long)}, "rows": cbor.List{cbor.Map{"k": &cbor.Nil{}}, cbor.Map{}}, "none": cbor.List{}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v\nwant %#v", got, want)
	}
}

// What the SDK's encoder writes is read.
func TestParseCBOR(t *testing.T) {
	data := cbor.Encode(cbor.Map{"MaxRecords": cbor.Uint(100), "below": cbor.NegInt(5), "t": &cbor.Tag{ID: 1, Value: cbor.Float64(2.5)}, "f": cbor.Float32(0.5),
		"AlarmNames": cbor.List{cbor.String("a"), cbor.Bool(true), &cbor.Nil{}}})
	got, err := parseCBOR(data)
	want := map[string]any{"MaxRecords": uint64(100), "below": -5.0, "t": 2.5, "f": 0.5, "AlarmNames": []any{"a", true, nil}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%#v, %v", got, err)
	}
	endless := []byte{0xbf, 0x61, 'l', 0x9f, 0x01, 0xff, 0xff} // lengths that an end mark tells
	if got, err := parseCBOR(endless); err != nil || !reflect.DeepEqual(got, map[string]any{"l": []any{uint64(1)}}) {
		t.Errorf("%#v, %v", got, err)
	}
	for _, bad := range [][]byte{{}, {0x61}, {0xff}, {0xa1, 0x01, 0x02}, {0xbf, 0x61, 'l', 0xff}, {0x01, 0x02}, {0x40}, slices.Repeat([]byte{0x81}, 100), {0x9b, 255, 255, 255, 255, 255, 255, 255, 255}} {
		if v, err := parseCBOR(bad); err == nil {
			t.Errorf("%x: %v", bad, v)
		}
	}
}

func FuzzParseCBOR(f *testing.F) {
	f.Add(appendCBOR(nil, obj{"a": []string{"b"}, "c": -1, "d": epoch(1.5)}))
	f.Add([]byte{0xbf, 0x61, 'l', 0x9f, 0x01, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		if v, err := parseCBOR(data); err == nil {
			if _, err := cbor.Decode(data); err != nil {
				t.Errorf("%x is %v, but the SDK says %v", data, v, err)
			}
		}
	})
}
