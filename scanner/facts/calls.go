package facts

import (
	"slices"
	"strings"
	"time"

	"holdfast/scanner/snapshot"
)

// maxCited bounds the calls that one fact names as its source.
const maxCited = 12

// calls knows which answered calls a shard holds, so that a fact never names one
// that is not there.
type calls struct {
	ids map[string][]string  // by operation, and by operation and what it was asked about
	at  map[string]time.Time // of the last page, by snapshot.CallID; only for dated
}

// dated are the operations whose answer is judged at its own time, not at that
// of the shard.
var dated = []string{opContinuousBackups, opGetPlan}

// subjectParameters are the parameters that say what a call, or a gap, is about.
var subjectParameters = []string{"TableName", "ResourceArn", "BackupVaultName", "BackupPlanId", "SelectionId", "KeyId"}

func newCalls() calls {
	return calls{ids: map[string][]string{}, at: map[string]time.Time{}}
}

func (c calls) add(call *snapshot.Call) {
	id := call.ID()
	if slices.Contains(dated, call.Operation) {
		c.at[id] = call.Time
	}
	c.note(call.Operation, id)
	for _, p := range subjectParameters {
		if v, ok := call.Parameters[p]; ok {
			c.note(call.Operation+" "+tableName(v), id)
		}
	}
}

// note relies on the shard's order: the pages of one question follow one another.
func (c calls) note(key, id string) {
	if known := c.ids[key]; len(known) == 0 || known[len(known)-1] != id {
		c.ids[key] = append(known, id)
	}
}

// of returns the calls of an operation.
func (c calls) of(operation string) []string { return c.ids[operation] }

// about returns the calls of an operation about one table, vault, plan or
// selection, by its name, ARN or id.
func (c calls) about(operation, what string) []string {
	return c.ids[operation+" "+tableName(what)]
}

// time returns when the question was answered, and otherwise if it was not.
func (c calls) time(ids []string, otherwise time.Time) time.Time {
	if len(ids) > 0 {
		if t, ok := c.at[ids[len(ids)-1]]; ok {
			return t
		}
	}
	return otherwise
}

// cite names the sources of a fact path: sorted, each once, at most maxCited.
func (s *Subject) cite(path string, ids ...[]string) {
	all := slices.Concat(ids...)
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) == 0 {
		return
	}
	if len(all) > maxCited {
		all = all[:maxCited]
	}
	s.Sources = append(s.Sources, Source{Path: path, Calls: slices.Clip(all)})
	slices.SortFunc(s.Sources, func(a, b Source) int { return strings.Compare(a.Path, b.Path) })
}
