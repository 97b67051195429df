package authz

// An Explanation says why a request is decided as it is, layer by layer.
type Explanation struct {
	Decision
	Layers []LayerResult
	Notes  []string // rules of AWS that decided beside the policies
	Doubts []string // why the decision is not sure; empty where it is
}

// A LayerResult is what one layer says: the statements of it that apply.
type LayerResult struct {
	Name   string
	Denies []Applied
	Allows []Applied
	Unread []string // policies that could not be read
}

// Applied is a statement that applies to the request.
type Applied struct {
	Policy    string
	Statement *Statement
	// As is how a resource policy names the caller: "itself", "its role or user",
	// "its account"; "" in other layers.
	As     string
	Sure   bool
	Doubts []string // why it is not sure that it applies
}

type layerKind uint8

const (
	identityLayer layerKind = iota
	boundaryLayer
	sessionLayer
	scpLayer
	rcpLayer
	resourceLayer
)

func (k layerKind) String() string {
	return [...]string{"identity policies", "permissions boundary", "session policy", "service control policies", "resource control policies", "resource policy"}[k]
}

// Explain decides the request, and says why.
func (r *Request) Explain() Explanation {
	var trace Explanation
	e := evaluation{request: r, action: lookUp(r.Action), caller: r.Principal.caller(), trace: &trace}
	trace.Decision = e.decide()
	if !trace.Sure {
		trace.Doubts = trace.collect()
	}
	return trace
}

func (x *Explanation) collect() []string {
	var d doubts
	for _, layer := range x.Layers {
		for _, unread := range layer.Unread {
			d.add(layer.Name + " not read: " + unread)
		}
		for _, list := range [][]Applied{layer.Denies, layer.Allows} {
			for _, applied := range list {
				for _, reason := range applied.Doubts {
					d.add(layer.Name + ", " + applied.Policy + ", " + applied.Statement.String() + ": " + reason)
				}
			}
		}
	}
	return d.reasons
}

func (e *evaluation) note(text string) {
	if e.trace != nil {
		e.trace.Notes = append(e.trace.Notes, text)
	}
}

// enter begins the record of a layer; without a trace there is none.
func (e *evaluation) enter(l *Layer, kind layerKind) *LayerResult {
	if e.trace == nil {
		return nil
	}
	e.trace.Layers = append(e.trace.Layers, LayerResult{Name: l.name(kind), Unread: l.Unread})
	return &e.trace.Layers[len(e.trace.Layers)-1]
}

func (l *LayerResult) record(e *evaluation, p *Policy, s *Statement, kind layerKind, g grant) {
	if l == nil {
		return
	}
	applied := Applied{Policy: p.Name, Statement: s, Sure: g.sure()}
	if !applied.Sure {
		var why doubts
		e.statement(s, kind, &why)
		applied.Doubts = why.reasons
	}
	if kind == resourceLayer {
		applied.As = g.String()
	}
	if s.Effect == Deny {
		l.Denies = append(l.Denies, applied)
	} else {
		l.Allows = append(l.Allows, applied)
	}
}

// String says how a grant names the caller.
func (g grant) String() string {
	switch {
	case g.direct != no:
		return "itself"
	case g.behind != no:
		return "its role or user"
	case g.account != no:
		return "its account"
	}
	return "not at all"
}
