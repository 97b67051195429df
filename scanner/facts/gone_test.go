package facts_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

// done is the completed job of the daily run of n days ago.
func done(n int) *snapshot.BackupJob {
	j := job(n, "COMPLETED", "")
	j.RecoveryPointArn, j.CreatedBy.BackupPlanVersion = made(n).RecoveryPointArn, "v1"
	return j
}

func TestGonePointsOfJobs(t *testing.T) {
	byHand := done(3)
	byHand.CreatedBy, byHand.RecoveryPointLifecycle = nil, keep(14)
	brief := done(3)
	brief.RecoveryPointLifecycle = keep(3)
	onceCopied := done(3)
	onceCopied.RecoveryPointLifecycle = &snapshot.Lifecycle{DeleteAfterEvent: "DELETE_AFTER_COPY"}
	unheard := done(3)
	unheard.CreatedBy.BackupPlanVersion = "v7"
	since := done(0)
	since.CompletionDate = p(now.Add(time.Minute))
	deleting := made(3)
	deleting.Status = "DELETING"
	event := snapshot.Row{TrailEvent: &snapshot.TrailEvent{EventId: "1", EventName: "DeleteRecoveryPoint", EventTime: ago(day), PrincipalArn: "arn:aws:iam::111122223333:user/eve",
		Resources: []snapshot.EventResource{{ResourceName: made(3).RecoveryPointArn}}}}
	refused := snapshot.Row{TrailEvent: &snapshot.TrailEvent{EventId: "2", EventName: "DeleteRecoveryPoint", EventTime: ago(2 * day), PrincipalArn: "arn:aws:iam::111122223333:user/mallory",
		ErrorCode: "AccessDenied", Resources: []snapshot.EventResource{{ResourceName: made(3).RecoveryPointArn}}}}
	one := facts.GonePoint{RecoveryPointArn: made(3).RecoveryPointArn, BackupVaultName: "Main", CreationDate: p(due(3)), Known: "job"}
	with := func(days int, change func(*facts.GonePoint)) []facts.GonePoint {
		g := one
		if days > 0 {
			end := due(3).Add(time.Duration(days) * day)
			g.DeleteAt, g.DaysLeft = &end, p(int(end.Sub(now)/day))
		}
		if change != nil {
			change(&g)
		}
		return []facts.GonePoint{g}
	}
	for _, c := range []struct {
		what string
		rows []any
		want []facts.GonePoint
	}{
		{"all there", append(month(), done(3)), []facts.GonePoint{}},
		{"by the plan's version", append(month(3), done(3)), with(366, nil)},
		{"by the job's own lifecycle", append(month(3), byHand), with(14, nil)},
		{"its time had come", append(month(3), brief), []facts.GonePoint{}},
		{"deleted once it was copied", append(month(3), onceCopied), []facts.GonePoint{}},
		{"nobody knows what was promised", append(month(3), unheard), []facts.GonePoint{}},
		{"completed since the scan began", append(month(0), since), []facts.GonePoint{}},
		{"being deleted", append(month(3), done(3), deleting), with(366, nil)},
		{"and CloudTrail knows by whom", append(month(3), done(3), event, refused), with(366, func(g *facts.GonePoint) {
			g.By, g.Call, g.At = "arn:aws:iam::111122223333:user/eve", "DeleteRecoveryPoint", ago(day)
		})},
		{"a job that failed", append(month(3), job(3, "FAILED", "")), []facts.GonePoint{}},
	} {
		got := ran(t, append(c.rows, daily())...).Gone
		if diff := cmp.Diff(c.want, got.Listed); diff != "" || got.Points != len(c.want) {
			t.Errorf("%s: %d points: %s", c.what, got.Points, diff)
		}
	}
}

func TestGoneCopies(t *testing.T) {
	landed := copyJob(2, "COMPLETED", "")
	landed.DestinationRecoveryPointArn, landed.DestinationRecoveryPointLifecycle = copied(2).RecoveryPointArn, keep(30)
	want := []facts.GonePoint{{
		RecoveryPointArn: copied(2).RecoveryPointArn, BackupVaultName: "Far", CreationDate: made(2).CreationDate, DeleteAt: p(made(2).CreationDate.Add(30 * day)),
		DaysLeft: p(27), Known: "job",
	}}
	if diff := cmp.Diff(want, far(t, true, []any{landed}, nil).Gone.Listed); diff != "" {
		t.Error(diff)
	}
	if got := far(t, false, []any{landed}, nil).Gone; got.Points != 0 {
		t.Errorf("nobody looked into the vault: %+v", got)
	}
	landed.DestinationRecoveryPointLifecycle = keep(2)
	if got := far(t, true, []any{landed}, nil).Gone; got.Points != 0 {
		t.Errorf("two days from the source's creation, its time had come: %+v", got)
	}
}

