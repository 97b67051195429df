package finding

import "slices"

// Severities are all of them, the least first.
var Severities = [...]Severity{Low, Medium, High, Critical}

// Rank is 1 for low to 4 for critical, and 0 for a word that is no severity.
func (s Severity) Rank() int { return slices.Index(Severities[:], s) + 1 }

// Compare is negative where s is less bad than other, zero where they are equal.
func (s Severity) Compare(other Severity) int { return s.Rank() - other.Rank() }

// AtLeast says whether s is as bad as floor, or worse. A word that is no
// severity is never at least anything.
func (s Severity) AtLeast(floor Severity) bool {
	return s.Rank() > 0 && s.Rank() >= floor.Rank()
}
