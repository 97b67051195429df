package evaluate

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"

	"holdfast/scanner/facts"
	"holdfast/scanner/finding"

	"golang.org/x/sync/errgroup"
)

// emit makes findings of judgements, several chunks at a time, and hands them on
// in order.
func (r *run) emit(ctx context.Context, emit func(*finding.Finding) error) error {
	group, ctx := errgroup.WithContext(ctx)
	made := make(chan chan []*finding.Finding, r.settings.Parallel)
	group.Go(func() error {
		defer close(made)
		workers, _ := errgroup.WithContext(ctx)
		workers.SetLimit(r.settings.Parallel)
		for from := 0; from < len(r.subjects) && ctx.Err() == nil; from += chunk {
			part := make(chan []*finding.Finding, 1)
			select {
			case made <- part:
			case <-ctx.Done():
				return ctx.Err()
			}
			workers.Go(func() error {
				part <- r.findings(from, min(from+chunk, len(r.subjects)))
				return nil
			})
		}
		return workers.Wait()
	})
	group.Go(func() error {
		for part := range made {
			for _, f := range <-part {
				if err := emit(f); err != nil {
					return err
				}
			}
		}
		return ctx.Err()
	})
	return group.Wait()
}

func (r *run) findings(from, to int) []*finding.Finding {
	all := make([]*finding.Finding, 0, (to-from)*16)
	for i := from; i < to; i++ {
		s := r.subjects[i]
		x := newExhibits(s, r.policy.shapes[s.Kind])
		for j := range r.entries[s.Kind] {
			all = append(all, r.finding(s, &r.entries[s.Kind][j], &r.judged[i][j], x))
		}
	}
	return all
}

func (r *run) finding(s *facts.Subject, e *entry, j *judgement, x *exhibits) *finding.Finding {
	f := &finding.Finding{
		Rule: e.meta.ID, Subject: s.Kind, ARN: s.ARN, Account: s.Account, Region: s.Region, Name: s.Name,
		Status: j.stands(), Severity: e.meta.Severity, Message: j.message,
		Expected: j.expected, Actual: j.actual, Scope: *j.scope, Cause: j.cause,
	}
	if j.severity != "" && !e.overridden {
		f.Severity = j.severity
	}
	if !s.Unlisted {
		f.Evidence = x.evidence(e.meta.Evidence)
	}
	if j.gap != nil {
		gap := *j.gap
		f.Gap = &gap
		f.Gap.Expected = r.expected(f)
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
	shape   *shape
	sources []path // of the subject's sources
	made    []finding.Evidence
}

func newExhibits(s *facts.Subject, shape *shape) *exhibits {
	x := &exhibits{subject: s, shape: shape, sources: make([]path, len(s.Sources))}
	for i, source := range s.Sources {
		x.sources[i] = parsePath(source.Path)
	}
	return x
}

func (x *exhibits) evidence(paths []string) []finding.Evidence {
	if x.subject.Facts() == nil || len(paths) == 0 {
		return nil
	}
	all := make([]finding.Evidence, len(paths))
	for i, at := range paths {
		all[i] = x.exhibit(at)
	}
	return all
}

func (x *exhibits) exhibit(at string) finding.Evidence {
	for _, e := range x.made {
		if e.Path == at {
			return e
		}
	}
	steps := parsePath(at)
	e := finding.Evidence{Path: at, Value: valueAt(x.shape, reflect.ValueOf(x.subject.Facts()).Elem(), steps), Calls: x.calls(steps)}
	x.made = append(x.made, e)
	return e
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
	text, err := json.Marshal(v.Interface())
	if err != nil {
		return nil
	}
	return text
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
