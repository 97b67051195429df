package authz

import "strings"

// A resourceSet is the Resource or NotResource of a statement. Trust policies and
// some other resource policies have none, which covers the resource they are on.
type resourceSet struct {
	patterns []resourcePattern
	negated  bool
	absent   bool
}

type resourcePattern struct {
	text     string
	template template
	glob     *glob  // where there are no variables
	doubt    string // why it is not sure that it matches as it reads
}

func readResource(text string, variables bool) resourcePattern {
	p := resourcePattern{text: text, template: readTemplate(text, variables)}
	p.doubt = resourceDoubt(text, p.template)
	if p.template.fixed() {
		p.glob = p.template.pattern(resource)
	}
	return p
}

// resourceDoubt names what AWS's pages do not allow, though a policy may have it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
func resourceDoubt(text string, t template) string {
	if strings.Trim(text, "*") == "" {
		return ""
	}
	if t.odd != "" {
		return t.odd
	}
	fields := strings.SplitN(text, ":", 6)
	switch {
	case len(fields) < 3:
		if hasWildcard(text) {
			return "it is no ARN"
		}
	case hasWildcard(fields[2]):
		return "it has a wildcard in the service of its ARN"
	case strings.Contains(strings.Join(fields[:min(5, len(fields))], ":"), "${") && !t.fixed():
		return "it has a variable before the fifth colon of its ARN"
	case len(fields) == 6 && hasWildcard(resourceType(fields[5])) && strings.Trim(fields[5], "*") != "" && aligned(fields):
		return "it has a wildcard in the resource type of its ARN"
	}
	return ""
}

// resourceType is what stands before the first colon or slash of an ARN's last field.
func resourceType(field string) string {
	if at := strings.IndexAny(field, ":/"); at >= 0 {
		return field[:at]
	}
	return field
}

// aligned says whether the fields of the pattern stand for the fields of an ARN:
// an asterisk that ends a field may reach over the colon, and what follows then
// belongs further right.
func aligned(fields []string) bool {
	return fields[4] == "" || hasWildcard(fields[4]) || digits(fields[4]) || strings.Contains(fields[4], "${")
}

// match says whether the pattern matches an ARN, as it reads.
func (p *resourcePattern) match(arn string, context Context) bool {
	if p.glob != nil {
		return p.glob.match(arn)
	}
	filled, ok := p.template.fill(context)
	return ok && filled.pattern(resource).match(arn)
}

func (s *resourceSet) covers(arn string, context Context, why *doubts) truth {
	if s.absent {
		return yes
	}
	result := no
	for i := range s.patterns {
		p := &s.patterns[i]
		if result == yes || p.doubt != "" && result == likelyYes || !p.match(arn, context) {
			continue
		}
		if p.doubt != "" {
			result = likelyYes
			continue
		}
		result = yes
	}
	if !result.sure() && why != nil {
		for _, p := range s.patterns {
			if p.doubt != "" && p.match(arn, context) {
				why.add("AWS's pages leave open whether " + p.text + " matches: " + p.doubt)
			}
		}
	}
	if s.negated {
		return result.not()
	}
	return result
}
