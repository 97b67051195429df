package authz_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"holdfast/scanner/authz"
)

// asked is what the vectors show of an answer, counted by situation and verdict.
type asked map[string]map[authz.Verdict]int

// check holds one answer against one request that the question covers: its
// decision has to be possible under the answer.
func (count asked) check(t *testing.T, id, situation string, engine *authz.Engine, q *authz.Question, r *authz.Request) {
	t.Helper()
	a := engine.Ask(q)
	if count[situation] == nil {
		count[situation] = map[authz.Verdict]int{}
	}
	count[situation][a.Verdict]++
	got := r.Decide()
	allowed, sure := got.Outcome == authz.Allowed, got.Sure
	switch {
	case a.Verdict == authz.Never && (allowed || !sure):
		t.Errorf("%s, %s: never, but a request is %s (sure: %v); %s", id, situation, got.Outcome, sure, show(a))
	case a.Verdict == authz.Always && (!allowed || !sure):
		t.Errorf("%s, %s: always, but a request is %s (sure: %v)", id, situation, got.Outcome, sure)
	case (a.Verdict == authz.Always || a.Verdict == authz.When) && a.Witness.Decide() != (authz.Decision{Outcome: authz.Allowed, Sure: true}):
		t.Errorf("%s, %s: the witness is not allowed: %+v", id, situation, a.Witness)
	case a.Verdict == authz.Unknown && len(a.Doubts) == 0:
		t.Errorf("%s, %s: unknown, and nothing says why", id, situation)
	case a.Verdict == authz.Never && len(a.Reasons) == 0:
		t.Errorf("%s, %s: never, and nothing says why", id, situation)
	}
}

// Whatever is left open of a vector's request, the answer has room for the vector.
func TestAnswersHaveRoomForEachVector(t *testing.T) {
	count, uncovered := asked{}, 0
	for _, file := range []string{"testdata/iam-vectors-dev.jsonl.gz", "testdata/iam-edge-cases.jsonl.gz"} {
		var library authz.Library
		engine := &authz.Engine{}
		for _, v := range readVectors(t, file) {
			r := v.request(t, &library)
			fixed := map[string]authz.Value{}
			for key := range authz.KeysOf(r.Principal, r.Resource) {
				fixed[key] = r.Context.Get(key)
			}
			question := func(context map[string]authz.Value, arn string) *authz.Question {
				resource := *r.Resource
				resource.ARN = arn
				return &authz.Question{Principal: r.Principal, Action: r.Action, Resource: &resource, Context: authz.NewContext(context)}
			}

			q := question(fixed, r.Resource.ARN)
			count.check(t, v.ID, "nothing open", engine, q, r)
			if a, got := engine.Ask(q), r.Decide(); got.Sure && (a.Verdict == authz.Always) != (got.Outcome == authz.Allowed) {
				t.Errorf("%s: decided %s, answered %s", v.ID, got.Outcome, show(a))
			}
			for _, key := range slices.Sorted(maps.Keys(fixed)) {
				less := maps.Clone(fixed)
				delete(less, key)
				if q := question(less, r.Resource.ARN); engine.Covered(q, r) {
					count.check(t, v.ID, "one key open", engine, q, r)
				} else {
					uncovered++
				}
			}
			q = question(fixed, openARN(r.Resource.ARN))
			if q.Resource.ARN != r.Resource.ARN && engine.Covered(q, r) {
				count.check(t, v.ID, "resource open", engine, q, r)
			}
			if q := question(nil, openARN(r.Resource.ARN)); engine.Covered(q, r) {
				count.check(t, v.ID, "all open", engine, q, r)
			} else {
				uncovered++
			}
		}
	}
	for situation, verdicts := range count {
		t.Logf("%s: %v", situation, verdicts)
		if situation != "nothing open" && verdicts[authz.Unknown]*20 > verdicts[authz.Never]+verdicts[authz.Always]+verdicts[authz.When] {
			t.Errorf("%s: more than one answer in twenty is unknown: %v", situation, verdicts)
		}
	}
	t.Logf("not covered: %d", uncovered)
}

// openARN leaves the Region and the names of an ARN open.
func openARN(arn string) string {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) < 6 {
		return arn
	}
	for i, t := range authz.ResourceTypes {
		if openForms[i].MatchString(arn) {
			return t.In(fields[1], "", fields[4])
		}
	}
	return arn
}

var openForms = func() (forms []*regexp.Regexp) {
	for _, t := range authz.ResourceTypes {
		form := regexp.MustCompile(`\$\{\w*Path\}`).ReplaceAllString(t.Format, `[\w.@/+=,-]+`)
		form = regexp.MustCompile(`\$\{\w*\}`).ReplaceAllString(form, `[\w.-]+`)
		forms = append(forms, regexp.MustCompile("^"+form+"$"))
	}
	return forms
}()
