package evaluate

import (
	"fmt"
	"slices"

	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// whole is the gap that hides a subject altogether, nil where none does.
func whole(s *facts.Subject) *facts.Hidden {
	for i := range s.Gaps {
		if s.Gaps[i].Path == "" {
			return &s.Gaps[i]
		}
	}
	if s.Unlisted {
		return &facts.Hidden{Reason: "failed"}
	}
	return nil
}

// hides are the gaps that hide something that is read: the path itself,
// something below it, or something that it is below.
func hides(s *facts.Subject, reads []path) (hidden []facts.Hidden) {
	for _, gap := range s.Gaps {
		at := parsePath(gap.Path)
		if slices.ContainsFunc(reads, at.overlaps) {
			hidden = append(hidden, gap)
		}
	}
	return hidden
}

// scopeGaps are the gaps for which a subject's scope is not known: its own tags,
// or those of a table that it serves.
func scopeGaps(s *facts.Subject) []facts.Hidden {
	if hidden := hides(s, []path{{"Tags"}}); s.Table != nil && len(hidden) > 0 {
		return hidden
	}
	return []facts.Hidden{{Path: "Tags", Reason: "not_asked", Message: "the tags of a table that it serves were not read, so its scope is not known"}}
}

// hidden is the verdict where gaps hide what a rule needs. It tells the first
// gap that nobody expects, so that an expected one does not cover it up.
func (r *run) hidden(s *facts.Subject, e *entry, gaps []facts.Hidden) *verdict {
	told := gaps[0]
	if len(gaps) > 1 {
		for _, gap := range gaps {
			if r.expected(&finding.Finding{
				Rule: e.meta.ID, ARN: s.ARN, Account: s.Account, Region: s.Region,
				Status: finding.Unknown, Gap: &finding.Gap{Call: gap.Call, Reason: gap.Reason},
			}) == "" {
				told = gap
				break
			}
		}
	}
	v := unknown(finding.Gap{Call: told.Call, Reason: told.Reason, Code: told.Code, Message: told.Message})
	v.message = explainGap(s, told)
	return v
}

// explainGap completes "<name> …".
func explainGap(s *facts.Subject, gap facts.Hidden) string {
	cause := gap.Reason
	if gap.Code != "" {
		cause += ", " + gap.Code
	}
	if gap.Call != "" {
		cause = fmt.Sprintf("%s (%s)", gap.Call, cause)
	} else if gap.Message != "" {
		cause = gap.Message
	}
	if s.Unlisted {
		return fmt.Sprintf("could not be asked for each %s: no answer to %s", s.Kind, cause)
	}
	return "cannot be judged: no answer to " + cause
}

// expected is the reason of the entry of the configuration that explains an
// unknown finding, empty where none does.
func (r *run) expected(f *finding.Finding) string {
	for _, gap := range r.settings.Config.ExpectedGaps {
		if gap.Matches(f) && !gap.Expired(r.settings.Now) {
			return gap.Reason
		}
	}
	return ""
}
