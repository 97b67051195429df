package evaluate_test

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
)

// Each of these uses a number in a way in which a careless cache would go wrong.
var trickyUses = map[string]string{
	"compare":         `_bad if input.age_hours > 24`,
	"other side":      `_bad if 24 < input.age_hours`,
	"two numbers":     `_bad if input.age_hours > input.coverage.start_window_minutes`,
	"arithmetic":      `_bad if input.age_hours - input.coverage.start_window_minutes > 3`,
	"equality":        `_bad if input.age_hours == 24`,
	"unequal":         `_bad if input.age_hours != 24`,
	"same function":   "_bad if { _old(input.age_hours); _old(input.coverage.start_window_minutes) }\n_old(n) if n > 24",
	"equal arguments": "_bad if _old(input.age_hours) != _old(input.coverage.start_window_minutes)\n_old(n) := true if n > 24\n_old(n) := false if n <= 24",
	"pattern":         "_bad if _is(input.age_hours)\n_is(24) := true\n_is(25) := true",
	"function value":  "_bad if _same(input.age_hours) == 24\n_same(n) := n",
	"alias":           `_bad if { n := input.age_hours; m := n; m >= 24 }`,
	"alias compared":  `_bad if { n := input.age_hours; n == input.coverage.start_window_minutes }`,
	"rule's value":    "_bad if _age == 24\n_age := input.age_hours",
	"in a set":        `_bad if input.age_hours in {24, 25}`,
	"set of two":      `_bad if count({input.age_hours, input.coverage.start_window_minutes}) == 1`,
	"list of two":     `_bad if [input.age_hours, 1] == [24, 1]`,
	"object":          `_bad if {"a": input.age_hours} == {"a": 24}`,
	"index":           `_bad if input.points[input.age_hours].count >= 0`,
	"whole object":    `_bad if { c := input.coverage; c.start_window_minutes > 24 }`,
	"whole equality":  `_bad if input.coverage == input.coverage`,
	"dynamic":         `_bad if input.coverage[_] == 24`,
	"comprehension":   `_bad if count([1 | input.age_hours > 24]) == 1`,
	"closure":         `_bad if { n := input.age_hours; count([1 | n > 24]) == 1 }`,
	"every":           `_bad if { n := input.age_hours; every x in [1, 24] { x < n } }`,
	"not":             `_bad if not input.age_hours > 24`,
	"not there":       `_bad if not input.age_hours`,
	"minimum":         `_bad if min([input.age_hours, 30]) > 24`,
	"passed in list":  "_bad if _first([input.age_hours, 30]) > 24\n_first(l) := l[0]",
	"else":            "_bad if _kind == \"old\"\n_kind := \"new\" if input.age_hours < 24\nelse := \"middle\" if input.age_hours < 30\nelse := \"old\"",
	"with":            "_bad if _old with input as {\"age_hours\": 25}\n_old if input.age_hours > 24",
	"large limit":     `_bad if input.age_hours > 24.5`,
	"text":            `_bad if sprintf("%d", [input.age_hours]) == "24"`,
	"membership":      `_bad if input.age_hours in [x | some x in [24, 25]]`,
	"in the message":  `_bad if input.age_hours > 24`,
	"passed twice":    "_bad if _both(input.age_hours, input.coverage.start_window_minutes)\n_both(a, b) if { a > 24; b > 24 }",
	"argument equal":  "_bad if _is(24, input.age_hours)\n_is(a, b) if a == b",
	"bound before":    "_bad if { some n in [23, 24, 25]; n == input.age_hours }",
	"output":          "_bad if { input.age_hours = 23 + 1 }",
}

func TestTrickyNumbersAreJudgedAlikeWithCache(t *testing.T) {
	rules := map[string]string{}
	for name, use := range trickyUses {
		message := `"is bad"`
		if name == "in the message" {
			message = `sprintf("is %d h old", [input.age_hours])`
		}
		rules["t_"+strings.ReplaceAll(strings.ReplaceAll(name, " ", "_"), "'", "")] = head() + use + `
ok if not _bad
deny contains {"message": ` + message + `} if _bad`
	}
	policy := load(t, rules)
	random := rand.New(rand.NewPCG(9, 9))
	var subjects []*facts.Subject
	for i := range 900 {
		s := table(itoa(10000+i), "")
		scramble(random, reflect.ValueOf(s.Table).Elem())
		s.Table.Coverage = facts.Coverage{StartWindowMinutes: 20 + random.IntN(12)}
		s.Table.AgeHours = ptr(20 + random.IntN(12))
		s.Table.Points = make([]facts.PointGroup, random.IntN(26))
		if random.IntN(10) == 0 {
			s.Table.AgeHours = nil
		}
		subjects = append(subjects, s)
	}
	want := written(t, policy, evaluate.Settings{NoCache: true, Now: collected}, subjects)
	got := written(t, policy, evaluate.Settings{Parallel: 1, Now: collected}, subjects)
	if !bytes.Equal(got, want) {
		t.Fatal(firstDifference(got, want))
	}
}
