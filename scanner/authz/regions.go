package authz

import (
	"encoding/binary"
	"slices"
	"strings"
)

// Regions lists the Regions of a partition, for questions that say nothing of them.
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
func Regions(partition string) []string {
	switch partition {
	case "aws-cn":
		return []string{"cn-north-1", "cn-northwest-1"}
	case "aws-us-gov":
		return []string{"us-gov-east-1", "us-gov-west-1"}
	}
	return []string{
		"us-east-1", "us-east-2", "us-west-1", "us-west-2", "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2",
		"ap-northeast-3", "ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
		"ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1",
		"eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1",
		"sa-east-1",
	}
}

// globalServices answer in one Region of the partition, whatever is asked for.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
var globalServices = map[string]bool{"iam": true, "organizations": true, "account": true}

func globalRegion(partition string) string {
	switch partition {
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	}
	return "us-east-1"
}

// A regionClass is Regions that the policies of a question do not tell apart.
type regionClass struct {
	regions   []string
	requested string // aws:RequestedRegion; "" where it is not known
	all       bool   // that were asked about
}

type probeKey struct {
	document *Document
	action   int
}

// regionClasses divides the Regions in scope by what the policies make of them: so
// that a question costs no more with thirty Regions than with one, where no policy
// speaks of Regions.
func (e *Engine) regionClasses(q *Question, p *Principal, a action) []regionClass {
	partition := partitionOf(p.ARN)
	if globalServices[a.service] {
		region := globalRegion(partition)
		return []regionClass{{[]string{region}, region, true}}
	}
	open := strings.Contains(q.Resource.ARN, "${Region}")
	if fields, ok := splitARN(q.Resource.ARN); ok && !open && fields[3] != "" {
		return []regionClass{{[]string{fields[3]}, requestedIn(a, fields[3]), true}}
	}
	regions := e.Regions
	if regions == nil {
		regions = Regions(partition)
	}
	statements := e.sensitiveTo(q, p, a)
	key := e.classKey(q, a, statements)
	classes, known := e.classes[key]
	if known {
		return classes
	}
	index := map[string]int{}
	for _, region := range regions {
		signature := signature(statements, q, region)
		at, known := index[signature]
		if !known {
			at = len(classes)
			index[signature] = at
			classes = append(classes, regionClass{requested: requestedIn(a, region)})
		}
		classes[at].regions = append(classes[at].regions, region)
	}
	if len(classes) == 1 {
		classes[0].all = true
	}
	e.classes[key] = classes
	return classes
}

// classKey is a text that questions share only if they have the same classes.
func (e *Engine) classKey(q *Question, a action, statements []*Statement) string {
	b := append([]byte(q.Resource.ARN), 0)
	b = append(append(b, requestedIn(a, "x")...), 0)
	for _, s := range statements {
		id, known := e.statements[s]
		if !known {
			id = uint64(len(e.statements))
			e.statements[s] = id
		}
		b = binary.AppendUvarint(b, id)
	}
	return string(b)
}

// requestedIn: the call goes to the resource's own Region, but where one Region's
// call is authorized on another's resource.
func requestedIn(a action, region string) string {
	switch a.verb {
	case "copyintobackupvault", "copyfrombackupvault", "deletetablereplica", "disassociatetablereplica":
		return ""
	}
	return region
}

// sensitiveTo lists the statements that cover the action and tell Regions apart.
func (e *Engine) sensitiveTo(q *Question, p *Principal, a action) []*Statement {
	var statements []*Statement
	add := func(l *Layer) {
		if l == nil {
			return
		}
		for i := range l.Policies {
			statements = append(statements, e.sensitiveOf(l.Policies[i].Document, a)...)
		}
	}
	add(&p.Identity)
	add(p.Boundary)
	add(p.Session)
	for i := range p.SCPs {
		add(&p.SCPs[i])
	}
	for i := range q.Resource.RCPs {
		add(&q.Resource.RCPs[i])
	}
	add(q.Resource.Policy)
	return statements
}

func (e *Engine) sensitiveOf(d *Document, a action) []*Statement {
	if !d.mayCover(Allow, a) && !d.mayCover(Deny, a) {
		return nil
	}
	key := probeKey{d, a.index}
	if a.index >= 0 {
		if known, ok := e.sensitive[key]; ok {
			return known
		}
	}
	var statements []*Statement
	for _, s := range d.Statements {
		if s.actions.covers(a) != no && s.tellsRegions() {
			statements = append(statements, s)
		}
	}
	if a.index >= 0 {
		e.sensitive[key] = statements
	}
	return statements
}

// tellsRegions says whether the statement may apply in one Region and not in another.
func (s *Statement) tellsRegions() bool {
	for i := range s.conditions {
		if c := &s.conditions[i]; c.name == "aws:requestedregion" || c.asks("aws:requestedregion") {
			return true
		}
	}
	return slices.ContainsFunc(s.resources.patterns, resourcePattern.tellsRegions)
}

func (r resourcePattern) tellsRegions() bool {
	fields := strings.SplitN(r.text, ":", 6)
	whole := len(fields) == 6 && (fields[3] == "*" || fields[3] == "") && !hasWildcard(fields[0]+fields[2]) && aligned(fields)
	return !whole && strings.Trim(r.text, "*") != "" || r.template.asks("aws:requestedregion")
}

// signature is what the statements make of a Region: where the patterns stand after
// the Region of the ARN, and which of the conditions on it hold.
func signature(statements []*Statement, q *Question, region string) string {
	if len(statements) == 0 {
		return ""
	}
	beginning, _, open := strings.Cut(q.Resource.ARN, "${Region}")
	beginning += region + ":"
	context := NewContext(map[string]Value{"aws:RequestedRegion": One(region)})
	var b []byte
	for _, s := range statements {
		for i := range s.resources.patterns {
			switch g := s.resources.patterns[i].glob; {
			case !open:
			case g == nil:
				b = append(b, region...) // its variables may stand for the Region: each is a class of its own
			default:
				for _, word := range g.after(beginning) {
					b = binary.NativeEndian.AppendUint64(b, word)
				}
			}
		}
		for i := range s.conditions {
			switch c := &s.conditions[i]; {
			case c.op == nil:
			case c.asks("aws:requestedregion") || c.name == "aws:requestedregion" && !c.fixed():
				b = append(b, region...)
			case c.name == "aws:requestedregion":
				b = append(b, byte(c.on(One(region), context, nil)))
			}
		}
	}
	return string(b)
}

func (c *condition) fixed() bool {
	return !slices.ContainsFunc(c.operands, func(o operand) bool { return !o.template.fixed() })
}

// asks says whether a variable of the condition asks for the key.
func (c *condition) asks(key string) bool {
	return slices.ContainsFunc(c.operands, func(o operand) bool { return o.template.asks(key) })
}

func (t template) asks(key string) bool {
	return slices.ContainsFunc(t.parts, func(p part) bool { return p.key == key })
}
