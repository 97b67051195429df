package facts_test

import (
	"errors"
	"io"
	"testing"

	"holdfast/scanner/facts"
	"holdfast/scanner/snapshot"
)

func TestAnAccountIsOneSubject(t *testing.T) {
	far := orders()
	far.TableArn = tableARN(ohio, "Orders")
	global := header(snapshot.Global)
	global.CollectedAt = *ago(1)
	s := only(t, derive(t, shard(t, ohio, far), shard(t, dublin, orders()), shard(t, snapshot.Global, global)), facts.KindAccount)
	if s.ARN != "arn:aws:backup::111122223333:account" || s.Region != snapshot.Global || s.Name != account || !s.Collected.Equal(*ago(1)) {
		t.Errorf("subject is %+v", s)
	}
	if s.AccountOf.Tables != 2 || len(s.Serves) != 2 {
		t.Errorf("%d tables, serves %v", s.AccountOf.Tables, s.Serves)
	}
	if len(s.Gaps) != 0 {
		t.Errorf("gaps are %+v", s.Gaps)
	}
}

// A refused account has no shard that says anything; it is a subject all the same.
func TestAnAccountThatCouldNotBeRead(t *testing.T) {
	refused := shard(t, snapshot.Global, gap("sts:AssumeRole", "RoleArn", "arn:aws:iam::111122223333:role/Holdfast"))
	closed := facts.Shard{Name: "cn-north-1.jsonl", Open: func() (io.ReadCloser, error) { return nil, errors.New("no") }}
	for _, c := range []struct {
		shard facts.Shard
		arn   string
	}{{refused, "arn:aws:backup::111122223333:account"}, {closed, "arn:aws-cn:backup::111122223333:account"}} {
		s := only(t, derive(t, c.shard), facts.KindAccount)
		if s.ARN != c.arn || len(s.Gaps) != 1 || s.Gaps[0].Path != "" {
			t.Errorf("subject is %+v", s)
		}
	}
}
