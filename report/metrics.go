package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"holdfast/scanner/finding"
)

// The metrics are for Prometheus's textfile collector: counts of findings by rule
// and status, of causes by severity, of failures by account, and the times to
// alert on. All values of a label are printed, also those that count nothing, so
// that a rule which heals falls to 0 and does not vanish. unknown is a status of
// its own: an alert on fail alone would sleep through a scan that saw nothing,
// which is what holdfast_complete and the time of the last complete scan are for.
//
// https://prometheus.io/docs/instrumenting/exposition_formats/
var metricsFormat = Format{
	Name:  "metrics",
	Doc:   "counts and times for Prometheus",
	Ext:   "prom",
	Base:  "metrics",
	Write: writeMetrics,
}

func writeMetrics(w io.Writer, in *Input) error {
	counts, err := countMetrics(in)
	if err != nil {
		return err
	}
	m := &metrics{out: bufio.NewWriter(w)}
	m.family("holdfast_complete", "Whether everything was read: 1, or 0 where something is unknown that was not expected to be.")
	m.sample("", boolean(in.Summary.Complete))
	m.family("holdfast_unexpected_unknown", "Findings that are unknown and were not expected to be.")
	m.sample("", in.Summary.Unknown)
	m.time("holdfast_last_scan_timestamp_seconds", "When this scan began.", in.Run.StartedAt)
	m.time("holdfast_last_complete_scan_timestamp_seconds", "When the newest complete scan began, this one or an earlier one.", in.Run.LastComplete)
	m.family("holdfast_causes", "What there is to mend: causes of failures, by their worst severity.")
	for _, s := range severities {
		m.sample(labels("severity", string(s)), in.Summary.Causes[s])
	}
	m.family("holdfast_findings", "Findings by rule and status.")
	for _, r := range in.Header.Rules {
		for _, s := range statusOrder {
			m.sample(labels("rule", r.ID, "severity", string(r.Severity), "status", string(s)), counts.rules[ruleStatus{r.ID, s}])
		}
	}
	m.family("holdfast_failing", "Failing findings by account, Region and severity; those without any are left out.")
	for _, key := range counts.places {
		m.sample(labels("account", key.account, "region", key.region, "severity", string(key.severity)), counts.failing[key])
	}
	m.family("holdfast_gaps", "Calls that AWS did not answer.")
	m.sample("", len(in.Gaps))
	m.family("holdfast_waivers_expiring_timestamp_seconds", "When the waiver that ends first does; 0 where none covers anything.")
	m.sample("", seconds(counts.waiver))
	_, version := toolVersion(in.Header.Tool)
	m.family("holdfast_info", "Always 1.")
	m.sample(labels("rule_set", in.Header.RuleSet, "version", version), 1)
	return m.out.Flush()
}

type ruleStatus struct {
	rule   string
	status finding.Status
}

type placeSeverity struct {
	account, region string
	severity        finding.Severity
}

type metricCounts struct {
	rules   map[ruleStatus]int
	failing map[placeSeverity]int
	places  []placeSeverity // the keys of failing, in the order of the findings
	waiver  time.Time
}

func countMetrics(in *Input) (*metricCounts, error) {
	c := &metricCounts{rules: map[ruleStatus]int{}, failing: map[placeSeverity]int{}}
	for f, err := range in.Findings() {
		if err != nil {
			return nil, fmt.Errorf("reading findings: %w", err)
		}
		c.rules[ruleStatus{f.Rule, f.Status}]++
		if f.Status == finding.Fail {
			c.failing[placeSeverity{f.Account, f.Region, f.Severity}]++
		}
		if f.Waiver != nil && !f.Waiver.Expires.IsZero() && (c.waiver.IsZero() || f.Waiver.Expires.Before(c.waiver)) {
			c.waiver = f.Waiver.Expires
		}
	}
	for key := range c.failing {
		c.places = append(c.places, key)
	}
	slices.SortFunc(c.places, func(a, b placeSeverity) int {
		return strings.Compare(a.account+"\x00"+a.region+"\x00"+string(a.severity), b.account+"\x00"+b.region+"\x00"+string(b.severity))
	})
	return c, nil
}

// metrics writes families of samples, all gauges.
type metrics struct {
	out  *bufio.Writer
	name string
}

func (m *metrics) family(name, help string) {
	m.name = name
	fmt.Fprintf(m.out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
}

func (m *metrics) sample(labels string, value int) {
	fmt.Fprintf(m.out, "%s%s %d\n", m.name, labels, value)
}

// time leaves out what is not known: 0 would read as 1970.
func (m *metrics) time(name, help string, t time.Time) {
	if t.IsZero() {
		return
	}
	m.family(name, help)
	m.sample("", seconds(t))
}

func seconds(t time.Time) int {
	if t.IsZero() {
		return 0
	}
	return int(t.Unix())
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// labels takes names and values in turn.
func labels(pairs ...string) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		value := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(clean(pairs[i+1], maxName))
		parts = append(parts, pairs[i]+`="`+value+`"`)
	}
	return "{" + strings.Join(parts, ",") + "}"
}
