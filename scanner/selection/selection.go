// Package selection says which DynamoDB tables a selection of a backup plan really
// covers:
//
//	((Resources ∪ ListOfTags) ∩ Conditions) \ NotResources, then service opt-in,
//
// and never a restore test's table. AWS Backup's pages are the standard:
// https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources-json.html,
// API_BackupSelection.html, API_Conditions.html and restore-testing.html.
//
// Where those pages are silent or contradict each other, or where tags or the
// Region's opt-in were not read, the logic is three-valued (Kleene's): a table is
// covered, not covered, or it is ambiguous, and then the Match names what is not
// known. What is not known but cannot change the outcome is not named.
package selection

import (
	"slices"
	"strings"

	"holdfast/scanner/snapshot"
)

// RestoreTest is the tag key, and the prefix of table names, that AWS Backup gives
// to what a restore test restores, and that every backup plan ignores:
// https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
const RestoreTest = "awsbackup-restore-test"

// A Resource is a DynamoDB table as selections see it.
type Resource struct {
	ARN      string // "arn:aws:dynamodb:eu-west-1:111122223333:table/Orders", of any partition
	Name     string // "Orders"; empty: the part of the ARN after "table/"
	Tags     []snapshot.Tag
	TagsRead bool // false: Tags says nothing
}

// A Region holds the settings of AWS Backup that decide about selections there.
type Region struct {
	OptedIn *bool // ResourceTypeOptInPreference.DynamoDB; nil: not read
}

// A Verdict says whether a selection covers a table.
type Verdict string

const (
	Yes       Verdict = "yes"
	No        Verdict = "no"
	Ambiguous Verdict = "ambiguous" // what is not known decides; see Match.Ambiguities
	OptedOut  Verdict = "opted_out" // no: covered, if the Region were opted in
	Excluded  Verdict = "excluded"  // no: covered, opt-in aside, if the table did not bear the name or tag of a restore test
)

// A Match is the verdict about one table, and why.
type Match struct {
	Verdict Verdict

	// Why names what brings the table in, for certain or perhaps, in the order of
	// the selection: "Resources arn:aws:dynamodb:*:*:table/*", "ListOfTags backup=daily".
	Why []string

	// Ambiguities names what is not known and decides; empty unless Ambiguous.
	Ambiguities []string

	// DependsOnOptIn: it is, or would be, covered only where the Region is opted in,
	// since nothing that matches names the resource type.
	DependsOnOptIn bool

	// OptInWouldTell names what is not known, where the Region is not opted in and
	// what is not known would decide if it were. The verdict is then No.
	OptInWouldTell []string

	// OnlyByWildcard: ListOfTags is there but does not match; a Resources pattern
	// with a wildcard covers the table. Whoever wrote both may have meant "and",
	// which AWS Backup reads as "or".
	OnlyByWildcard        bool
	PerhapsOnlyByWildcard bool // it is not known whether ListOfTags matches

	// Excluded names what keeps a table out that Resources or ListOfTags would bring
	// in: "NotResources …", "Conditions StringEquals aws:ResourceTag/stage=prod",
	// "tag awsbackup-restore-test", "opt-in of the Region". Empty for other verdicts
	// than No, OptedOut and Excluded, and where nothing brings the table in.
	Excluded       string
	PerhapsBrought bool // it is not known whether Resources or ListOfTags would bring it in
}

// A Selection is ready to be matched against many tables. It is read-only and may
// be shared between goroutines.
type Selection struct {
	resources    []pattern
	notResources []pattern
	listOfTags   []condition
	conditions   []condition
}

// Compile prepares a selection. It never fails: what cannot match, or is not
// documented, shows in Notes and in each Match.
func Compile(s snapshot.BackupSelection) *Selection {
	c := &Selection{}
	for _, text := range s.Resources {
		c.resources = append(c.resources, newPattern("Resources", text))
	}
	for _, text := range s.NotResources {
		c.notResources = append(c.notResources, newPattern("NotResources", text))
	}
	for _, tag := range s.ListOfTags {
		c.listOfTags = append(c.listOfTags, newListedTag(tag))
	}
	if s.Conditions != nil {
		c.conditions = newConditions(*s.Conditions)
	}
	return c
}

