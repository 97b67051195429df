package evaluate_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"holdfast/scanner/evaluate"
)

// TestLoadRefuses: each mistake is one clear error, with file and line.
func TestLoadRefuses(t *testing.T) {
	sides := pitrSides
	file := func(name, source string) map[string]string { return map[string]string{name: source} }
	for name, test := range map[string]struct {
		files map[string]string
		says  string
	}{
		"misspelt fact":          {file("x", head()+strings.ReplaceAll(sides, "input.pitr.P", "input.pitr.p")), "table/x/x.rego:10:7: undefined ref: input.pitr.pointInTimeRecoveryStatus"},
		"misspelt fact in list":  {file("x", head()+sides+"\n_n contains p.coverd if some p in input.protections"), "table/x/x.rego"},
		"misspelt fact, aliased": {file("x", head()+sides+"\n_n if { p := input.pitr; p.windw == 1 }"), "undefined ref"},
		"wrong type":             {file("x", head()+sides+"\n_n if input.pitr.window_hours == \"x\""), "table/x/x.rego:17:7: match error"},
		"misspelt parameter":     {file("x", head("parameters: {hours: {type: integer, default: 1}}")+sides+"\n_n if data.parameters.hour > 1"), "undefined ref: data.parameters.hour"},
		"parameter's type":       {file("x", head("parameters: {hours: {type: integer, default: 1}}")+sides+"\n_n if data.parameters.hours == \"x\""), "match error"},
		"undeclared parameter":   {file("x", head()+sides+"\n_n if data.parameters.hours > 1"), "undefined ref"},
		"other data":             {file("x", head()+"ok if data.secrets.x\ndeny contains {\"message\": \"m\"} if input.TableName"), "reads data.secrets.x"},
		"clock":                  {file("x", head()+sides+"\n_n := time.now_ns()"), "undefined function time.now_ns"},
		"network":                {file("x", head()+sides+"\n_n := http.send({})"), "undefined function http.send"},
		"randomness":             {file("x", head()+sides+"\n_n := rand.intn(\"a\", 3)"), "undefined function rand.intn"},
		"environment":            {file("x", head()+sides+"\n_n := opa.runtime()"), "undefined function opa.runtime"},
		"a default for a fact":   {file("x", head()+sides+"\n_n := object.get(input, \"Tagz\", [])"), "undefined function object.get"},
		"range":                  {file("x", head()+sides+"\n_n := numbers.range(1, 1000000000)"), "undefined function numbers.range"},
		"template string":        {file("x", head()+sides+"\n_n := $\"{input.TableName}\""), "table/x/x.rego:17:7: template strings are not supported"},
		"builtin's arguments":    {file("x", head()+sides+"\n_n := sprintf(1, [])"), "sprintf: invalid argument"},
		"syntax":                 {file("x", head()+"ok if {"), "table/x/x.rego"},
		"no ok":                  {file("x", head()+`deny contains {"message": "m"} if input.TableName`), "has no ok"},
		"no deny":                {file("x", head()+"ok if input.TableName"), "has no deny"},
		"default ok":             {file("x", head()+"default ok := true\n"+sides), "table/x/x.rego:9:1: ok has a default"},
		"default applicable":     {file("x", head()+"default applicable := false\n"+sides), "applicable has a default"},
		"deny is no set":         {file("x", head()+"deny := {{\"message\": \"m\"}}\nok if input.TableName == \"x\""), "deny is a set"},
		"ok is a function":       {file("x", head()+"ok(x) if x == 1\ndeny contains {\"message\": \"m\"} if input.TableName"), "ok is one value"},
		"no metadata":            {file("x", sides), "no METADATA"},
		"no title":               {file("x", strings.Replace(head(), "title: The table is fine", "title: ''", 1)+sides), "metadata: title is missing"},
		"no link":                {file("x", strings.Replace(head(), "#   - https://example.com/page\n", "", 1)+sides), "related_resources is missing"},
		"unknown key":            {file("x", head("severitys: [low]")+sides), `unknown field "severitys"`},
		"severity":               {file("x", strings.Replace(head(), "severity: high", "severity: bad", 1)+sides), `severity is "bad"`},
		"with_gaps":              {file("x", head("with_gaps: pass")+sides), "with_gaps"},
		"evidence":               {file("x", head("evidence: [pitr.windw]")+sides), `no "pitr.windw"`},
		"parameter default":      {file("x", head("parameters: {hours: {type: integer, default: x}}")+sides), "not of type integer"},
		"parameter bounds":       {file("x", head("parameters: {hours: {type: integer, default: 3, maximum: 2}}")+sides), "out of bounds"},
		"parameter type":         {file("x", head("parameters: {hours: {type: int, default: 3}}")+sides), `type is "int"`},
		"parameter key":          {file("x", head("parameters: {hours: {type: integer, defualt: 3}}")+sides), `unknown field "defualt"`},
		"caused_by":              {file("x", head("caused_by: [table.y]")+sides), `names "table.y"`},
		"package":                {file("table/x/x.rego", pkg("table.y", head()+sides)), "package is holdfast.table.y; in this place it is holdfast.table.x"},
		"file name":              {file("table/x/y.rego", pkg("table.x", head()+sides)), "a rule's file is <subject>/<rule>/<rule>.rego"},
		"subject":                {file("tabel/x/x.rego", pkg("tabel.x", head()+sides)), "with subject one of [account backup plan_rule region selection table vault]"},
		"rule in subject's file": {file("table/table.rego", "package holdfast.table\nok if true"), "for the annotation of table alone"},
		"library reads input":    {file("lib/x/x.rego", "package holdfast.lib.x\nok if input.TableName"), "shared Rego takes arguments"},
		"engine's name":          {file("plan_rule/daily/daily.rego", pkg("plan_rule.daily", head()+"ok if input.RuleName\ndeny contains {\"message\": \"m\"} if input.RuleName")), "computed by the engine"},
		"number's exponent":      {file("x", head()+sides+"\n_n := 3e-00"), "without exponent"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := evaluate.Load(tree(test.files))
			if err == nil {
				t.Fatal("it is accepted")
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("got\n%v\nwant in it: %s", err, test.says)
			}
			if !strings.Contains(strings.SplitN(err.Error(), " ", 2)[0], ".rego:") && name != "engine's name" {
				t.Errorf("%v begins with no file and line", err)
			}
			if strings.Contains(err.Error(), "holdfast.sprintf") {
				t.Errorf("%v names a builtin that nobody wrote", err)
			}
		})
	}
}

