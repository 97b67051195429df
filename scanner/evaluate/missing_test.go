package evaluate_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// bounds are fields whose absence is itself an answer: no second vault that could
// be wrong, a lock without that bound, backups that never move or have no end.
var bounds = []string{
	"air_gapped_vault", "air_gapped_vault.MaxRetentionDays", "air_gapped_vault.MinRetentionDays",
	"retention.MoveToColdStorageAfterDays", "shortest_retention_days", "vault.MaxRetentionDays", "vault.MinRetentionDays",
}

// A fact that goes missing makes no failure a pass.
func TestAMissingFactIsNoPass(t *testing.T) {
	policy := shipped(t)
	settings := evaluate.Settings{Config: everything(t), Now: collected}
	random := rand.New(rand.NewPCG(11, 11))
	checked := 0
	for _, s := range append(bigAccount(20), oddities(random, 150)...) {
		s.Gaps, s.Serves = nil, nil
		before := byKey(t, policy, settings, []*facts.Subject{s})
		for i, p := range pointers(reflect.ValueOf(s.Facts()).Elem(), "") {
			without := cloned(t, s)
			at := pointers(reflect.ValueOf(without.Facts()).Elem(), "")[i]
			at.value.SetZero()
			for key, f := range byKey(t, policy, settings, []*facts.Subject{without}) {
				if before[key].Status != finding.Fail {
					continue
				}
				checked++
				if f.Status == finding.Pass && !slices.Contains(bounds, p.path) {
					t.Errorf("without %s, %s of %s passes; it failed because it %s", p.path, f.Rule, s.Kind, before[key].Message)
				}
			}
		}
	}
	if checked < 500 {
		t.Errorf("only %d failures were looked at", checked)
	}
}

type pointer struct {
	path  string
	value reflect.Value
}

// pointers are the fields that are set and may be absent, lists left aside.
func pointers(v reflect.Value, path string) (found []pointer) {
	for i := range v.NumField() {
		f, at := v.Field(i), path+jsonName(v.Type().Field(i))
		if f.Kind() == reflect.Pointer && !f.IsNil() {
			found = append(found, pointer{at, f})
			f = f.Elem()
		}
		if f.Kind() == reflect.Struct && f.Type() != reflect.TypeOf(collected) {
			found = append(found, pointers(f, at+".")...)
		}
	}
	return found
}

func cloned(t *testing.T, s *facts.Subject) *facts.Subject {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	c := &facts.Subject{}
	if err := json.Unmarshal(text, c); err != nil {
		t.Fatal(err)
	}
	return c
}
