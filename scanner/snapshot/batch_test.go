package snapshot_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"holdfast/scanner/snapshot"
)

// Lines are decoded many at a time; a reader must not notice: all rows before a
// bad line come, in order, then one error that names it.
func TestEveryRowBeforeABadLine(t *testing.T) {
	b := &snapshot.Builder{}
	defer b.Close()
	const tables = 700
	at := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	err := b.Add(snapshot.Row{Header: &snapshot.Header{Format: snapshot.Format, Account: "111122223333", Region: "eu-west-1", CollectedAt: at}})
	for i := range tables {
		name := fmt.Sprintf("table-%04d", i)
		if err == nil {
			err = b.Add(snapshot.Row{Table: &snapshot.Table{TableArn: name, TableName: name + strings.Repeat("x", i%7*1000)}})
		}
	}
	var out bytes.Buffer
	if _, werr := b.WriteTo(&out); err != nil || werr != nil {
		t.Fatal(err, werr)
	}
	lines := strings.SplitAfter(out.String(), "\n")
	if n := readUntil(t, out.String(), ""); n != tables+2 {
		t.Fatalf("%d rows, want %d", n, tables+2)
	}
	for _, bad := range []int{2, 3, 4, 7, 8, 15, 16, 127, 128, 255, 256, 257, 511, 512, 513, tables + 1} {
		broken := append(append([]string{}, lines[:bad-1]...), `{"table":{"NoSuchField":1}}`+"\n")
		text := strings.Join(append(broken, lines[bad:]...), "")
		if n := readUntil(t, text, fmt.Sprintf("x.jsonl:%d: ", bad)); n != bad-1 {
			t.Errorf("line %d is bad: %d rows came before the error", bad, n)
		}
		cut := strings.Join(lines[:bad-1], "") + lines[bad-1][:10]
		if n := readUntil(t, cut, fmt.Sprintf("x.jsonl:%d: ", bad)); n != bad-1 {
			t.Errorf("line %d is cut: %d rows came before the error", bad, n)
		}
	}
	if n := readUntil(t, out.String()+lines[1], fmt.Sprintf("x.jsonl:%d: line after the end line", tables+3)); n != tables+2 {
		t.Errorf("%d rows came before a line after the end", n)
	}
}

// readUntil counts the rows up to the error, which begins with want; empty: none.
func readUntil(t *testing.T, text, want string) (n int) {
	t.Helper()
	for row, err := range snapshot.Read(strings.NewReader(text), "x.jsonl") {
		if err != nil {
			if want == "" || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("error is %v, want %s…", err, want)
			}
			return n
		}
		if row.Table != nil && !strings.HasPrefix(row.Table.TableName, fmt.Sprintf("table-%04d", n-1)) {
			t.Fatalf("row %d is %s", n, row.Table.TableName)
		}
		n++
	}
	if want != "" {
		t.Errorf("no error, want %s…", want)
	}
	return n
}
