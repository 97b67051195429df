package finding

import "strings"

// Compare is the order of findings.jsonl: by account, Region, kind of subject,
// ARN and rule. No two findings of a run are equal, and merging the findings of
// accounts is concatenation.
func Compare(a, b *Finding) int {
	if c := compareSubject(a, b); c != 0 {
		return c
	}
	return strings.Compare(a.Rule, b.Rule)
}

func compareSubject(a, b *Finding) int {
	if c := strings.Compare(a.Account, b.Account); c != 0 {
		return c
	}
	if c := strings.Compare(a.Region, b.Region); c != 0 {
		return c
	}
	if c := strings.Compare(a.Subject, b.Subject); c != 0 {
		return c
	}
	return strings.Compare(a.ARN, b.ARN)
}