func TestLoadTellsAllMistakesAtOnce(t *testing.T) {
	_, err := evaluate.Load(tree(map[string]string{
		"x": head() + pitrSides + "\n_n if input.a\n_m if input.b",
		"y": head() + pitrSides + "\n_n if input.c",
	}))
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("got %v, want three lines", err)
	}
}

func TestLoadWantsTestsAndOnePackageEach(t *testing.T) {
	rules := tree(map[string]string{"x": head() + pitrSides})
	rules.Tested = true
	if _, err := evaluate.Load(rules); err == nil || !strings.Contains(err.Error(), "x_test.rego") {
		t.Errorf("without a test: %v", err)
	}
	rules.Tested = false
	again := rules
	again.Name = "mine"
	if _, err := evaluate.Load(rules, again); err == nil || !strings.Contains(err.Error(), "mine/table/x/x.rego") || !strings.Contains(err.Error(), "there already, in table/x/x.rego") {
		t.Errorf("twice: %v", err)
	}
}

func TestUsersRulesStandBesideOurs(t *testing.T) {
	mine := tree(map[string]string{"mine": head() + pitrSides, "lib/words/words.rego": "package holdfast.lib.words\n\nlong(s) if count(s) > 3"})
	mine.Name = "mine"
	ours := tree(map[string]string{"x": head() + pitrSides})
	policy, err := evaluate.Load(ours, mine)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range policy.Rules() {
		ids = append(ids, r.ID)
	}
	if got, want := strings.Join(ids, " "), "account.expected_gap_expired account.waiver_expired account.waiver_unmatched plan_rule.daily plan_rule.lifecycle table.mine table.x"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	alone, err := evaluate.Load(ours)
	if err != nil {
		t.Fatal(err)
	}
	if policy.Hash() == alone.Hash() || len(policy.Hash()) != 64 {
		t.Errorf("hashes are %s and %s", policy.Hash(), alone.Hash())
	}
}

func TestTestReportsFailuresAndCoverage(t *testing.T) {
	rules := tree(map[string]string{"x": head() + pitrSides})
	rules.FS.(fstest.MapFS)["table/x/x_test.rego"] = &fstest.MapFile{Data: []byte(`package holdfast.table.x_test

import data.holdfast.table.x

test_ok if x.ok with input as {"pitr": {"PointInTimeRecoveryStatus": "ENABLED"}}

test_bad if {
	print("seen")
	x.ok with input as {}
}

todo_test_later if false
`)}
	report, err := evaluate.Test(context.Background(), []evaluate.Tree{rules}, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range report.Results {
		got = append(got, r.Name, map[bool]string{true: "passed", false: "failed"}[r.Passed])
	}
	if want := "test_bad failed test_ok passed todo_test_later failed"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if failed := report.Failed(); len(failed) != 2 || failed[0].Output != "seen" || failed[0].Line != 7 {
		t.Errorf("failed are %+v", failed)
	}
	if len(report.Coverage) != 1 || report.Coverage[0].Percent >= 95 || len(report.Coverage[0].NotCovered) == 0 {
		t.Errorf("coverage is %+v: nobody tests deny", report.Coverage)
	}
	if only, err := evaluate.Test(context.Background(), []evaluate.Tree{rules}, "test_ok$"); err != nil || len(only.Results) != 1 {
		t.Errorf("filtered: %+v, %v", only, err)
	}
}