// Notes names the entries that can match nothing, such as a table's bare name
// where AWS Backup wants its ARN.
func (s *Selection) Notes() []string {
	var notes []string
	for _, p := range slices.Concat(s.resources, s.notResources) {
		if p.dead() {
			notes = append(notes, p.String()+" is neither an ARN nor a pattern: it matches nothing")
		}
	}
	return notes
}

// Match judges one table.
func (s *Selection) Match(r Resource, region Region) Match {
	if r.Name == "" {
		_, r.Name, _ = strings.Cut(r.ARN, "table/")
	}
	kept := allOf(s.conditionsHold(r), s.notResourcesMatch(r).not())
	visible := hidden(r).not()
	covers := func(optedIn, visible answer) answer { return allOf(s.brings(r, optedIn), kept, visible) }
	optedIn := region.answer()
	is := covers(optedIn, visible)
	m := Match{
		Verdict:        verdict(is, covers, optedIn, visible),
		Why:            s.why(r),
		Ambiguities:    is.ambiguities,
		DependsOnOptIn: covers(yes, yes).truth != covers(no, yes).truth,
	}
	if optedIn.truth == isNo && m.Verdict == No {
		m.OptInWouldTell = covers(yes, visible).ambiguities
	}
	if is.truth != isNo {
		alone := s.onlyByWildcard(r)
		m.OnlyByWildcard, m.PerhapsOnlyByWildcard = alone == isYes, alone == isMaybe
	}
	if brought := s.brings(r, yes).truth; is.truth == isNo && brought != isNo {
		m.Excluded, m.PerhapsBrought = s.excluded(r, region), brought == isMaybe
	}
	return m
}

// verdict turns the answer into a verdict; covers says what it were if opt-in and
// visibility were otherwise.
func verdict(is answer, covers func(optedIn, visible answer) answer, optedIn, visible answer) Verdict {
	switch {
	case is.truth == isYes:
		return Yes
	case is.truth == isMaybe:
		return Ambiguous
	case visible.truth == isNo && covers(yes, yes).truth == isYes:
		return Excluded
	case optedIn.truth == isNo && covers(yes, visible).truth == isYes:
		return OptedOut
	}
	return No
}

// brings says whether Resources or ListOfTags bring the table in. Opt-in decides
// but for patterns that name the resource type.
func (s *Selection) brings(r Resource, optedIn answer) answer {
	ways := make([]answer, 0, len(s.resources)+len(s.listOfTags)+1)
	for _, p := range s.resources {
		ways = append(ways, allOf(p.match(r.ARN), anyOf(p.namesType(), optedIn)))
	}
	for _, tag := range s.listOfTags {
		ways = append(ways, allOf(tag.holds(r), optedIn))
	}
	if len(ways) == 0 {
		ways = append(ways, allOf(s.everything(), optedIn))
	}
	return anyOf(ways...)
}

// everything is what a selection without Resources and ListOfTags brings in.
func (s *Selection) everything() answer {
	if len(s.conditions) > 0 {
		return unknown("Conditions without Resources or ListOfTags: AWS does not document what they select from")
	}
	return unknown("neither Resources nor ListOfTags: AWS documents only that it attempts to select all supported and opted-in resources")
}

func (s *Selection) conditionsHold(r Resource) answer {
	is := yes
	for _, c := range s.conditions {
		is = allOf(is, c.holds(r))
	}
	return is
}

func (s *Selection) notResourcesMatch(r Resource) answer {
	is := no
	for _, p := range s.notResources {
		is = anyOf(is, p.match(r.ARN))
	}
	return is
}

// hidden says whether AWS Backup takes the table for a restore test's.
func hidden(r Resource) answer {
	switch _, tagged := r.tag(RestoreTest); {
	case strings.HasPrefix(r.Name, RestoreTest), tagged:
		return yes
	case !r.TagsRead:
		return unknown(tagsNotRead)
	}
	return no
}

func (r Region) answer() answer {
	switch {
	case r.OptedIn == nil:
		return unknown("the opt-in of the Region for DynamoDB was not read")
	case *r.OptedIn:
		return yes
	}
	return no
}
