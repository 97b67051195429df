package finding_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"holdfast/scanner/finding"
)

func failing(rule, name string) *finding.Finding {
	return &finding.Finding{
		Rule: rule, Subject: "table", ARN: "arn:" + name, Account: "111122223333", Region: "eu-west-1", Name: name,
		Status: finding.Fail, Severity: finding.High, Message: "is bad",
	}
}

func with(f *finding.Finding, change func(*finding.Finding)) *finding.Finding {
	change(f)
	return f
}

func write(t testing.TB, header finding.Header, all ...*finding.Finding) (string, finding.Summary) {
	t.Helper()
	var out bytes.Buffer
	w, err := finding.NewWriter(&out, header)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if err := w.Write(f); err != nil {
			t.Fatal(err)
		}
	}
	summary, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), summary
}

func read(text string) (header finding.Header, all []*finding.Finding, summary finding.Summary, err error) {
	r, err := finding.Read(strings.NewReader(text), "findings.jsonl")
	if err != nil {
		return header, nil, summary, err
	}
	for f, err := range r.Findings() {
		if err != nil {
			return r.Header, all, summary, err
		}
		all = append(all, f)
	}
	summary, err = r.Summary()
	return r.Header, all, summary, err
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	waived := with(failing("table.b", "A"), func(f *finding.Finding) {
		f.Status, f.Waiver = finding.Waived, &finding.Waiver{Reason: "old", Owner: "ann", Approver: "bob", Expires: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
	})
	unknown := with(failing("table.c", "A"), func(f *finding.Finding) {
		f.Status, f.Gap = finding.Unknown, &finding.Gap{Call: "dynamodb:ListTables", Reason: "denied", Code: "X", Expected: "on purpose"}
	})
	header := finding.Header{Tool: "holdfast test", RuleSet: "abc", EvaluatedAt: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Rules: []finding.Rule{{ID: "table.a"}}}
	text, summary := write(t, header, failing("table.a", "A"), waived, unknown, failing("table.a", "B"))
	gotHeader, all, gotSummary, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	header.Format = finding.Format
	if !reflect.DeepEqual(gotHeader, header) || !reflect.DeepEqual(gotSummary, summary) || len(all) != 4 {
		t.Errorf("got %+v\n%+v\n%d findings", gotHeader, gotSummary, len(all))
	}
	if !reflect.DeepEqual(all[1], waived) || !reflect.DeepEqual(all[2], unknown) {
		t.Errorf("got %+v and %+v", all[1], all[2])
	}
}

func TestEmptyFindings(t *testing.T) {
	text, summary := write(t, finding.Header{})
	if _, all, got, err := read(text); err != nil || len(all) != 0 || !got.Complete || got.Digest != summary.Digest {
		t.Errorf("%d findings, %+v, %v", len(all), got, err)
	}
}

// The writer's own encoding is encoding/json's.
func TestFindingsAreEncodedAsJSON(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	texts := []string{"", "plain", "ü – <b>&", "\"quoted\\\"", "line\nbreak\u2028", "\x00\x7f", "bad\xffutf"}
	raws := []json.RawMessage{nil, json.RawMessage(`35`), json.RawMessage(`{"a":[1,"365 < 366"]}`), json.RawMessage("{\"a\":\n1}"), json.RawMessage(`"ü"`)}
	text := func() string { return texts[random.IntN(len(texts))] }
	list := func() []string {
		if random.IntN(2) == 0 {
			return nil
		}
		return []string{text(), text()}
	}
	for i := range 2000 {
		f := with(failing("r"+text(), "n"+text()), func(f *finding.Finding) {
			f.Message, f.Scope, f.Cause, f.Name = text(), text(), text(), text()
			f.Expected, f.Actual = raws[random.IntN(len(raws))], raws[random.IntN(len(raws))]
			f.CausedBy, f.Members = list(), list()
			if random.IntN(2) == 0 {
				f.Evidence = []finding.Evidence{{Path: text(), Value: raws[random.IntN(len(raws))], Calls: list()}, {Path: "x"}}
				f.Gap = &finding.Gap{Reason: text(), Message: text()}
				f.Waiver = &finding.Waiver{Reason: text(), Expires: time.Unix(int64(i), 0).UTC()}
				f.Remediation = &finding.Remediation{Action: text(), Parameters: raws[random.IntN(len(raws))]}
			}
		})
		want, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := write(t, finding.Header{}, f)
		if line := strings.Split(got, "\n")[1]; line != string(want) {
			t.Fatalf("got\n%s\nwant\n%s", line, want)
		}
	}
}

func TestFindingsAreSortedAndOnce(t *testing.T) {
	for name, pair := range map[string][2]*finding.Finding{
		"twice":   {failing("table.a", "A"), failing("table.a", "A")},
		"rule":    {failing("table.b", "A"), failing("table.a", "A")},
		"ARN":     {failing("table.a", "B"), failing("table.b", "A")},
		"kind":    {with(failing("vault.a", "A"), func(f *finding.Finding) { f.Subject = "vault" }), failing("table.a", "B")},
		"Region":  {with(failing("table.a", "A"), func(f *finding.Finding) { f.Region = "us-east-1" }), failing("table.a", "B")},
		"account": {with(failing("table.a", "A"), func(f *finding.Finding) { f.Account = "222" }), failing("table.a", "B")},
	} {
		w, err := finding.NewWriter(&bytes.Buffer{}, finding.Header{})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Write(pair[0]), w.Write(pair[1])); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestCausesAreCountedOnce(t *testing.T) {
	caused := func(rule, name, cause string, severity finding.Severity) *finding.Finding {
		return with(failing(rule, name), func(f *finding.Finding) { f.Cause, f.Severity = cause, severity })
	}
	plan := with(caused("plan_rule.daily", "plan", "arn:plan", finding.High), func(f *finding.Finding) {
		f.Subject, f.Members = "plan_rule", []string{"arn:A", "arn:B"}
	})
	header := finding.Header{Rules: []finding.Rule{{ID: "plan_rule.daily", Gathers: "table.daily"}}}
	_, summary := write(t, header,
		plan,
		caused("table.daily", "A", "arn:plan", finding.High),
		caused("table.retention", "A", "arn:plan", finding.Medium), // another rule: another thing to mend
		caused("table.daily", "B", "arn:plan", finding.High),
		failing("table.pitr", "B"),
		with(failing("table.window", "B"), func(f *finding.Finding) { f.CausedBy = []string{"table.pitr"} }),
		caused("table.daily", "C", "arn:other", finding.Low),
		caused("table.daily", "D", "arn:other", finding.Critical),
		failing("table.pitr", "E"),
	)
	want := map[finding.Severity]int{finding.Critical: 1, finding.High: 3, finding.Medium: 1}
	if !reflect.DeepEqual(summary.Causes, want) {
		t.Errorf("causes are %v, want %v", summary.Causes, want)
	}
	if failing := map[finding.Severity]int{finding.Critical: 1, finding.High: 6, finding.Medium: 1, finding.Low: 1}; !reflect.DeepEqual(summary.Failing, failing) {
		t.Errorf("failing are %v, want %v", summary.Failing, failing)
	}
	if subjects := map[string]map[finding.Status]int{"plan_rule": {finding.Fail: 1}, "table": {finding.Fail: 5}}; !reflect.DeepEqual(summary.Subjects, subjects) {
		t.Errorf("subjects are %v, want %v", summary.Subjects, subjects)
	}
}

func TestOnlyExpectedUnknownsAreComplete(t *testing.T) {
	status := func(s finding.Status, gap *finding.Gap) *finding.Finding {
		return with(failing("table.a", "A"), func(f *finding.Finding) { f.Status, f.Gap = s, gap })
	}
	for name, test := range map[string]struct {
		f        *finding.Finding
		complete bool
	}{
		"pass":     {status(finding.Pass, nil), true},
		"fail":     {status(finding.Fail, nil), true},
		"unknown":  {status(finding.Unknown, &finding.Gap{Reason: "denied"}), false},
		"no gap":   {status(finding.Unknown, nil), false},
		"expected": {status(finding.Unknown, &finding.Gap{Reason: "denied", Expected: "on purpose"}), true},
	} {
		if _, summary := write(t, finding.Header{}, test.f); summary.Complete != test.complete {
			t.Errorf("%s: complete is %v", name, summary.Complete)
		}
	}
}

func TestDigestIsOfWhatWasFound(t *testing.T) {
	base := func() *finding.Finding { return failing("table.a", "A") }
	_, want := write(t, finding.Header{}, base())
	same := map[string]func(*finding.Finding){
		"evidence": func(f *finding.Finding) { f.Evidence = []finding.Evidence{{Path: "pitr"}} },
		"severity": func(f *finding.Finding) { f.Severity = finding.Low },
	}
	other := map[string]func(*finding.Finding){
		"rule":     func(f *finding.Finding) { f.Rule = "table.b" },
		"resource": func(f *finding.Finding) { f.ARN = "arn:B" },
		"status":   func(f *finding.Finding) { f.Status = finding.Pass },
		"expected": func(f *finding.Finding) { f.Expected = json.RawMessage("1") },
		"actual":   func(f *finding.Finding) { f.Actual = json.RawMessage("1") },
		"message":  func(f *finding.Finding) { f.Message = "is worse" },
		"scope":    func(f *finding.Finding) { f.Scope = "gold" },
		"waiver":   func(f *finding.Finding) { f.Waiver = &finding.Waiver{Reason: "old"} },
	}
	for name, change := range same {
		if _, got := write(t, finding.Header{Tool: "another"}, with(base(), change)); got.Digest != want.Digest {
			t.Errorf("%s changes the digest", name)
		}
	}
	for name, change := range other {
		if _, got := write(t, finding.Header{}, with(base(), change)); got.Digest == want.Digest {
			t.Errorf("%s does not change the digest", name)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	good, _ := write(t, finding.Header{}, failing("table.a", "A"), failing("table.a", "B"), failing("table.a", "C"))
	lines := strings.SplitAfter(good, "\n")
	for name, test := range map[string]struct{ text, says string }{
		"nothing":             {"", "findings.jsonl:0: there are no findings"},
		"no header":           {strings.Join(lines[1:], ""), "findings.jsonl:1:"},
		"newer format":        {strings.Replace(good, `"format":1`, `"format":2`, 1), "findings.jsonl:1: format 2 is newer"},
		"unknown header":      {strings.Replace(good, `"format":1`, `"format":1,"x":1`, 1), `findings.jsonl:1: unknown field "x"`},
		"unknown field":       {strings.Replace(good, `"rule":"table.a","subject"`, `"x":1,"rule":"table.a","subject"`, 1), `findings.jsonl:2: unknown field "x"`},
		"wrong type":          {strings.Replace(good, `"arn":"arn:B"`, `"arn":3`, 1), "findings.jsonl:3:"},
		"status":              {strings.Replace(good, `"status":"fail"`, `"status":"good"`, 1), `findings.jsonl:2: unknown status "good"`},
		"severity":            {strings.Replace(good, `"severity":"high"`, `"severity":"bad"`, 1), `findings.jsonl:2: unknown severity "bad"`},
		"no rule":             {strings.Replace(good, `"rule":"table.a",`, ``, 1), "findings.jsonl:2: a finding needs rule"},
		"order":               {lines[0] + lines[2] + lines[1] + lines[3] + lines[4], "findings.jsonl:3: table.a on arn:A is out of order"},
		"cut between lines":   {strings.Join(lines[:3], ""), "findings.jsonl:3: the file was cut"},
		"cut after header":    {lines[0], "findings.jsonl:1: the file was cut"},
		"cut in a line":       {good[:len(good)-30], "findings.jsonl:5: the file was cut: its last line has no end"},
		"a line is missing":   {lines[0] + lines[1] + lines[3] + lines[4], "findings.jsonl:4: the summary tells of 3 findings"},
		"a fail made a pass":  {strings.Replace(good, `"status":"fail"`, `"status":"pass"`, 1), "the file was changed"},
		"garbage":             {lines[0] + "{]\n" + lines[4], "findings.jsonl:2:"},
		"two values":          {lines[0] + strings.TrimSpace(lines[1]) + "{}\n" + lines[4], "more than one JSON value"},
		"text behind summary": {good + "{}\n", "findings.jsonl:5:"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, _, err := read(test.text); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %s", err, test.says)
			}
		})
	}
}

func TestSeverities(t *testing.T) {
	for _, test := range []struct {
		s, floor finding.Severity
		want     bool
	}{{finding.High, finding.High, true}, {finding.Critical, finding.High, true}, {finding.Medium, finding.High, false}, {"bad", finding.Low, false}, {finding.Low, finding.Low, true}} {
		if got := test.s.AtLeast(test.floor); got != test.want {
			t.Errorf("%s at least %s: %v", test.s, test.floor, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	good, _ := write(f, finding.Header{}, failing("table.a", "A"))
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add("{}\n{}\n")
	f.Fuzz(func(t *testing.T, text string) {
		header, all, summary, err := read(text)
		if err != nil {
			return
		}
		if again, _ := write(t, header, all...); summary.Findings != len(all) || again == "" {
			t.Errorf("%d findings, the summary says %d", len(all), summary.Findings)
		}
	})
}
