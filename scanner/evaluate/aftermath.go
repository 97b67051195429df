package evaluate

import (
	"fmt"
	"slices"

	"holdfast/config"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// settle does to a subject's verdicts what does not depend on its facts.
func (r *run) settle(j *judged) {
	r.excuse(j)
	r.waive(j)
	r.causes(j)
}

// protected: the replica fails none of the rules that are judged together, nothing
// is unknown, and at least one passes.
func (r *run) protected(j *judged) bool {
	passes := 0
	for n, e := range r.entries[facts.KindTable] {
		if !e.meta.Replicas {
			continue
		}
		switch j.all[n].status {
		case finding.Pass:
			passes++
		case finding.Fail, finding.Unknown:
			return false
		}
	}
	return passes > 0
}

// excuse judges a replica of a global table together with the others, by the
// setting of its scope: rules whose metadata says so are not applicable outside of
// the Regions that it names, or, with "one", where another replica passes all of
// them. Nothing that is unknown passes, and nothing unknown is excused.
func (r *run) excuse(j *judged) {
	if j.Kind != facts.KindTable || j.Group == "" {
		return
	}
	setting, good := replicaSetting(j.scopes), r.survey.good[j.Group]
	var why string
	switch {
	case len(setting.Regions) > 0 && !slices.Contains(setting.Regions, j.Region):
		why = fmt.Sprintf("is a replica outside of the Regions that the scope asks for, %v", setting.Regions)
	case setting.Mode == "one" && good != nil && good.ARN != j.ARN:
		why = fmt.Sprintf("is a replica of a table that is protected in %s", good.Region)
	default:
		return
	}
	for n, e := range r.entries[facts.KindTable] {
		found := &j.all[n]
		if !e.meta.Replicas || found.verdict == nil || found.status == finding.NotApplicable || setting.Mode == "one" && found.status != finding.Fail {
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
func (r *run) waive(j *judged) {
	for n := range j.all {
		if j.all[n].verdict != nil {
			r.waiveOne(j.Subject, &r.entries[j.Kind][n], &j.all[n])
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
func (r *run) causes(j *judged) {
	entries := r.entries[j.Kind]
	for n := range entries {
		found := &j.all[n]
		if len(entries[n].meta.CausedBy) == 0 || found.verdict == nil || found.stands() != finding.Fail || found.standsAlone {
			continue
		}
		for _, cause := range entries[n].meta.CausedBy {
			if k := r.index(j.Kind, cause); k >= 0 && j.all[k].verdict != nil && j.all[k].stands() == finding.Fail {
				found.noted().causedBy = append(found.noted().causedBy, cause)
			}
		}
	}
}
