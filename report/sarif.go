package report

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"holdfast/policies/frameworks"
	"holdfast/scanner/finding"
)

// The SARIF report is for GitHub code scanning, which takes every result for an
// open alert: so it holds active failures alone, and no pass, unknown or waived
// finding. One result per cause and place, at the line of the code that has to be
// fixed, or its line in the inventory (places.go).
//
//   - All rules of the run are listed, also those without results, so that the
//     tool's page says what was asked. Alerts close by missing results alone.
//   - security-severity is a rule's, by its default severity; where a finding's
//     own differs, its level and its message say so.
//   - An incomplete scan says executionSuccessful: false. The upload then fails,
//     and no alert closes because we were blind.
//   - --sarif-full is for other viewers: it adds passes, unknowns and what does not
//     apply by their kind, waivers as suppressions, frameworks as taxonomies, and
//     leaves nothing out.
//   - More than 25,000 results make GitHub reject the file: the worst are kept,
//     and a notification says how many were not.
//
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
//
// Objects are struct literals: the library's constructors leave maps nil, print
// null where the schema wants nothing, and look rules up one by one.
var sarifFormat = Format{
	Name:  "sarif",
	Doc:   "active failures for GitHub code scanning, one result per cause",
	Ext:   "sarif",
	Write: writeSARIF,
}

const (
	maxResults       = 25_000
	maxNotifications = 100
)

func writeSARIF(w io.Writer, in *Input) error {
	o, err := look(in, 0)
	if err != nil {
		return err
	}
	p, err := placesOf(in, o.causes.rules)
	if err != nil {
		return err
	}
	s := &sarifRun{overview: o, places: p, index: map[string]uint{}}
	limit := maxResults
	if in.Options.SARIFFull {
		limit = math.MaxInt
		if s.controls, s.frameworks, err = readControls(); err != nil {
			return err
		}
	}
	worst, left, err := p.worst(in, o.causes, limit)
	if err != nil {
		return err
	}
	run := &sarif.Run{
		Tool:        sarif.Tool{Driver: s.driver()},
		Invocations: []*sarif.Invocation{s.invocation(left)},
		Results:     []*sarif.Result{},
		ColumnKind:  "utf16CodeUnits",
		Taxonomies:  s.taxonomies(),
	}
	if id := category(in); id != "" {
		run.AutomationDetails = &sarif.RunAutomationDetails{ID: &id}
	}
	return s.write(w, run, worst)
}

// write encodes one result after the other into the place of the run's empty
// list: all of them at once take ten times the memory. The list is found by its
// text, which no string can hold, since quotes are escaped there.
func (s *sarifRun) write(w io.Writer, run *sarif.Run, worst []placed) error {
	doc, err := json.Marshal(&sarif.Report{
		Version: string(sarif.Version210),
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Runs:    []*sarif.Run{run},
	})
	if err != nil {
		return fmt.Errorf("encoding SARIF: %w", err)
	}
	head, tail, found := bytes.Cut(escapeJSON(doc), []byte(`"results":[]`))
	if !found {
		return errors.New("encoding SARIF: the run has no empty list of results")
	}
	out := bufio.NewWriter(w)
	out.Write(head)
	out.WriteString(`"results":[`)
	separator := ""
	for f, err := range s.results(worst) {
		if err != nil {
			return err
		}
		result, err := s.result(f)
		if err != nil {
			return err
		}
		if doc, err = json.Marshal(result); err != nil {
			return fmt.Errorf("encoding the result of %s on %s: %w", f.Rule, f.ARN, err)
		}
		out.WriteString(separator)
		out.Write(escapeJSON(doc))
		separator = ",\n"
	}
	out.WriteByte(']')
	out.Write(tail)
	out.WriteByte('\n')
	return out.Flush()
}

// sarifRun builds the one run of a report.
type sarifRun struct {
	*overview
	places     *places
	index      map[string]uint        // of a rule in the driver
	controls   controls               // of the full report
	frameworks []frameworks.Framework // its taxonomies
}

