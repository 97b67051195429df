package report

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// The ASFF report is for AWS Security Hub: JSON Lines, each line the whole input
// of one BatchImportFindings call, which takes at most 100 findings and 6 MB, all
// of the account and Region that it is called in. So a line never mixes those.
//
//	status          Compliance.Status   Severity        RecordState
//	pass            PASSED              INFORMATIONAL   ACTIVE
//	fail            FAILED              the finding's   ACTIVE
//	unknown         NOT_AVAILABLE       the finding's   ACTIVE
//	waived          WARNING             the finding's   ACTIVE
//	not_applicable  NOT_AVAILABLE       INFORMATIONAL   ARCHIVED
//
// What belongs to no Region (an account, the organization) is imported in the
// run's first one. Security Hub keeps when it first saw a finding; CreatedAt and
// UpdatedAt are both the time of evaluation.
//
// https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
var asffFormat = Format{
	Name:  "asff",
	Doc:   "batches for AWS Security Hub's BatchImportFindings, one per line",
	Ext:   "asff.jsonl",
	Write: writeASFF,
}

// Limits of a call and of a finding, in bytes or characters.
const (
	asffFindings    = 100
	asffBatch       = 5 << 20 // of 6 MB
	asffTitle       = 256
	asffDescription = 1024
	asffID          = 512
	asffText        = 512 // of a recommendation
	asffField       = 2048

	asffRequirements = 32
	asffRequirement  = 64
)

type asffFinding struct {
	SchemaVersion, Id, ProductArn, GeneratorId, AwsAccountId, Region string
	CompanyName, ProductName                                         string
	CreatedAt, UpdatedAt                                             string
	Title, Description                                               string
	Types                                                            []string
	Severity                                                         asffSeverity
	FindingProviderFields                                            asffProvider
	Resources                                                        []asffResource
	Compliance                                                       asffCompliance
	RecordState                                                      string
	Remediation                                                      *asffRemediation  `json:",omitempty"`
	ProductFields                                                    map[string]string `json:",omitempty"`
}

type asffSeverity struct{ Label string }

type asffProvider struct {
	Severity asffSeverity
	Types    []string
}

type asffResource struct {
	Type, Id, Partition string
	Region              string `json:",omitempty"`
}

type asffCompliance struct {
	Status              string
	SecurityControlId   string
	RelatedRequirements []string `json:",omitempty"`
}

type asffRemediation struct{ Recommendation asffRecommendation }

type asffRecommendation struct {
	Text string
	Url  string `json:",omitempty"`
}

func writeASFF(w io.Writer, in *Input) error {
	rules := rulesOf(in)
	known, _, err := readControls()
	if err != nil {
		return err
	}
	b := &asffBatches{out: bufio.NewWriter(w)}
	for f, err := range in.Findings() {
		if err != nil {
			return fmt.Errorf("reading findings: %w", err)
		}
		one := asffOf(f, rules[f.Rule], in)
		for _, id := range known.requirements(f.Rule) {
			if len(one.Compliance.RelatedRequirements) < asffRequirements {
				one.Compliance.RelatedRequirements = append(one.Compliance.RelatedRequirements, clip(id, asffRequirement))
			}
		}
		doc, err := json.Marshal(one)
		if err != nil {
			return fmt.Errorf("encoding the finding of %s on %s: %w", f.Rule, f.ARN, err)
		}
		b.add(one.AwsAccountId+" "+one.Region, escapeJSON(doc))
	}
	b.end()
	return b.out.Flush()
}

// asffBatches writes findings as inputs of calls.
type asffBatches struct {
	out   *bufio.Writer
	place string // account and Region of the open batch
	count int
	bytes int
}

func (b *asffBatches) add(place string, doc []byte) {
	if b.count > 0 && (place != b.place || b.count == asffFindings || b.bytes+len(doc) > asffBatch) {
		b.end()
	}
	if b.count == 0 {
		b.place = place
		b.out.WriteString(`{"Findings":[`)
	} else {
		b.out.WriteByte(',')
	}
	b.out.Write(doc)
	b.count, b.bytes = b.count+1, b.bytes+len(doc)
}

