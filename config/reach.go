package config

import (
	"slices"
	"strings"
)

// About names a waiver by what it says: "table.deletion_protection on arn:…/Scratch*".
func (w Waiver) About() string { return about(w.Rule, w.Resource, w.Account, w.Region) }

// About names an expected gap by what it says.
func (g ExpectedGap) About() string {
	resource := g.Resource
	if len(resource) == 0 {
		resource = []string{"*"}
	}
	return about(g.What, resource, g.Account, g.Region)
}

func about(what, resource, account, region []string) string {
	text := strings.Join(what, ", ") + " on " + strings.Join(resource, ", ")
	if len(account) > 0 {
		text += " of " + strings.Join(account, ", ")
	}
	if len(region) > 0 {
		text += " in " + strings.Join(region, ", ")
	}
	return text
}

// Names are the accounts of a scan that a waiver speaks of: those that it or its
// ARNs spell out; or else the first of those that it may be about, which then
// stands for all of them, as named says.
func (w Waiver) Names(scanned []string) (accounts []string, named bool) {
	return names(w.Account, w.Resource, scanned)
}

// Names is as of a waiver.
func (g ExpectedGap) Names(scanned []string) (accounts []string, named bool) {
	return names(g.Account, g.Resource, scanned)
}

func names(accounts, resources, scanned []string) (found []string, named bool) {
	spelled := slices.DeleteFunc(slices.Clone(accounts), wild)
	if len(spelled) == 0 {
		for _, resource := range resources {
			if account := arnPart(resource, 4); !wild(account) {
				spelled = append(spelled, account)
			}
		}
	}
	for _, account := range scanned {
		switch {
		case slices.Contains(spelled, account):
			found = append(found, account)
		case len(spelled) == 0 && admits(accounts, account):
			return []string{account}, false
		}
	}
	return found, true
}

// Reaches says whether a waiver may be about anything in a Region of an account.
func (w Waiver) Reaches(account, region string) bool {
	return admits(w.Account, account) && admits(w.Region, region) && slices.ContainsFunc(w.Resource, func(resource string) bool {
		inRegion := arnPart(resource, 3)
		return matches(arnPart(resource, 4), account) && (inRegion == "" || matches(inRegion, region))
	})
}

// arnPart is a part of an ARN, or a pattern that it fits: "*" where a * before it
// may stand for any number of parts.
func arnPart(pattern string, n int) string {
	parts := strings.SplitN(pattern, ":", 6)
	for i := range n {
		if i >= len(parts) || wild(parts[i]) && len(parts) < 6 {
			return "*"
		}
	}
	if n >= len(parts) {
		return "*"
	}
	return parts[n]
}

func wild(pattern string) bool { return strings.Contains(pattern, "*") }