func (s *sarifRun) driver() *sarif.ToolComponent {
	name, version := toolVersion(s.in.Header.Tool)
	driver := &sarif.ToolComponent{Name: name, Rules: []*sarif.ReportingDescriptor{}}
	if version != "" {
		driver.Version = &version
	}
	if semantic := semanticVersion(version); semantic != "" {
		driver.SemanticVersion = &semantic
	}
	for _, rule := range s.in.Header.Rules {
		s.index[rule.ID] = uint(len(driver.Rules))
		driver.Rules = append(driver.Rules, s.descriptor(rule))
	}
	return driver
}

func (s *sarifRun) descriptor(rule finding.Rule) *sarif.ReportingDescriptor {
	d := &sarif.ReportingDescriptor{
		ID:                   rule.ID,
		Name:                 ptr(pascal(rule.ID)),
		ShortDescription:     multiformat(ruleTitle(rule), ""),
		FullDescription:      multiformat(ruleDescription(rule), ""),
		DefaultConfiguration: &sarif.ReportingConfiguration{Level: level(rule.Severity)},
		Help:                 multiformat(helpText(rule), helpMarkdown(rule)),
		Properties: sarif.Properties{
			"security-severity": securitySeverity(rule.Severity),
			"precision":         "very-high", // AWS's own answers, not a guess
			"tags":              []string{"security", "dynamodb", "subject/" + rule.Subject},
		},
	}
	if ids := s.controls.requirements(rule.ID); len(ids) > 0 {
		d.Properties["controls"] = ids
	}
	if len(rule.Links) > 0 {
		d.HelpURI = &rule.Links[0]
	}
	return d
}

func (s *sarifRun) result(f placed) (*sarif.Result, error) {
	index, ok := s.index[f.Rule]
	if !ok {
		return nil, fmt.Errorf("writing SARIF: rule %s of the finding on %s is not in the findings' header", f.Rule, f.ARN)
	}
	at := f.spot
	properties := sarif.Properties{
		"account": f.Account, "region": f.Region, "resource": at.anchor, "severity": string(f.Severity),
		"locationSource": cmp.Or(string(at.found), "inventory"),
	}
	if f.row != nil && f.row.findings > 1 {
		properties["resources"] = f.row.arns
	}
	result := &sarif.Result{
		RuleID:    ptr(f.Rule),
		RuleIndex: &index,
		Level:     ptr(level(f.Severity)),
		Message:   sarif.Message{Text: ptr(resultMessage(f, s.causes))},
		Locations: []*sarif.Location{{PhysicalLocation: &sarif.PhysicalLocation{
			ArtifactLocation: &sarif.ArtifactLocation{URI: &at.uri},
			Region: &sarif.Region{
				StartLine: &at.Line, StartColumn: &at.Column,
				EndLine: &at.Line, EndColumn: ptr(at.Columns + 1),
			},
		}}},
		RelatedLocations:    related(f.spot, f.row),
		PartialFingerprints: map[string]any{"primaryLocationLineHash": at.Hash},
		PropertyBag:         sarif.PropertyBag{Properties: properties},
	}
	if s.in.Options.SARIFFull {
		s.complete(result, f)
	}
	return result, nil
}

// complete adds what GitHub would misread or does not read: the kind of result, the
// waiver as a suppression, the controls, the line of code.
func (s *sarifRun) complete(result *sarif.Result, f placed) {
	result.Kind = ptr(sarifKind(f.Status))
	if *result.Kind != "fail" {
		result.Level = ptr("none")
		return
	}
	for _, c := range s.controls[f.Rule] {
		result.Taxa = append(result.Taxa, &sarif.ReportingDescriptorReference{
			Id: ptr(c.id), Index: ptr(uint(c.index)), ToolComponent: s.reference(c.framework),
		})
	}
	if f.Status == finding.Waived {
		result.Suppressions = []*sarif.Suppression{{
			Kind: "external", Status: ptr("accepted"), Guid: ptr(guid("suppression", findingID(f.Finding))),
			Location: &sarif.Location{}, Justification: ptr(waived{waiver: waiverOf(f.Finding)}.terms()),
		}}
	}
	if text := s.places.text(f.spot); text != "" {
		result.Locations[0].PhysicalLocation.Region.Snippet = &sarif.ArtifactContent{Text: &text}
	}
}

