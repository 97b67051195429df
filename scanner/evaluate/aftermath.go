package evaluate

import (
	"fmt"
	"slices"

	"holdfast/config"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// replicas judges the replicas of a global table together, by the setting of
// each replica's scope: rules whose metadata says so are not applicable outside
// of the Regions that it names, or, with "one", where another replica passes all
// of them. Nothing that is unknown passes, and nothing unknown is excused.
func (r *run) replicas() {
	groups := map[string][]int{}
	for i, s := range r.subjects {
		if s.Kind == facts.KindTable && s.Group != "" {
			groups[s.Group] = append(groups[s.Group], i)
		}
	}
	for _, members := range groups {
		good := -1
		for _, i := range members {
			if good < 0 && r.protected(i) {
				good = i
			}
		}
		for _, i := range members {
			r.excuse(i, good)
		}
	}
}

// protected: the replica fails none of the rules, nothing is unknown, and at
// least one passes.
func (r *run) protected(i int) bool {
	passes := 0
	for j, e := range r.entries[facts.KindTable] {
		if !e.meta.Replicas {
			continue
		}
		switch r.judged[i][j].status {
		case finding.Pass:
			passes++
		case finding.Fail, finding.Unknown:
			return false
		}
	}
	return passes > 0
}

func (r *run) excuse(i, good int) {
	s := r.subjects[i]
	setting := replicaSetting(r.scopes.of[i])
	var why string
	switch {
	case len(setting.Regions) > 0 && !slices.Contains(setting.Regions, s.Region):
		why = fmt.Sprintf("is a replica outside of the Regions that the scope asks for, %v", setting.Regions)
	case setting.Mode == "one" && good >= 0 && good != i:
		why = fmt.Sprintf("is a replica of a table that is protected in %s", r.subjects[good].Region)
	default:
		return
	}
	for j, e := range r.entries[facts.KindTable] {
		found := &r.judged[i][j]
		if !e.meta.Replicas || found.status == finding.NotApplicable || setting.Mode == "one" && found.status != finding.Fail {
			continue
		}
		found.verdict = notApplicable(why)
	}
}

// replicaSetting is the setting that all alternatives of a scope agree on;
// otherwise every replica is judged for itself.
func replicaSetting(alternatives []*scopeSet) (setting config.Replicas) {
	for n, set := range alternatives {
		var own config.Replicas
		if len(set.scopes) == 1 && set.scopes[0] != nil {
			own = set.scopes[0].Replicas
		}
		if n > 0 && (own.Mode != setting.Mode || !slices.Equal(own.Regions, setting.Regions)) {
			return config.Replicas{}
		}
		setting = own
	}
	return setting
}

// waive turns failures that somebody has accepted into waived ones.
func (r *run) waive() {
	for i, s := range r.subjects {
		for j := range r.entries[s.Kind] {
			if r.judged[i][j].verdict != nil {
				r.waiveOne(s, &r.entries[s.Kind][j], &r.judged[i][j])
			}
		}
	}
}

func (r *run) waiveOne(s *facts.Subject, e *entry, j *judgement) {
	if j.status != finding.Fail {
		return
	}
	for _, w := range r.settings.Config.Waivers {
		if w.Matches(&finding.Finding{Rule: e.meta.ID, ARN: s.ARN, Account: s.Account, Region: s.Region}) && !w.Expired(r.settings.Now) {
			j.noted().waiver = w.Accepted()
			return
		}
	}
}

// causes tells of each failure which other failures of the same subject explain
// it, as the rule's metadata says. A waived failure explains nothing: what it
// would cover up has not been accepted.
func (r *run) causes() {
	for i, s := range r.subjects {
		entries := r.entries[s.Kind]
		for j := range entries {
			if len(entries[j].meta.CausedBy) == 0 || r.judged[i][j].stands() != finding.Fail || r.judged[i][j].standsAlone {
				continue
			}
			for _, cause := range entries[j].meta.CausedBy {
				if k := r.index(s.Kind, cause); k >= 0 && r.judged[i][k].stands() == finding.Fail {
					n := r.judged[i][j].noted()
					n.causedBy = append(n.causedBy, cause)
				}
			}
		}
	}
}
