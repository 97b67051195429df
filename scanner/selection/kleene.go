package selection

import "slices"

// truth is a value of Kleene's three-valued logic.
type truth int8

const (
	isNo truth = iota
	isMaybe
	isYes
)

// An answer is a truth and, where it is maybe, the names of what is not known.
type answer struct {
	truth       truth
	ambiguities []string
}

var (
	no  = answer{truth: isNo}
	yes = answer{truth: isYes}
)

func unknown(ambiguity string) answer { return answer{isMaybe, []string{ambiguity}} }

func (a answer) not() answer { return answer{isYes - a.truth, a.ambiguities} }

// anyOf is yes if one is, and no if all are.
func anyOf(answers ...answer) answer { return extreme(isYes, answers) }

// allOf is no if one is, and yes if all are.
func allOf(answers ...answer) answer { return extreme(isNo, answers) }

// extreme returns the answer nearest to a truth. An ambiguity survives only where
// the outcome is maybe: else it decides nothing.
func extreme(towards truth, answers []answer) answer {
	result := answer{truth: isYes - towards}
	for _, a := range answers {
		if a.truth == towards {
			return answer{truth: towards}
		}
		if a.truth == isMaybe {
			result.truth = isMaybe
			for _, ambiguity := range a.ambiguities {
				if !slices.Contains(result.ambiguities, ambiguity) {
					result.ambiguities = append(result.ambiguities, ambiguity)
				}
			}
		}
	}
	return result
}
