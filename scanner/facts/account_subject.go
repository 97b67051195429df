package facts

import (
	"slices"
	"strings"

	"holdfast/scanner/pattern"
	"holdfast/scanner/snapshot"
)

// accountSubject is the account as a whole. It serves all tables, and what hides
// something of it in one Region hides it altogether. It is emitted also where no
// shard of the account could be read.
func (a *account) accountSubject() *Subject {
	subject := &Subject{Kind: KindAccount, Account: a.id, Region: snapshot.Global, Name: a.id}
	facts := &Account{Trails: []TrailRecorder{}}
	subject.AccountOf = facts
	partition := ""
	for _, s := range a.shards {
		partition = s.header.Partition
		if s.header.Region == snapshot.Global || subject.Collected.IsZero() {
			subject.Collected = s.header.CollectedAt
		}
		subject.Serves = append(subject.Serves, s.tableARNs()...)
	}
	facts.Tables = len(subject.Serves)
	for _, t := range a.trails() {
		facts.Trails = append(facts.Trails, trailFact(t))
	}
	topics := a.watched(facts)
	for _, s := range a.shards {
		s.hide(subject, about{topics: topics})
		subject.cite("watched", s.calls.of(opListRules), s.calls.of(opListTrails), s.calls.of(opListAlarms))
		subject.cite("trails", s.calls.of(opListTrails), s.calls.of(opTrailStatus))
	}
	for _, m := range a.missing {
		if partition == "" {
			partition = partitionOf(m.Region)
		}
		subject.Gaps = append(subject.Gaps, m.Gaps...)
	}
	subject.sortGaps()
	subject.ARN = AccountARN(partition, a.id)
	return subject
}

// watched says of each Region with tables or backups of tables who would notice; it
// returns the topics that were looked at.
func (a *account) watched(facts *Account) map[string]bool {
	facts.Watched = []RegionWatch{}
	var all []*telling
	trails := a.trails()
	for _, s := range a.shards {
		if s.header.Region == snapshot.Global || !a.holdsAnything(s) {
			continue
		}
		w := RegionWatch{Region: s.header.Region}
		recorded := pattern.Yes
		for _, c := range watchedCalls {
			t := &telling{}
			recorded = min(recorded, a.byTrails(t, trails, s, c))
			all = append(all, t)
			w.Calls = append(w.Calls, t.fact(c.String()))
		}
		w.Recorded = answerWord(recorded)
		facts.Watched = append(facts.Watched, w)
	}
	slices.SortFunc(facts.Watched, func(x, y RegionWatch) int { return strings.Compare(x.Region, y.Region) })
	return topicNames(all...)
}

// holdsAnything reports whether there are tables, or recovery points of tables, in a
// Region.
func (a *account) holdsAnything(s *shard) bool {
	return len(s.tables)+len(s.unread) > 0 || slices.ContainsFunc(s.vaults, func(v *snapshot.BackupVault) bool {
		held := a.vaultPoints[v.BackupVaultArn]
		return held != nil && held.count > 0
	})
}

// byTrails adds all that tells of a call in a Region, and says whether a trail
// records it: without, EventBridge gets no such event.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
func (a *account) byTrails(t *telling, trails []*snapshot.Trail, s *shard, c watchedCall) pattern.Answer {
	region, call := s.header.Region, c.logged(a.id, s.header.Region)
	recorded := pattern.No
	for _, trail := range trails {
		by := records(trail, region, call)
		recorded = max(recorded, by)
		a.byAlarms(t, trail, by, call)
	}
	if recorded == pattern.No {
		t.add(pattern.Yes, pattern.No, "no trail records it")
		return recorded
	}
	s.byRules(t, c.event(a.id, region), recorded)
	return recorded
}
