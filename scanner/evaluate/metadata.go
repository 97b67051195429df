package evaluate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"holdfast/config"
	"holdfast/scanner/finding"

	"github.com/open-policy-agent/opa/v1/ast"
)

// custom is what a rule's METADATA says below "custom". Another key there is an
// error.
type custom struct {
	Severity    finding.Severity     `json:"severity"`
	Severities  []finding.Severity   `json:"severities"` // which ones violations may choose
	Evidence    []string             `json:"evidence"`
	Parameters  map[string]parameter `json:"parameters"`
	Remediation string               `json:"remediation"`
	WithGaps    string               `json:"with_gaps"`
	CausedBy    []string             `json:"caused_by"`
	Replicas    bool                 `json:"replicas"`
	Limits      string               `json:"limits"`
	Fix         string               `json:"fix"`
	Attributes  []string             `json:"attributes"`
	Gathers     string               `json:"gathers"` // of the engine's own rules alone
}

// parameter is finding.Parameter, read strictly.
type parameter finding.Parameter

func (p *parameter) UnmarshalJSON(data []byte) error {
	type plain parameter
	return strictly(data, (*plain)(p))
}

var (
	snakeCase     = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	attributePath = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)*$`)
	actionNames   = regexp.MustCompile(`^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$`)
)

// metadata reads a rule's annotation. All that is wrong with it is told at once.
func metadata(id, subject string, a *ast.Annotations, facts *shape) (finding.Rule, error) {
	var c custom
	err := c.read(a.Custom)
	if err == nil && c.Gathers != "" {
		err = errors.New("gathers is for the engine's own rules")
	}
	if err != nil {
		return finding.Rule{}, fmt.Errorf("custom: %w", err)
	}
	r := c.rule(id, subject)
	r.Title, r.Description = strings.TrimSpace(a.Title), strings.TrimSpace(a.Description)
	for _, link := range a.RelatedResources {
		r.Links = append(r.Links, link.Ref.String())
	}
	return r, checkMetadata(&r, facts)
}

func (c *custom) read(from map[string]any) error {
	raw, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return strictly(raw, c)
}

func (c *custom) rule(id, subject string) finding.Rule {
	r := finding.Rule{
		ID: id, Subject: subject, Severity: c.Severity, Severities: c.Severities, Evidence: c.Evidence, WithGaps: c.WithGaps,
		CausedBy: c.CausedBy, Replicas: c.Replicas, Remediation: c.Remediation, Attributes: c.Attributes,
		Limits: strings.TrimSpace(c.Limits), Fix: strings.TrimSpace(c.Fix),
	}
	for name, p := range c.Parameters {
		if r.Parameters == nil {
			r.Parameters = map[string]finding.Parameter{}
		}
		r.Parameters[name] = finding.Parameter(p)
	}
	return r
}

func checkMetadata(r *finding.Rule, facts *shape) error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for name, value := range map[string]string{"title": r.Title, "description": r.Description} {
		if value == "" {
			wrong("%s is missing", name)
		}
	}
	if len(r.Links) == 0 {
		wrong("related_resources is missing; link the page that the rule was written from")
	}
	if !slices.Contains(finding.Severities[:], r.Severity) {
		wrong("custom.severity is %q; choose one of %v", r.Severity, finding.Severities)
	}
	for _, s := range r.Severities {
		if !slices.Contains(finding.Severities[:], s) {
			wrong("custom.severities has %q; choose of %v", s, finding.Severities)
		}
	}
	if r.WithGaps != "" && r.WithGaps != passStands && r.WithGaps != failStands {
		wrong("custom.with_gaps is %q; leave it out or choose %s or %s", r.WithGaps, passStands, failStands)
	}
	if r.Remediation != "" && !actionNames.MatchString(r.Remediation) {
		wrong("custom.remediation is %q; an action is named like dynamodb.enable_pitr", r.Remediation)
	}
	for _, a := range r.Attributes {
		if !attributePath.MatchString(a) {
			wrong("custom.attributes has %q; write the way to an attribute like point_in_time_recovery.enabled", a)
		}
	}
	for _, e := range r.Evidence {
		if _, unknown := project(facts, []path{parsePath(e)}); unknown != nil {
			wrong("custom.evidence: %s facts have no %q", r.Subject, e)
		}
	}
	for name, p := range r.Parameters {
		if err := checkParameter(name, p); err != nil {
			wrong("custom.parameters.%s: %w", name, err)
		}
	}
	if len(errs) == 0 {
		if _, err := (&config.Config{}).Parameters(*r, nil); err != nil {
			wrong("custom.parameters: %w", err)
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}

// strictly decodes one JSON value and refuses unknown keys.
func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}