// before derives a Region after an earlier run, which saw some rows of it.
func before(t *testing.T, earlier []any, rows ...any) []*facts.Subject {
	t.Helper()
	first := header(dublin)
	first.CollectedAt = now.Add(-3 * day)
	shards := []facts.Shard{shard(t, dublin, append([]any{first, settings(true, true)}, earlier...)...)}
	var subjects []*facts.Subject
	err := facts.Derive(context.Background(), facts.Input{Account: account, Shards: shards, Scanned: []string{account}},
		func(s *facts.Subject) error { subjects = append(subjects, s); return nil })
	if err != nil {
		t.Fatal(err)
	}
	previous := &facts.Previous{RunID: "earlier", Shards: shards}
	for _, region := range []string{dublin, snapshot.Global} {
		var file bytes.Buffer
		err := facts.Write(&file, facts.Header{Account: account, Region: region}, func(yield func(*facts.Subject, error) bool) {
			for _, s := range subjects {
				if s.Region == region && !yield(s, nil) {
					return
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		previous.Facts = append(previous.Facts, facts.Shard{Name: region, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file.Bytes())), nil }})
	}
	var all []*facts.Subject
	in := facts.Input{Account: account, Scanned: []string{account}, Previous: previous,
		Shards: []facts.Shard{shard(t, dublin, append([]any{settings(true, true)}, rows...)...)}}
	if err := facts.Derive(context.Background(), in, func(s *facts.Subject) error { all = append(all, s); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestGonePointsOfThePreviousRun(t *testing.T) {
	again := orders()
	again.CreationDateTime = ago(day)
	old := func(days int) []any {
		return []any{orders(), mainVault(), until(made(80), days), until(made(70), 366)}
	}
	table := func(created *snapshot.Table, rows ...any) facts.Gone {
		return named(t, before(t, rows, created, mainVault(), until(made(70), 366)), facts.KindTable, "Orders").Table.Gone
	}
	got := table(orders(), old(366)...)
	want := []facts.GonePoint{{
		RecoveryPointArn: made(80).RecoveryPointArn, BackupVaultName: "Main", CreationDate: made(80).CreationDate,
		DeleteAt: p(made(80).CreationDate.Add(366 * day)), DaysLeft: p(285), Known: "snapshot",
	}}
	if diff := cmp.Diff(want, got.Listed); diff != "" {
		t.Error(diff)
	}
	if got := table(orders(), old(81)...); got.Points != 1 { // 80 days and 13 hours old
		t.Errorf("a point with eleven hours to go: %+v", got)
	}
	if got := table(orders(), old(80)...); got.Points != 0 {
		t.Errorf("a point whose time had come: %+v", got)
	}
	if got := table(orders(), old(0)...); got.Points != 1 || got.Listed[0].DeleteAt != nil {
		t.Errorf("a point without end: %+v", got)
	}
	if got := table(again, old(366)...); got.Points != 0 {
		t.Errorf("of an earlier table of the name: %+v", got)
	}
	unusable := until(made(80), 366)
	unusable.Status = "EXPIRED"
	if got := table(orders(), orders(), unusable); got.Points != 0 {
		t.Errorf("an unusable point: %+v", got)
	}
	var many []any
	for n := range 12 {
		many = append(many, until(made(80+n), 366))
	}
	if got := table(orders(), append(many, orders())...); got.Points != 12 || len(got.Listed) != 5 || got.Listed[0].RecoveryPointArn != made(80).RecoveryPointArn {
		t.Errorf("many: %+v", got)
	}
	all := before(t, old(366), mainVault(), orders())
	if got := named(t, all, facts.KindTable, "Orders").Table.Gone; got.Points != 2 {
		t.Errorf("all points are gone: %+v", got)
	}
}

// A previous run that is not whole is told, and never taken for one that saw nothing.
func TestAPreviousRunThatIsCut(t *testing.T) {
	good := shard(t, dublin, orders(), made(0))
	whole, _ := good.Open()
	text, _ := io.ReadAll(whole)
	cut := facts.Shard{Name: "old.jsonl", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text[:len(text)-20])), nil }}
	bad := facts.Shard{Name: "old.jsonl", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("{}\n")), nil }}
	for _, previous := range []*facts.Previous{{RunID: "4f2a", Shards: []facts.Shard{cut}}, {RunID: "4f2a", Facts: []facts.Shard{bad}}} {
		err := facts.Derive(context.Background(), facts.Input{Account: account, Shards: []facts.Shard{good}, Previous: previous}, func(*facts.Subject) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "old.jsonl") {
			t.Errorf("error is %v", err)
		}
	}
}

// A completed job that does not say what it made hides whether it is there.
func TestJobsThatDoNotSayWhatTheyMade(t *testing.T) {
	landed := copyJob(2, "COMPLETED", "")
	for what, row := range map[string]any{"a backup job": job(2, "COMPLETED", ""), "a copy job": landed} {
		s := named(t, inDublin(t, append(month(), row, daily(), everything(), orders(), mainVault())...), facts.KindTable, "Orders")
		if !hides(s, "gone.points") || hides(s, "overdue") {
			t.Errorf("%s: gaps are %+v", what, s.Gaps)
		}
	}
}
