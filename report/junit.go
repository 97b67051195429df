package report

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"

	"holdfast/scanner/finding"
)

// The JUnit report shows findings where a CI server shows tests: a suite per
// account and Region, a case per finding, its class the rule.
//
//	pass            a case that succeeds
//	fail            failure, its type the severity
//	unknown         error: it could not be decided. As expected (expected_gaps): skipped
//	waived          skipped, with the waiver
//	not_applicable  skipped
//
// There is no standard; this is what the readers of Jenkins, GitLab and GitHub
// actions agree on.
// https://github.com/testmoapp/junitxml
var junitFormat = Format{
	Name:  "junit",
	Doc:   "findings as test cases, for CI servers",
	Ext:   "junit.xml",
	Write: writeJUnit,
}

// A junitSuite is the findings of one account and Region, which follow one another.
type junitSuite struct {
	name                             string
	tests, failures, errors, skipped int
}

type junitCase struct {
	XMLName xml.Name      `xml:"testcase"`
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitOutcome `xml:"failure"`
	Error   *junitOutcome `xml:"error"`
	Skipped *junitOutcome `xml:"skipped"`
}

type junitOutcome struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func writeJUnit(w io.Writer, in *Input) error {
	suites, err := junitSuites(in)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	out.WriteString(xml.Header)
	var all junitSuite
	for _, s := range suites {
		all.tests, all.failures, all.errors, all.skipped = all.tests+s.tests, all.failures+s.failures, all.errors+s.errors, all.skipped+s.skipped
	}
	all.name = "Holdfast"
	all.open(out, "testsuites", "")
	rules := rulesOf(in)
	left, next := 0, 0 // cases of the open suite, the suite behind it
	for f, err := range in.Findings() {
		if err != nil {
			return fmt.Errorf("reading findings: %w", err)
		}
		if left == 0 {
			suites[next].open(out, "testsuite", iso(in.Header.EvaluatedAt))
			left, next = suites[next].tests, next+1
		}
		doc, err := xml.Marshal(junitCaseOf(f, rules[f.Rule], in.Sources))
		if err != nil {
			return fmt.Errorf("encoding the finding of %s on %s: %w", f.Rule, f.ARN, err)
		}
		out.Write(doc)
		out.WriteByte('\n')
		if left--; left == 0 {
			out.WriteString("</testsuite>\n")
		}
	}
	out.WriteString("</testsuites>\n")
	return out.Flush()
}

// junitSuites counts first what a suite has to say before its cases.
func junitSuites(in *Input) ([]junitSuite, error) {
	var suites []junitSuite
	for f, err := range in.Findings() {
		if err != nil {
			return nil, fmt.Errorf("reading findings: %w", err)
		}
		name := clean(f.Account, maxName) + " " + clean(f.Region, maxName)
		if len(suites) == 0 || suites[len(suites)-1].name != name {
			suites = append(suites, junitSuite{name: name})
		}
		s := &suites[len(suites)-1]
		s.tests++
		switch outcome := junitStatus(f); outcome {
		case "failure":
			s.failures++
		case "error":
			s.errors++
		case "skipped":
			s.skipped++
		}
	}
	return suites, nil
}

func (s *junitSuite) open(out *bufio.Writer, element, timestamp string) {
	fmt.Fprintf(out, "<%s name=\"", element)
	xml.EscapeText(out, []byte(s.name)) // the writer keeps its error
	fmt.Fprintf(out, "\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\"", s.tests, s.failures, s.errors, s.skipped)
	if timestamp != "" {
		fmt.Fprintf(out, " timestamp=\"%s\"", timestamp)
	}
	out.WriteString(">\n")
}

// junitStatus is the element below a case, "" for one that succeeds.
func junitStatus(f *finding.Finding) string {
	switch f.Status {
	case finding.Pass:
		return ""
	case finding.Fail:
		return "failure"
	case finding.Waived, finding.NotApplicable:
		return "skipped"
	}
	if f.Gap != nil && f.Gap.Expected != "" {
		return "skipped"
	}
	return "error"
}

func junitCaseOf(f *finding.Finding, rule finding.Rule, code *Sources) junitCase {
	c := junitCase{Class: clean(f.Rule, maxName), Name: clean(f.Subject, maxName) + " " + clean(nameOf(f), maxName)}
	outcome := &junitOutcome{Message: reason(f, rule), Type: string(f.Status), Text: junitText(f, rule, code)}
	switch junitStatus(f) {
	case "failure":
		outcome.Type = clean(string(f.Severity), maxName)
		c.Failure = outcome
	case "error":
		c.Error = outcome
	case "skipped":
		outcome.Text = ""
		c.Skipped = outcome
	}
	return c
}

func junitText(f *finding.Finding, rule finding.Rule, code *Sources) string {
	return joinParts("\n",
		after("should be true: ", clean(rule.Title, maxMessage)), after("ARN: ", clean(f.ARN, maxMessage)),
		after("expected: ", given(f.Expected)), after("actual: ", given(f.Actual)),
		after("code: ", clean(code.line(f, rule), maxMessage)), after("fix: ", fixOf(rule)))
}