// taxonomies are the frameworks, each control a taxon. What the library leaves null
// is set: the schema wants text or nothing.
func (s *sarifRun) taxonomies() []*sarif.ToolComponent {
	var all []*sarif.ToolComponent
	for _, f := range s.frameworks {
		t := &sarif.ToolComponent{
			Name: f.Name, Version: ptr(f.Edition), InformationURI: ptr(f.Link), GUID: ptr(guid("framework", f.ID)),
			ShortDescription: multiformat(f.Name+", "+f.Edition, ""), Rules: []*sarif.ReportingDescriptor{},
		}
		for _, c := range f.Controls {
			t.Taxa = append(t.Taxa, &sarif.ReportingDescriptor{ID: c.ID, ShortDescription: multiformat(c.Title, "")})
		}
		all = append(all, t)
	}
	return all
}

func (s *sarifRun) reference(f *frameworks.Framework) *sarif.ToolComponentReference {
	index := slices.IndexFunc(s.frameworks, func(other frameworks.Framework) bool { return other.ID == f.ID })
	return &sarif.ToolComponentReference{Name: ptr(f.Name), Index: ptr(uint(index)), Guid: ptr(guid("framework", f.ID))}
}

// related are the places that the message links to by their ids, which count from 1.
func related(at spot, row *placedRow) []*sarif.Location {
	var all []*sarif.Location
	for i, call := range links(at, row) {
		all = append(all, &sarif.Location{
			Id: ptr(uint(i + 1)),
			PhysicalLocation: &sarif.PhysicalLocation{
				ArtifactLocation: &sarif.ArtifactLocation{URI: &call.uri},
				Region:           &sarif.Region{StartLine: &call.line},
			},
		})
	}
	return all
}

func (s *sarifRun) invocation(left int) *sarif.Invocation {
	complete := s.in.Summary.Complete
	inv := &sarif.Invocation{
		ExecutionSuccessful: &complete,
		StartTimeUTC:        milliseconds(s.in.Run.StartedAt),
		EndTimeUTC:          milliseconds(s.in.Run.FinishedAt),
	}
	notify := func(level, text string) {
		inv.ToolExecutionNotifications = append(inv.ToolExecutionNotifications,
			&sarif.Notification{Level: level, Message: &sarif.Message{Text: ptr(bracketless(text))}})
	}
	blind := "warning" // an unanswered question that no rule in force depends on
	if !complete {
		blind = "error"
		notify(blind, "Incomplete: "+s.incomplete())
	}
	for i, q := range s.open {
		if i == maxNotifications {
			notify(blind, fmt.Sprintf("%d more reasons are in the JSON report", len(s.open)-i))
			break
		}
		if q.accepted {
			notify("note", joinParts(": ", "As expected: "+q.what(), q.where(), clean(q.expected, maxMessage)))
			continue
		}
		notify(blind, q.what()+": "+q.where()+after("; missing permission: ", q.permission()))
	}
	if code := s.in.Sources; code != nil {
		for i, file := range code.Skipped {
			if i == maxNotifications {
				notify("warning", fmt.Sprintf("%d more files of the infrastructure code were not read", len(code.Skipped)-i))
				break
			}
			notify("warning", "Infrastructure code that was not read: "+clean(file.File, maxMessage)+": "+clean(file.Reason, maxMessage))
		}
	}
	if left > 0 {
		notify("warning", fmt.Sprintf("%d results are left out, since GitHub takes %d at most; the worst are here, all are in the JSON report", left, maxResults))
	}
	return inv
}

func multiformat(text, markdown string) *sarif.MultiformatMessageString {
	m := &sarif.MultiformatMessageString{Text: &text}
	if markdown != "" {
		m.Markdown = &markdown
	}
	return m
}

// milliseconds is the precision that SARIF readers agree on.
func milliseconds(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return ptr(t.UTC().Truncate(time.Millisecond))
}

func ptr[T any](v T) *T { return &v }