func (b *asffBatches) end() {
	if b.count > 0 {
		b.out.WriteString("]}\n")
	}
	b.count, b.bytes = 0, 0
}

func asffOf(f *finding.Finding, rule finding.Rule, in *Input) *asffFinding {
	region := f.Region
	if !regionName.MatchString(region) && len(in.Header.Regions) > 0 {
		region = in.Header.Regions[0]
	}
	region = clip(clean(region, maxName), maxName)
	account, part := clip(clean(f.Account, maxName), maxName), clip(clean(partition(f.ARN), maxName), maxName)
	severity := asffSeverity{asffLabel(f)}
	types := []string{"Software and Configuration Checks/AWS Security Best Practices"}
	at := asffTime(in.Header.EvaluatedAt)
	one := &asffFinding{
		SchemaVersion: "2018-10-08", Id: "holdfast/" + region + "/" + account + "/" + findingID(f),
		ProductArn:  "arn:" + part + ":securityhub:" + region + ":" + account + ":product/" + account + "/default",
		GeneratorId: "holdfast/" + clean(f.Rule, maxName), AwsAccountId: account, Region: region,
		CompanyName: "Holdfast", ProductName: "Holdfast", CreatedAt: at, UpdatedAt: at,
		Title:       clip(ruleTitle(rule), asffTitle),
		Description: clip(joinParts(": ", clean(nameOf(f), maxName), cmp.Or(reason(f, rule), ruleTitle(rule))), asffDescription),
		Types:       types, Severity: severity, FindingProviderFields: asffProvider{severity, types},
		Resources:     []asffResource{{Type: asffType(f.Subject), Id: clip(clean(anchorOf(f), asffID), asffID), Partition: part, Region: region}},
		Compliance:    asffCompliance{Status: asffStatus(f.Status), SecurityControlId: clean(f.Rule, maxName)},
		RecordState:   "ACTIVE",
		ProductFields: asffFields(f, rule, in),
	}
	if f.Status == finding.NotApplicable {
		one.RecordState = "ARCHIVED"
	}
	if fix := fixOf(rule); fix != "" {
		one.Remediation = &asffRemediation{asffRecommendation{Text: clip(fix, asffText)}}
		if len(rule.Links) > 0 {
			one.Remediation.Recommendation.Url = rule.Links[0]
		}
	}
	return one
}

var regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d+$`)

// asffFields is what the format has no field for.
func asffFields(f *finding.Finding, rule finding.Rule, in *Input) map[string]string {
	fields := map[string]string{
		"holdfast/Status": string(f.Status), "holdfast/Run": in.Header.RunID, "holdfast/Expected": given(f.Expected), "holdfast/Actual": given(f.Actual),
		"holdfast/Scope": f.Scope, "holdfast/Cause": f.Cause, "holdfast/CausedBy": strings.Join(f.CausedBy, " "), "holdfast/Code": in.Sources.line(f, rule),
	}
	for name, value := range fields {
		if fields[name] = clip(clean(value, asffField), asffField); value == "" {
			delete(fields, name)
		}
	}
	return fields
}

func asffStatus(s finding.Status) string {
	switch s {
	case finding.Pass:
		return "PASSED"
	case finding.Fail:
		return "FAILED"
	case finding.Waived:
		return "WARNING"
	}
	return "NOT_AVAILABLE"
}

func asffLabel(f *finding.Finding) string {
	if f.Status == finding.Pass || f.Status == finding.NotApplicable {
		return "INFORMATIONAL"
	}
	return strings.ToUpper(string(f.Severity))
}

func asffType(subject string) string {
	switch subject {
	case facts.KindTable, facts.KindBackup:
		return "AwsDynamoDbTable"
	case facts.KindVault:
		return "AwsBackupBackupVault"
	case facts.KindPlanRule:
		return "AwsBackupBackupPlan"
	case facts.KindAccount:
		return "AwsAccount"
	}
	return "Other"
}

func asffTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// clip cuts a text to a number of bytes.
func clip(s string, max int) string {
	if len(s) <= max {
		return s
	}
	cut := max - len("…")
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
