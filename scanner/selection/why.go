package selection

import "strings"

// why names what brings the table in, for certain or perhaps.
func (s *Selection) why(r Resource) []string {
	var why []string
	for _, p := range s.resources {
		if p.match(r.ARN).truth != isNo {
			why = append(why, p.String())
		}
	}
	for _, tag := range s.listOfTags {
		if tag.holds(r).truth != isNo {
			why = append(why, tag.String())
		}
	}
	if len(s.resources)+len(s.listOfTags) == 0 {
		why = append(why, "all resources")
	}
	return why
}

// onlyByWildcard says whether, beside a ListOfTags that does not match, nothing
// but a pattern with a wildcard brings the table in.
func (s *Selection) onlyByWildcard(r Resource) truth {
	tagged := isNo
	for _, tag := range s.listOfTags {
		tagged = max(tagged, tag.holds(r).truth)
	}
	wildcard := false
	for _, p := range s.resources {
		if p.match(r.ARN).truth == isNo {
			continue
		}
		if p.exact() {
			return isNo
		}
		wildcard = true
	}
	if !wildcard || len(s.listOfTags) == 0 {
		return isNo
	}
	return isYes - tagged
}

// excluded names the first thing that for certain keeps the table out.
func (s *Selection) excluded(r Resource, region Region) string {
	for _, p := range s.notResources {
		if p.match(r.ARN).truth == isYes {
			return p.String()
		}
	}
	for _, c := range s.conditions {
		if c.holds(r).truth == isNo {
			return c.String()
		}
	}
	if _, tagged := r.tag(RestoreTest); tagged {
		return "tag " + RestoreTest
	}
	if strings.HasPrefix(r.Name, RestoreTest) {
		return "name prefix " + RestoreTest
	}
	if region.answer().truth == isNo {
		return "opt-in of the Region"
	}
	return ""
}
