package report

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"holdfast/scanner/finding"
)

// The OCSF report is one Compliance Finding (class 2003) per finding, as JSON
// Lines, in version 1.2.0 with the cloud profile, as Amazon Security Lake and
// others take it. Times are milliseconds.
//
//	status          compliance.status_id   status_id      severity_id
//	pass            1 Pass                 1 New          1 Informational
//	fail            3 Fail                 1 New          2 Low … 5 Critical
//	unknown         0 Unknown              1 New          the rule's
//	waived          3 Fail                 3 Suppressed   the rule's
//	not_applicable  99 Other               1 New          1 Informational
//
// standards and requirements are the frameworks and controls that the rule is
// evidence for. What the class has no field for (expected and actual value, cause, evidence with
// its calls) is in unmapped.
//
// https://schema.ocsf.io/1.2.0/classes/compliance_finding
var ocsfFormat = Format{
	Name:  "ocsf",
	Doc:   "OCSF compliance findings, one per line, for security lakes",
	Ext:   "ocsf.jsonl",
	Write: writeOCSF,
}

type ocsfFinding struct {
	ActivityID   int             `json:"activity_id"`
	ActivityName string          `json:"activity_name"`
	CategoryUID  int             `json:"category_uid"`
	CategoryName string          `json:"category_name"`
	ClassUID     int             `json:"class_uid"`
	ClassName    string          `json:"class_name"`
	TypeUID      int             `json:"type_uid"`
	TypeName     string          `json:"type_name"`
	Time         int64           `json:"time"`
	SeverityID   int             `json:"severity_id"`
	Severity     string          `json:"severity"`
	StatusID     int             `json:"status_id"`
	Status       string          `json:"status"`
	StatusDetail string          `json:"status_detail,omitempty"`
	Message      string          `json:"message"`
	Metadata     ocsfMetadata    `json:"metadata"`
	FindingInfo  ocsfInfo        `json:"finding_info"`
	Compliance   ocsfCompliance  `json:"compliance"`
	Resource     ocsfResource    `json:"resource"`
	Cloud        ocsfCloud       `json:"cloud"`
	Remediation  *ocsfRemedy     `json:"remediation,omitempty"`
	Unmapped     json.RawMessage `json:"unmapped,omitempty"`
}

type ocsfMetadata struct {
	Version  string      `json:"version"`
	Profiles []string    `json:"profiles"`
	Product  ocsfProduct `json:"product"`
	UID      string      `json:"correlation_uid,omitempty"` // the run
}

type ocsfProduct struct {
	Name       string `json:"name"`
	VendorName string `json:"vendor_name"`
	Version    string `json:"version,omitempty"`
}

type ocsfInfo struct {
	UID         string   `json:"uid"`
	Title       string   `json:"title"`
	Desc        string   `json:"desc,omitempty"`
	Types       []string `json:"types,omitempty"`
	CreatedTime int64    `json:"created_time"`
	SourceURL   string   `json:"src_url,omitempty"`
}

type ocsfCompliance struct {
	Standards    []string `json:"standards"`
	Control      string   `json:"control"`
	Requirements []string `json:"requirements,omitempty"`
	StatusID     int      `json:"status_id"`
	Status       string   `json:"status"`
}

type ocsfResource struct {
	UID       string `json:"uid"`
	Name      string `json:"name,omitempty"`
	Type      string `json:"type"`
	Region    string `json:"region,omitempty"`
	Partition string `json:"cloud_partition,omitempty"`
}

type ocsfCloud struct {
	Provider string      `json:"provider"`
	Region   string      `json:"region,omitempty"`
	Account  ocsfAccount `json:"account"`
}

type ocsfAccount struct {
	UID    string `json:"uid"`
	Type   string `json:"type"`
	TypeID int    `json:"type_id"`
}

type ocsfRemedy struct {
	Desc       string   `json:"desc"`
	References []string `json:"references,omitempty"`
}

// ocsfExtra is what the class has no field for.
type ocsfExtra struct {
	Expected json.RawMessage    `json:"expected,omitempty"`
	Actual   json.RawMessage    `json:"actual,omitempty"`
	Scope    string             `json:"scope,omitempty"`
	Cause    string             `json:"cause,omitempty"`
	CausedBy []string           `json:"caused_by,omitempty"`
	Evidence []finding.Evidence `json:"evidence,omitempty"`
	Gap      *finding.Gap       `json:"gap,omitempty"`
	Waiver   *finding.Waiver    `json:"waiver,omitempty"`
	Code     string             `json:"code,omitempty"`
}

