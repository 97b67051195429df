package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"holdfast/scanner/finding"
)

// The JSON report is findings.jsonl as one object: its header, its findings, one
// per line, and its summary, each as finding's own types write them. Its schema
// is report.schema.json.
var jsonFormat = Format{
	Name:  "json",
	Doc:   "everything, for programs: findings.jsonl as one object",
	Ext:   "json",
	Write: writeJSON,
}

// Document is the shape of the JSON report.
type Document struct {
	Header   finding.Header    `json:"header"`
	Findings []finding.Finding `json:"findings"`
	Summary  finding.Summary   `json:"summary"`
}

func writeJSON(w io.Writer, in *Input) error {
	out := bufio.NewWriter(w)
	header, err := json.Marshal(in.Header)
	if err != nil {
		return fmt.Errorf("encoding the header: %w", err)
	}
	fmt.Fprintf(out, "{\"header\":%s,\n\"findings\":[", escapeJSON(header))
	separator := "\n"
	for f, err := range in.Findings() {
		if err != nil {
			return fmt.Errorf("reading findings: %w", err)
		}
		doc, err := json.Marshal(f)
		if err != nil {
			return fmt.Errorf("encoding the finding of %s on %s: %w", f.Rule, f.ARN, err)
		}
		out.WriteString(separator)
		out.Write(escapeJSON(doc))
		separator = ",\n"
	}
	summary, err := json.Marshal(in.Summary)
	if err != nil {
		return fmt.Errorf("encoding the summary: %w", err)
	}
	fmt.Fprintf(out, "\n],\n\"summary\":%s}\n", escapeJSON(summary))
	return out.Flush()
}
