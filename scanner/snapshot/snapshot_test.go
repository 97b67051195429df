package snapshot_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"holdfast/scanner/snapshot"
)

var t0 = time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)

func header() snapshot.Row {
	return snapshot.Row{Header: &snapshot.Header{
		Format: snapshot.Format, Tool: "holdfast test", Partition: "aws", Account: "111122223333", Region: "eu-west-1",
		CollectedAt: t0, Collectors: []string{"dynamodb"},
	}}
}

func point(table string, age int, id string) snapshot.Row {
	created := t0.Add(-time.Duration(age) * time.Hour)
	return snapshot.Row{RecoveryPoint: &snapshot.RecoveryPoint{
		ResourceArn: "arn:aws:dynamodb:eu-west-1:111122223333:table/" + table, CreationDate: &created,
		RecoveryPointArn: "arn:aws:backup:eu-west-1:111122223333:recovery-point:" + id, BackupVaultName: "v", Status: "COMPLETED",
	}}
}

func table(name string) snapshot.Row {
	return snapshot.Row{Table: &snapshot.Table{TableArn: "arn:aws:dynamodb:eu-west-1:111122223333:table/" + name, TableName: name}}
}

func write(t testing.TB, b *snapshot.Builder, rows ...snapshot.Row) string {
	t.Helper()
	for _, row := range rows {
		if err := b.Add(row); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	n, err := b.WriteTo(&out)
	if err != nil {
		t.Fatal(err)
	}
	if n != int64(out.Len()) {
		t.Errorf("WriteTo says %d bytes, wrote %d", n, out.Len())
	}
	return out.String()
}

func read(s string) (rows []snapshot.Row, err error) {
	for row, err := range snapshot.Read(strings.NewReader(s), "x.jsonl") {
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func TestShardIsSortedAndReadsBack(t *testing.T) {
	gap := snapshot.Row{Gap: &snapshot.Gap{Operation: "dynamodb:DescribeTable", Parameters: map[string]string{"TableName": "B"}, Reason: snapshot.Denied}}
	call := snapshot.Row{Call: &snapshot.Call{Operation: "dynamodb:ListTables", Page: 2, Time: t0, Response: map[string]any{"items": 2.0}}}
	first := snapshot.Row{Call: &snapshot.Call{Operation: "dynamodb:ListTables", Page: 1, Time: t0.Add(time.Second)}}
	got, err := read(write(t, &snapshot.Builder{}, point("B", 1, "3"), call, point("A", 1, "2"), first, table("B"), gap, point("A", 5, "9"), header(), table("A")))
	if err != nil {
		t.Fatal(err)
	}
	want := []snapshot.Row{
		header(), gap, table("A"), table("B"), point("A", 5, "9"), point("A", 1, "2"), point("B", 1, "3"), first, call,
		{End: &snapshot.End{Rows: 8}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// A point that is seen on two pages is one point; one that changed in between is two.
func TestIdenticalRowsCollapse(t *testing.T) {
	changed := point("A", 1, "1")
	changed.RecoveryPoint.Status = "DELETING"
	got := write(t, &snapshot.Builder{Buffer: 1}, header(), point("A", 1, "1"), point("A", 1, "1"), changed, point("A", 1, "1"))
	if n := strings.Count(got, `"recovery_point"`); n != 2 {
		t.Errorf("%d points, want 2:\n%s", n, got)
	}
	if !strings.Contains(got, `{"end":{"Rows":2}}`) {
		t.Errorf("end does not count the rows that are left:\n%s", got)
	}
}

// However rows arrive, and however often they spill, the shard is the same.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows []snapshot.Row
		for i := range rapid.IntRange(0, 60).Draw(t, "n") {
			name := fmt.Sprint(rapid.IntRange(0, 5).Draw(t, "table"))
			if rapid.Bool().Draw(t, "point") {
				rows = append(rows, point(name, rapid.IntRange(0, 3).Draw(t, "age"), fmt.Sprint(i)))
			} else {
				rows = append(rows, table(name))
			}
		}
		want := &snapshot.Builder{}
		got := &snapshot.Builder{Buffer: rapid.IntRange(1, 3000).Draw(t, "buffer")}
		defer got.Close()
		for _, row := range append(rows, header()) {
			want.Add(row)
		}
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		var wg sync.WaitGroup
		for _, row := range append(rows, header()) {
			wg.Go(func() { got.Add(row) })
		}
		wg.Wait()
		var a, b bytes.Buffer
		want.WriteTo(&a)
		if _, err := got.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		if a.String() != b.String() {
			t.Fatalf("want\n%s\ngot\n%s", a.String(), b.String())
		}
		if _, err := read(b.String()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestReadRefuses(t *testing.T) {
	good := write(t, &snapshot.Builder{}, header(), table("A"), table("B"), point("A", 1, "1"))
	lines := strings.SplitAfter(good, "\n")
	lines = lines[:len(lines)-1]
	join := func(l ...string) string { return strings.Join(l, "") }
	for name, c := range map[string]struct{ in, want string }{
		"empty":           {"", "x.jsonl:1: file is empty"},
		"no header":       {join(lines[1:]...), "x.jsonl:1: first line is table, not header"},
		"no end":          {join(lines[:4]...), "x.jsonl:5: file ends without its end line"},
		"cut line":        {good[:len(good)-1], "x.jsonl:5: line is cut"},
		"cut in a row":    {good[:len(lines[0])+20], "x.jsonl:2: line is cut"},
		"lost row":        {join(lines[0], lines[2], lines[3], lines[4]), "x.jsonl:4: end says 3 rows, file has 2"},
		"out of order":    {join(lines[0], lines[2], lines[1], lines[3], lines[4]), "x.jsonl:3: table rows are out of order"},
		"kinds mixed":     {join(lines[0], lines[1], lines[3], lines[2], lines[4]), "x.jsonl:4: table after recovery_point: rows are out of order"},
		"second header":   {join(lines[0], lines[0], lines[4]), "x.jsonl:2: second header"},
		"after end":       {good + lines[1], "x.jsonl:6: line after the end line"},
		"unknown field":   {join(lines[0], `{"table":{"TableArn":"a","TableName":"b","Colour":1}}`+"\n"), `x.jsonl:2: reading a table: json: unknown field "Colour"`},
		"wrong type":      {join(lines[0], `{"table":{"TableArn":7,"TableName":"b"}}`+"\n"), "x.jsonl:2: reading a table: json: cannot unmarshal number"},
		"unknown kind":    {join(lines[0], `{"chair":{}}`+"\n"), `x.jsonl:2: unknown kind of row "chair"`},
		"two kinds":       {join(lines[0], `{"table":{"TableArn":"a","TableName":"b"},"end":{"Rows":0}}`+"\n"), "x.jsonl:2: reading a table: line holds more than one row"},
		"no object":       {join(lines[0], `{"table":null}`+"\n"), "x.jsonl:2: row is not an object"},
		"blank line":      {join(lines[0], "\n", lines[4]), `x.jsonl:2: line is not {"kind":{…}}`},
		"newer format":    {strings.Replace(good, `"Format":1`, `"Format":2`, 1), "x.jsonl:1: format 2 is newer than this build reads (1); upgrade holdfast"},
		"format 0":        {strings.Replace(good, `"Format":1`, `"Format":0`, 1), "x.jsonl:1: format is 0"},
		"no account":      {strings.Replace(good, `"111122223333"`, `""`, 1), "x.jsonl:1: header lacks Account"},
		"trailing commas": {join(lines[0], `{"table":{"TableArn":"a",}}`+"\n"), "x.jsonl:2: reading a table: invalid character"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(c.in)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error\n got %v\nwant %s…", err, c.want)
			}
		})
	}
	if _, err := read(good); err != nil {
		t.Errorf("the shard that the cases come from: %v", err)
	}
}

func TestReadStopsAfterAnErrorAndOnRequest(t *testing.T) {
	n := 0
	for _, err := range snapshot.Read(strings.NewReader("x\ny\n"), "x") {
		if n++; err == nil {
			t.Error("no error")
		}
	}
	if n != 1 {
		t.Errorf("%d results after an error, want 1", n)
	}
	broken := errors.New("disk")
	for _, err := range snapshot.Read(io.MultiReader(strings.NewReader("{"), errReader{broken}), "x") {
		if !errors.Is(err, broken) {
			t.Errorf("error %v does not wrap the reader's", err)
		}
	}
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }

func TestBuilderRefusesRowsOfNoOrTwoKinds(t *testing.T) {
	for _, row := range []snapshot.Row{{}, {Table: &snapshot.Table{}, Gap: &snapshot.Gap{}}, {End: &snapshot.End{}}} {
		if err := (&snapshot.Builder{}).Add(row); err == nil {
			t.Errorf("Add(%+v) has no error", row)
		}
	}
	if _, err := (&snapshot.Builder{}).WriteTo(io.Discard); err == nil {
		t.Error("a shard without header has no error")
	}
}

// Every field of Row must be written and read: a new kind that was forgotten
// would be refused as a row of no kind.
func TestEveryKindOfRowIsKnown(t *testing.T) {
	typ := reflect.TypeFor[snapshot.Row]()
	for i := range typ.NumField() {
		var row snapshot.Row
		field := reflect.ValueOf(&row).Elem().Field(i)
		field.Set(reflect.New(field.Type().Elem()))
		err := (&snapshot.Builder{}).Add(row)
		if name := typ.Field(i).Name; (err != nil) != (name == "End") {
			t.Errorf("adding %s: %v", name, err)
		}
	}
}

func TestSpilledRowsLeaveNoFiles(t *testing.T) {
	dir := t.TempDir()
	b := &snapshot.Builder{Buffer: 1, Dir: dir}
	first := write(t, b, header(), table("B"), table("A"))
	if again := write(t, b, table("C")); !strings.Contains(again, "table/C") || strings.Count(again, "\n") != strings.Count(first, "\n")+1 {
		t.Errorf("written again with one more row:\n%s", again)
	}
	if names, _ := os.ReadDir(dir); len(names) > 0 {
		t.Errorf("files that a crash would leave: %v", names)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(write(f, &snapshot.Builder{}, header(), table("A"), point("A", 1, "1")))
	f.Add(`{"header":{"Format":9}}` + "\n")
	f.Add(`{"table":{}}`)
	f.Fuzz(func(t *testing.T, s string) {
		rows, err := read(s)
		if err != nil {
			return
		}
		// What is read whole can be written again, and is then the same shard.
		b := &snapshot.Builder{}
		for _, row := range rows[:len(rows)-1] {
			if err := b.Add(row); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		if _, err := b.WriteTo(&out); err != nil {
			t.Fatal(err)
		}
		if _, err := read(out.String()); err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
	})
}

func BenchmarkRead(b *testing.B) {
	builder := &snapshot.Builder{}
	builder.Add(header())
	for i := range 20_000 {
		row := point(fmt.Sprint("Table", i%100), i, fmt.Sprintf("%036d", i))
		days, yes := int64(366), true
		end := t0.AddDate(1, 0, 0)
		row.RecoveryPoint.Lifecycle = &snapshot.Lifecycle{DeleteAfterDays: &days}
		row.RecoveryPoint.CalculatedLifecycle = &snapshot.CalculatedLifecycle{DeleteAt: &end}
		row.RecoveryPoint.IsEncrypted = &yes
		row.RecoveryPoint.CreatedBy = &snapshot.RecoveryPointCreator{BackupPlanId: "2d1e0c1e-0000-0000-0000-000000000000", BackupRuleName: "daily"}
		builder.Add(row)
	}
	var out bytes.Buffer
	builder.WriteTo(&out)
	b.SetBytes(int64(out.Len()))
	for b.Loop() {
		for _, err := range snapshot.Read(bytes.NewReader(out.Bytes()), "x") {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkBuilder(b *testing.B) {
	row := point("Table", 1, "1")
	for b.Loop() {
		builder := &snapshot.Builder{}
		builder.Add(header())
		for i := range 20_000 {
			row.RecoveryPoint.RecoveryPointArn = fmt.Sprint(i)
			builder.Add(row)
		}
		builder.WriteTo(io.Discard)
	}
}