func writeOCSF(w io.Writer, in *Input) error {
	out := bufio.NewWriter(w)
	rules := rulesOf(in)
	known, _, err := readControls()
	if err != nil {
		return err
	}
	for f, err := range in.Findings() {
		if err != nil {
			return fmt.Errorf("reading findings: %w", err)
		}
		event, err := ocsfOf(f, rules[f.Rule], in)
		if err != nil {
			return err
		}
		if standards := known.standards(f.Rule); len(standards) > 0 {
			event.Compliance.Standards, event.Compliance.Requirements = standards, known.requirements(f.Rule)
		}
		doc, err := json.Marshal(event)
		if err != nil {
			return fmt.Errorf("encoding the finding of %s on %s: %w", f.Rule, f.ARN, err)
		}
		out.Write(escapeJSON(doc))
		out.WriteByte('\n')
	}
	return out.Flush()
}

func ocsfOf(f *finding.Finding, rule finding.Rule, in *Input) (*ocsfFinding, error) {
	extra, err := json.Marshal(ocsfExtra{f.Expected, f.Actual, f.Scope, f.Cause, f.CausedBy, f.Evidence, f.Gap, f.Waiver, in.Sources.line(f, rule)})
	if err != nil {
		return nil, fmt.Errorf("encoding the evidence of %s on %s: %w", f.Rule, f.ARN, err)
	}
	_, version := toolVersion(in.Header.Tool)
	at := millis(in.Header.EvaluatedAt)
	e := &ocsfFinding{
		ActivityID: 1, ActivityName: "Create", CategoryUID: 2, CategoryName: "Findings",
		ClassUID: 2003, ClassName: "Compliance Finding", TypeUID: 200301, TypeName: "Compliance Finding: Create",
		Time: at, StatusID: 1, Status: "New", StatusDetail: reason(f, rule),
		Message: joinParts(": ", clean(nameOf(f), maxName), cmp.Or(reason(f, rule), ruleTitle(rule))),
		Metadata: ocsfMetadata{Version: "1.2.0", Profiles: []string{"cloud"}, UID: in.Header.RunID,
			Product: ocsfProduct{Name: "Holdfast", VendorName: "Holdfast", Version: version}},
		FindingInfo: ocsfInfo{UID: findingID(f), Title: ruleTitle(rule), Desc: ruleDescription(rule), Types: []string{f.Rule}, CreatedTime: at},
		Compliance:  ocsfCompliance{Standards: []string{"Holdfast"}, Control: f.Rule},
		Resource:    ocsfResource{UID: cmp.Or(f.ARN, anchorOf(f)), Name: f.Name, Type: f.Subject, Region: f.Region, Partition: partition(f.ARN)},
		Cloud:       ocsfCloud{Provider: "AWS", Region: f.Region, Account: ocsfAccount{UID: f.Account, Type: "AWS Account", TypeID: 10}},
		Unmapped:    extra,
	}
	if f.Status == finding.Waived {
		e.StatusID, e.Status = 3, "Suppressed"
	}
	e.Compliance.StatusID, e.Compliance.Status = ocsfStatus(f.Status)
	e.SeverityID, e.Severity = ocsfSeverity(f)
	if fix := fixOf(rule); fix != "" {
		e.Remediation = &ocsfRemedy{Desc: fix, References: rule.Links}
	}
	return e, nil
}

func ocsfStatus(s finding.Status) (id int, name string) {
	switch s {
	case finding.Pass:
		return 1, "Pass"
	case finding.Fail, finding.Waived:
		return 3, "Fail"
	case finding.NotApplicable:
		return 99, "Not applicable"
	}
	return 0, "Unknown"
}

func ocsfSeverity(f *finding.Finding) (id int, name string) {
	if f.Status == finding.Pass || f.Status == finding.NotApplicable {
		return 1, "Informational"
	}
	switch f.Severity {
	case finding.Critical:
		return 5, "Critical"
	case finding.High:
		return 4, "High"
	case finding.Medium:
		return 3, "Medium"
	}
	return 2, "Low"
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
