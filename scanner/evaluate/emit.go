package evaluate

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"

	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// findings judges subjects by all rules and makes their findings.
func (r *run) findings(ctx context.Context, w *worker, items []item) ([]finding.Finding, error) {
	n := 0
	for _, it := range items {
		n += len(r.entries[it.Kind])
	}
	all := make([]finding.Finding, 0, n)
	for _, it := range items {
		if len(r.entries[it.Kind]) == 0 {
			continue
		}
		j, err := w.judge(ctx, it, nil)
		if err != nil {
			return nil, err
		}
		r.settle(j)
		r.engine(j)
		x := w.exhibits(it.Subject)
		for n := range r.entries[it.Kind] {
			if e := &r.entries[it.Kind][n]; !e.accepts {
				all = append(all, r.finding(it.Subject, e, &j.all[n], x))
			}
		}
		all = append(all, r.accepted(it.Subject)...)
	}
	return all, nil
}

func (r *run) finding(s *facts.Subject, e *entry, j *judgement, x *exhibits) finding.Finding {
	f := finding.Finding{
		Rule: e.meta.ID, Subject: s.Kind, ARN: s.ARN, Account: s.Account, Region: s.Region, Name: s.Name,
		Status: j.stands(), Severity: e.meta.Severity, Message: j.message,
		Expected: j.expected, Actual: j.actual, Scope: j.by.scope, BusinessFunction: j.by.function, Owner: j.by.owner, Cause: j.cause, Evidence: x.evidence(e.evidence),
	}
	if j.severity != "" && !e.overridden {
		f.Severity = j.severity
	}
	if j.gap != nil {
		gap := *j.gap
		f.Gap = &gap
		f.Gap.Expected = r.expected(&f)
	}
	if j.status == finding.Fail && e.meta.Remediation != "" {
		f.Remediation = &finding.Remediation{Action: e.meta.Remediation, Parameters: j.remediation}
	}
	if j.note != nil {
		f.CausedBy, f.Members, f.Waiver = j.note.causedBy, j.note.members, j.note.waiver
	}
	return f
}

// exhibits makes the evidence of one subject, each path once.
type exhibits struct {
	subject *facts.Subject
	facts   reflect.Value
	shape   *shape
	paths   []namedPath        // of this kind's evidence, by number
	sources []path             // of the subject's sources
	made    []finding.Evidence // by number; without Path: not yet
	free    []finding.Evidence // room for what findings hold
}

func (w *worker) exhibits(s *facts.Subject) *exhibits {
	document := s.Facts()
	if document == nil {
		return nil
	}
	x := &exhibits{subject: s, facts: reflect.ValueOf(document).Elem(), shape: w.policy.shapes[s.Kind], paths: w.evidence[s.Kind].paths}
	x.sources = make([]path, len(s.Sources))
	for i, source := range s.Sources {
		steps, known := w.parsed[source.Path]
		if !known {
			steps = parsePath(source.Path)
			w.parsed[source.Path] = steps
		}
		x.sources[i] = steps
	}
	x.made = make([]finding.Evidence, len(x.paths))
	x.free = make([]finding.Evidence, w.evidence[s.Kind].shown)
	return x
}

// evidence are the exhibits of these numbers; none where there are no facts.
func (x *exhibits) evidence(numbers []int) []finding.Evidence {
	if x == nil || len(numbers) == 0 {
		return nil
	}
	all := x.free[:len(numbers):len(numbers)]
	x.free = x.free[len(numbers):]
	for i, n := range numbers {
		if x.made[n].Path == "" {
			at := x.paths[n]
			x.made[n] = finding.Evidence{Path: at.name, Value: valueAt(x.shape, x.facts, at.steps), Calls: x.calls(at.steps)}
		}
		all[i] = x.made[n]
	}
	return all
}

type namedPath struct {
	name  string
	steps path
}

// An exhibition is the evidence that the rules of one kind show.
type exhibition struct {
	paths []namedPath // each once
	shown int         // by all rules together
}

// exhibit numbers the evidence of a rule.
func (x *exhibition) exhibit(evidence []string) (numbers []int) {
	for _, e := range evidence {
		n := slices.IndexFunc(x.paths, func(p namedPath) bool { return p.name == e })
		if n < 0 {
			n = len(x.paths)
			x.paths = append(x.paths, namedPath{e, parsePath(e)})
		}
		numbers = append(numbers, n)
	}
	x.shown += len(numbers)
	return numbers
}

// valueAt is the JSON at a path, nil where there is none.
func valueAt(s *shape, v reflect.Value, at path) json.RawMessage {
	for _, name := range at {
		inner, ok := s.deref(v)
		if !ok || s.kind != object {
			break // a list is evidence as a whole
		}
		f := s.field(name)
		if f == nil {
			return nil
		}
		v, s = inner.Field(f.index), f.shape
		if f.omitted(v) {
			return nil
		}
	}
	return s.appendJSON(nil, v)
}

// calls are those that a path came from: of the nearest source at or above it,
// and of the sources below it.
func (x *exhibits) calls(at path) []string {
	nearest := -1
	var below []string
	for i, from := range x.sources {
		switch {
		case at.within(from):
			if nearest < 0 || len(from) > len(x.sources[nearest]) {
				nearest = i
			}
		case from.within(at):
			below = append(below, x.subject.Sources[i].Calls...)
		}
	}
	if nearest >= 0 && len(below) == 0 {
		return x.subject.Sources[nearest].Calls
	}
	if nearest >= 0 {
		below = append(below, x.subject.Sources[nearest].Calls...)
	}
	slices.Sort(below)
	return slices.Compact(below)
}
