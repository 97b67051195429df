package facts

import (
	"cmp"
	"slices"
	"strings"

	"holdfast/scanner/snapshot"
)

// replicas are the other replicas of a table's global table, sorted by Region.
func (a *account) replicas(t *snapshot.Table) []Replica {
	list := []Replica{}
	for _, r := range t.Replicas {
		replica := Replica{RegionName: r.RegionName, ReplicaArn: replicaARN(t, r)}
		at, _ := parseARN(replica.ReplicaArn)
		if replica.ReplicaArn == t.TableArn {
			continue
		}
		replica.Scanned = a.sees(at)
		list = append(list, replica)
	}
	slices.SortFunc(list, func(x, y Replica) int {
		return cmp.Or(strings.Compare(x.RegionName, y.RegionName), strings.Compare(x.ReplicaArn, y.ReplicaArn))
	})
	return list
}

// replicaARN is what AWS says, or else the table's own ARN in the other Region.
func replicaARN(t *snapshot.Table, r snapshot.Replica) string {
	if r.ReplicaArn != "" {
		return r.ReplicaArn
	}
	own, _ := parseARN(t.TableArn)
	own.region = r.RegionName
	return own.String()
}

// sees reports whether a table of this ARN is a subject of this run. Which
// Regions of another account are scanned is not known here: all that are enabled.
func (a *account) sees(at arn) bool {
	if at.account == a.id {
		return a.regions[at.region] != nil
	}
	return slices.Contains(a.scanned, at.account)
}

// group is what the replicas of one global table share: the first of their ARNs.
func (a *account) group(t *snapshot.Table) string {
	if len(t.Replicas) == 0 {
		return ""
	}
	first := t.TableArn
	for _, r := range t.Replicas {
		first = min(first, replicaARN(t, r))
	}
	return first
}

// unseenReplicas are the replicas that this run does not judge: what protects
// them is unknown, and never taken for well protected.
func (a *account) unseenReplicas(s *shard, t *snapshot.Table) []*Subject {
	var all []*Subject
	for _, r := range a.replicas(t) {
		at, ok := parseARN(r.ReplicaArn)
		if r.Scanned || !ok {
			continue
		}
		message := "the replica's Region is not part of this scan"
		if at.account != a.id {
			message = "the replica's account is not part of this scan"
		}
		subject := s.subject(KindTable, r.ReplicaArn, tableName(r.ReplicaArn))
		// Its account stays the one whose table names it: two accounts may name the
		// same replica, and findings are told apart by account.
		subject.Region, subject.Group = at.region, a.group(t)
		subject.Gaps = []Hidden{{
			Call:   snapshot.CallID(opDescribeTable, map[string]string{"TableName": r.ReplicaArn}),
			Reason: string(snapshot.NotAsked), Message: message,
		}}
		subject.Table = &Table{
			TableArn: r.ReplicaArn, TableName: subject.Name, Tags: []Tag{}, Replicas: []Replica{},
			Protections: []Protection{}, Points: []PointGroup{}, Runs: Runs{Outages: []Outage{}, Ambiguities: []string{}}, Promises: Promises{Deviations: []Deviation{}}, Gone: Gone{Listed: []GonePoint{}},
			Coverage: Coverage{Ambiguities: []string{}, Warnings: []string{}, RetentionSteps: []RetentionStep{}},
		}
		all = append(all, subject)
	}
	return all
}
