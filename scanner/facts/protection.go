package facts

import (
	"slices"
	"time"

	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// A cover says whether one plan covers one table, and why. It holds for all
// rules of the plan.
type cover struct {
	plan         *plan
	verdict      selection.Verdict // the best of the plan's selections
	names, ids   []string          // of the selections that decide
	why          []string
	ambiguities  []string
	optIn        bool
	proven       bool
	began        *time.Time // creation of the first selection that decides
	optInUnclear []string   // of selections that do not cover it
	undated      string     // id of a selection that decides and does not say when it was made
}

// protection is all that plans do for one table.
type protection struct {
	covers       []cover   // all but "no"
	matches      []matched // of selections that cover it, might, or were meant to; kept while the table is looked at
	optIn        bool      // some cover depends on opt-in
	tagsCount    bool      // its tags were not read, and could decide
	tagsOptIn    bool      // its tags were not read, and could decide if the Region were opted in
	optInUnclear []string  // what is not known, though it says whether some cover depends on opt-in
}

// protect asks every selection of the Region about a table; made says what each
// plan has made of it, by BackupPlanId.
func (s *shard) protect(r selection.Resource, made map[string]span) *protection {
	p := &protection{}
	for _, plan := range s.plans {
		c, found := s.coverOf(plan, r, &p.matches)
		p.optInUnclear = appendNew(p.optInUnclear, c.optInUnclear...)
		p.tagsOptIn = p.tagsOptIn || len(c.optInUnclear) > 0 && !r.TagsRead
		p.tagsCount = p.tagsCount || found && !r.TagsRead
		if !found {
			continue
		}
		if c.verdict == selection.Ambiguous {
			c.prove(made[plan.BackupPlanId])
		}
		p.optIn = p.optIn || c.optIn && c.verdict != selection.Excluded
		p.covers = append(p.covers, c)
	}
	return p
}

// unreadOrganizationOptIn is why a plan of the organization stays ambiguous.
const unreadOrganizationOptIn = "a plan of the organization follows the management account's opt-in for DynamoDB, which was not read"

// rank orders verdicts: the best of several selections counts.
var rank = map[selection.Verdict]int{selection.Yes: 4, selection.Ambiguous: 3, selection.OptedOut: 2, selection.Excluded: 1}

// coverOf merges the selections of one plan that cover the table equally well.
func (s *shard) coverOf(p *plan, r selection.Resource, matches *[]matched) (cover, bool) {
	c := cover{plan: p}
	region := selection.Region{OptedIn: s.optedIn()}
	for _, sel := range p.selections {
		m := sel.compiled.Match(r, region)
		if p.organizational() && m.DependsOnOptIn {
			m = organizationMatch(m, sel, r)
		}
		if m.Verdict != selection.No || m.Excluded != "" || len(m.OptInWouldTell) > 0 {
			*matches = append(*matches, matched{sel, m})
		}
		c.optInUnclear = appendNew(c.optInUnclear, m.OptInWouldTell...)
		switch {
		case rank[m.Verdict] == 0 || rank[m.Verdict] < rank[c.verdict]:
			continue
		case rank[m.Verdict] > rank[c.verdict]:
			c = cover{plan: p, verdict: m.Verdict, optInUnclear: c.optInUnclear}
		}
		c.add(sel.BackupSelection, m)
	}
	return c, c.verdict != ""
}

func (c *cover) add(sel *snapshot.BackupSelection, m selection.Match) {
	c.optIn = m.DependsOnOptIn && (c.optIn || len(c.ids) == 0) // one that does not depend is enough
	c.names = appendNew(c.names, sel.SelectionName)
	c.ids = appendNew(c.ids, sel.SelectionId)
	c.why = appendNew(c.why, m.Why...)
	c.ambiguities = appendNew(c.ambiguities, m.Ambiguities...)
	c.began = earliest(c.began, sel.CreationDate)
	if sel.CreationDate == nil {
		c.undated = sel.SelectionId
	}
}

// organizationMatch is what a selection says while the opt-in that counts is not
// known; own is what it says by the Region's.
func organizationMatch(own selection.Match, sel *selected, r selection.Resource) selection.Match {
	m := sel.compiled.Match(r, selection.Region{})
	if m.Verdict == selection.Ambiguous {
		m.Ambiguities = appendNew(own.Ambiguities, unreadOrganizationOptIn)
	}
	return m
}

// prove settles an ambiguity by what the plan has made since its selection exists.
func (c *cover) prove(made span) {
	if c.began != nil && made.last.After(*c.began) {
		c.verdict, c.proven = selection.Yes, true
	}
}

// appendNew keeps the order and drops what is there already.
func appendNew(list []string, more ...string) []string {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// copiesKeepLonger reports whether a copy is to exist at an age that its source
// does not reach.
func (p *protection) copiesKeepLonger() bool {
	for _, c := range p.covers {
		for _, r := range c.plan.rules {
			if r.reach(true) > r.retention.reach() {
				return true
			}
		}
	}
	return false
}

// unproven reports whether a recovery point would settle an ambiguity.
func (p *protection) unproven() bool {
	return slices.ContainsFunc(p.covers, func(c cover) bool { return c.verdict == selection.Ambiguous })
}

// plans are the ids of the plans that cover the table, or might.
func (p *protection) plans() []string {
	ids := []string{}
	for _, c := range p.covers {
		ids = append(ids, c.plan.BackupPlanId)
	}
	return ids
}

// copyVaults are the ARNs of the vaults that copies go to.
func (p *protection) copyVaults() []string {
	var vaults []string
	for _, c := range p.covers {
		for _, r := range c.plan.rules {
			for _, copied := range r.copies {
				vaults = appendNew(vaults, copied.DestinationBackupVaultArn)
			}
		}
	}
	return vaults
}
