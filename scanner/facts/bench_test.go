package facts_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

// BenchmarkDerive derives a Region of 2,500 tables with 400 points each.
func BenchmarkDerive(b *testing.B) {
	const tables, points = 2500, 400
	rows := &snapshot.Builder{}
	defer rows.Close()
	add := func(v any) {
		if err := rows.Add(row(v)); err != nil {
			b.Fatal(err)
		}
	}
	for _, v := range []any{header(dublin), settings(true, true), mainVault(), everything(), daily(rule("Daily", "", 366), rule("Hourly", "cron(0 * ? * * *)", 7))} {
		add(v)
	}
	for i := range tables {
		t := orders()
		t.TableName = fmt.Sprintf("Table%04d", i)
		t.TableArn, t.CreationDateTime = tableARN(dublin, t.TableName), ago(500*day+time.Duration(i)*time.Minute)
		add(t)
		add(call("dynamodb:DescribeTable", "TableName", t.TableName))
		for j := range points {
			add(point(t.TableArn, time.Duration(j)*day+13*time.Hour))
		}
	}
	var text bytes.Buffer
	if _, err := rows.WriteTo(&text); err != nil {
		b.Fatal(err)
	}
	b.Logf("shard of %d MB", text.Len()>>20)
	in := facts.Input{Account: account, Shards: []facts.Shard{{Name: "s", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(text.Bytes())), nil
	}}}}
	b.ReportAllocs()
	for b.Loop() {
		if err := facts.Derive(context.Background(), in, func(*facts.Subject) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
