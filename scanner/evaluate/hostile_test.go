package evaluate_test

import (
	"fmt"
	"strings"
	"testing"

	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// chained is statements v1 := …, v2 := …, each made of the one before.
func chained(first string, n int, next string) string {
	b := "\tv0 := " + first + "\n"
	for i := range n {
		b += fmt.Sprintf("\tv%d := %s\n", i+1, strings.ReplaceAll(next, "V", fmt.Sprintf("v%d", i)))
	}
	return b
}

const (
	digits  = "d := [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
	hundred = digits + "h := [x | some a in d; some b in d; x := (10 * a) + b]\n"
)

// big is a text of 32 KiB, made in small steps.
var big = "big := v11 if {\n" + chained(`"xxxxxxxxxxxxxxxx"`, 11, `concat("", [V, V])`) + "}\n"

// Rules that would run for ever, or need more memory than there is, are unknown,
// soon, with the reason, and stop no other rule. What cannot be stopped so is in
// testdata/scripts/hostile.txtar.
func TestHostileRulesAreUnknown(t *testing.T) {
	for name, test := range map[string]struct{ body, says string }{
		"loops in a body":                    {digits + "ok if { some a in d; some b in d; some c in d; some e in d; some f in d; some g in d; a+b+c+e+f+g == 1000 }", "more than 100000 steps"},
		"loops of every":                     {digits + "ok if { every a in d { every b in d { every c in d { every e in d { every f in d { a+b+c+e+f >= 0 } } } } } }", "steps"},
		"loops in a list":                    {hundred + "ok if count([1 | some a in h; some b in h; some c in h]) == 1", "steps"},
		"a text that doubles":                {"ok if {\n" + chained(`input.TableName`, 40, `concat("", [V, V])`) + "\tv40 == \"\"\n}", "concat: value is larger than 65536 bytes"},
		"a text that replaces itself":        {`ok if replace(replace(replace(replace("aaaaaaaaaa", "a", "bbbbbbbbbb"), "b", "cccccccccc"), "c", "dddddddddd"), "d", "eeeeeeeeee") == ""`, "replace: value"},
		"a wide number":                      {`ok if sprintf("%99999999d", [1]) == ""`, "sprintf: value"},
		"a wide number, by argument":         {`ok if sprintf("%*d", [999999999, 1]) == ""`, "sprintf: value"},
		"a precise number":                   {`ok if sprintf("%.999999999f", [1.5]) == ""`, "sprintf: value"},
		"many large texts":                   {hundred + big + `ok if count({s | some a in h; some b in h; s := sprintf("%s%d", [big, (100 * a) + b])}) == 1`, "handle more than 2097152 bytes"},
		"many large texts, by substring":     {hundred + big + `ok if count({s | some a in h; some b in h; s := substring(upper(big), a, 30000 + b)}) == 1`, "bytes and elements"},
		"many texts in pieces":               {hundred + big + `ok if count([s | some a in h; some b in h; s := split(big, "")]) == 1`, "bytes and elements"},
		"a list that doubles":                {"ok if {\n" + chained("[1, 2, 3]", 40, `array.concat(V, V)`) + "\tcount(v40) == 1\n}", "array.concat: value is larger"},
		"an object that holds itself":        {"ok if {\n" + chained(`{"a": input.TableName}`, 60, `object.union(V, {"V": V})`) + "\tsprintf(\"%v\", [v60]) == \"\"\n}", "bytes and elements"},
		"a number that squares":              {"ok if {\n" + chained("99999999999", 40, `V * V`) + "\tv40 == 1\n}", "mul: number has more than 1000 digits"},
		"a number with an exponent":          {`ok if to_number("1e999999999") == 1`, "to_number: "},
		"sorting the same large list":        {hundred + "l := [[a, b] | some a in h; some b in h]\nok if { some a in h; some b in h; count(sort(l)) == a + b }", "bytes and elements"},
		"many violations":                    {hundred + `ok if input.TableName == "x"` + "\n" + `deny contains {"message": sprintf("%d", [a])} if some a in h` + "\n" + `deny contains {"message": "m"}`, "101 violations for one subject; 100 are the most"},
		"a large violation":                  {big + `ok if input.TableName == "x"` + "\n" + `deny contains {"message": "m", "actual": [big, big, big]}`, "its answer is larger than 65536 bytes"},
		"a long pattern":                     {big + `ok if regex.match(big, "x")`, "regex.match: pattern is longer than 256 bytes"},
		"a pattern with too many repeats":    {"ok if regex.match(`((a{0,100}){0,100}){0,100}`, \"aaa\")", "invalid repeat count"},
		"slow patterns on a long text":       {hundred + big + "ok if { some a in h; regex.match(sprintf(\".*.*.*.*%dZ\", [a]), big) }", "bytes and elements"},
		"a glob with many choices":           {"ok if glob.match(concat(\"\", [\"{a,b,c}\" | some i in h]), [], \"aaa\")\n" + hundred, "glob.match: pattern is longer"},
		"two values":                         {"ok := true if input.TableName\nok := false if input.TableStatus", "produced conflicting values: true at"},
		"a function with two values":         {"f(x) := 1 if x\nf(x) := 2 if x != \"\"\nok if f(input.TableName) == 1", "conflicting values"},
		"a division by nothing":              {"ok if 1 / (count(input.TableName) - count(input.TableName)) == 1", "div: divide by zero"},
		"all pairs of all pairs, no builtin": {hundred + "p[a] := b if { some a in h; some b in h; a == b }\nok if { some a in h; some b in h; some c in h; p[a] == p[b]; p[c] == 1000 }", "steps"},
	} {
		t.Run(name, func(t *testing.T) {
			body := test.body
			if !strings.Contains(body, "deny contains") {
				body += "\ndeny contains {\"message\": \"m\"} if input.TableName == \"x\"\n"
			}
			policy := load(t, map[string]string{"hostile": head() + body, "good": head() + pitrSides})
			found := evaluated(t, policy, evaluate.Settings{}, table("Orders", "ENABLED"))
			if good := found["table.good Orders"]; good == nil || good.Status != finding.Pass {
				t.Errorf("the other rule says %+v", good)
			}
			f := found["table.hostile Orders"]
			if f == nil || f.Status != finding.Unknown || !strings.Contains(f.Message, test.says) || len(f.Message) > 1000 {
				t.Fatalf("got %+v, want unknown: %s", f, test.says)
			}
			if !strings.HasPrefix(f.Message, "table/hostile/hostile.rego:") && !strings.HasSuffix(f.Message, ")") {
				t.Errorf("%q names no file and line", f.Message)
			}
		})
	}
}

// However often a rule runs out of steps, it does so for each subject alike.
func TestABudgetIsPerSubject(t *testing.T) {
	policy := load(t, map[string]string{"hostile": head() + hundred +
		"ok if { input.TableName == \"slow\"; some a in h; some b in h; some c in h; a + b + c == 1000 }\nok if input.TableName != \"slow\"\ndeny contains {\"message\": \"m\"} if input.TableName == \"x\""})
	var tables []*facts.Subject
	for _, name := range []string{"a", "slow", "z"} {
		tables = append(tables, table(name, "ENABLED"))
	}
	statuses(t, evaluated(t, policy, evaluate.Settings{}, tables...), map[string]finding.Status{
		"table.hostile a": finding.Pass, "table.hostile slow": finding.Unknown, "table.hostile z": finding.Pass,
	})
}
