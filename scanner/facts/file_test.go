package facts_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"holdfast/internal/golden"
	"holdfast/scanner/facts"
)

func written(t testing.TB, subjects []*facts.Subject) []byte {
	t.Helper()
	var out bytes.Buffer
	err := facts.Write(&out, facts.Header{Account: account, Region: dublin, Collected: now}, func(yield func(*facts.Subject, error) bool) {
		for _, s := range subjects {
			if !yield(s, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func readAll(text []byte) (all []*facts.Subject, err error) {
	for s, err := range facts.Read(bytes.NewReader(text), "eu-west-1.jsonl") {
		if err != nil {
			return all, err
		}
		all = append(all, s)
	}
	return all, nil
}

// What a rich Region comes to, to be read by people.
func TestFactsOfARichRegion(t *testing.T) {
	rows := append(rich(), call("dynamodb:DescribeTable", "TableName", "Orders"), call("backup:GetBackupPlan", "BackupPlanId", "plan-1"))
	golden.Check(t, "testdata/rich.jsonl", written(t, derive(t, shard(t, dublin, rows...))))
}

func TestReadIsTheInverseOfWrite(t *testing.T) {
	subjects := inDublin(t, append(rich()[1:], gap("backup:ListBackupPlans"))...)
	got, err := readAll(written(t, subjects))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(subjects, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadRefuses(t *testing.T) {
	good := string(written(t, slices.DeleteFunc(inDublin(t, orders()), func(s *facts.Subject) bool { return s.Kind == facts.KindAccount })))
	lines := strings.SplitAfter(good, "\n") // header, region, table, end, ""
	for _, c := range []struct{ what, text, want string }{
		{"an empty file", "", "eu-west-1.jsonl:1: file ends without its end line"},
		{"no header", strings.Join(lines[1:], ""), "eu-west-1.jsonl:1: "},
		{"a newer format", strings.Replace(good, `"format":1`, `"format":2,"new":true`, 1), "eu-west-1.jsonl:1: format 2 is newer than this build reads (1)"},
		{"no format", strings.Replace(good, `"format":1,`, ``, 1), "eu-west-1.jsonl:1: first line is no header"},
		{"no account", strings.Replace(good, `"account":"111122223333"`, `"account":""`, 1), "eu-west-1.jsonl:1: header lacks account"},
		{"a cut line", good[:len(good)-30], "eu-west-1.jsonl:3: line is cut"},
		{"no end", strings.Join(lines[:3], ""), "eu-west-1.jsonl:4: file ends without its end line"},
		{"a subject left out", lines[0] + lines[2] + lines[3], "eu-west-1.jsonl:3: end line does not fit 1 subjects"},
		{"an end without a number", strings.Join(lines[:3], "") + `{"end":null}` + "\n", "eu-west-1.jsonl:4: end line does not fit"},
		{"a line after the end", good + lines[2], "eu-west-1.jsonl:5: line after the end line"},
		{"an unknown field", strings.Replace(good, `"TableName"`, `"TabelName"`, 1), `eu-west-1.jsonl:3: reading a subject: json: unknown field "TabelName"`},
		{"a wrong type", strings.Replace(good, `"tables":1`, `"tables":"1"`, 1), "eu-west-1.jsonl:2: reading a subject: "},
		{"two values on a line", strings.Replace(good, lines[1], strings.TrimSpace(lines[1])+"{}\n", 1), "eu-west-1.jsonl:2: reading a subject: line holds more than one value"},
		{"an unknown kind", strings.Replace(good, `"subject":"table"`, `"subject":"tabel"`, 1), `eu-west-1.jsonl:3: unknown kind of subject "tabel"`},
		{"another kind's facts", strings.Replace(good, `"subject":"table"`, `"subject":"vault"`, 1), "eu-west-1.jsonl:3: subject is a vault"},
		{"no facts", lines[0] + `{"subject":"table","arn":"a","account":"b","region":"c","collected":"2026-11-20T18:00:00Z"}` + "\n" + lines[3], "eu-west-1.jsonl:2: subject is a table without facts"},
		{"unlisted for no reason", lines[0] + `{"subject":"table","arn":"a","account":"b","region":"c","unlisted":true,"collected":"2026-11-20T18:00:00Z"}` + "\n" + lines[3], "eu-west-1.jsonl:2: subject is unlisted without a gap"},
	} {
		_, err := readAll([]byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) && c.what != "another kind's facts" {
			t.Errorf("%s: error is %v, want %q", c.what, err, c.want)
		}
	}
}

func TestReadStopsWhenItsReaderDoes(t *testing.T) {
	text := written(t, inDublin(t, rich()[1:]...))
	n := 0
	for range facts.Read(bytes.NewReader(text), "x") {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("read %d", n)
	}
}

func TestWriteRefusesWhatReadWould(t *testing.T) {
	w, err := facts.NewWriter(&bytes.Buffer{}, facts.Header{Account: account, Region: dublin})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(&facts.Subject{Kind: facts.KindTable, ARN: "a", Account: account, Region: dublin}); err == nil {
		t.Error("wrote a table without facts")
	}
	if err := facts.Write(&bytes.Buffer{}, facts.Header{}, func(yield func(*facts.Subject, error) bool) { yield(nil, errors.New("broken")) }); err == nil {
		t.Error("an error of the subjects is lost")
	}
}

// Whatever Read takes, Write writes and Read takes again.
func FuzzRead(f *testing.F) {
	f.Add(written(f, inDublin(f, orders())))
	f.Add(written(f, inDublin(f, append(rich()[1:], gap("backup:Unheard"))...)))
	f.Add([]byte(`{"format":1,"account":"1","region":"r","collected":"2026-11-20T18:00:00Z"}` + "\n" + `{"end":0}` + "\n"))
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		subjects, err := readAll(text)
		if err != nil {
			return
		}
		again, err := readAll(written(t, subjects))
		if err != nil {
			t.Fatalf("reading what was written: %v", err)
		}
		if len(again) != len(subjects) {
			t.Errorf("%d subjects became %d", len(subjects), len(again))
		}
	})
}
