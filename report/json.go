package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"holdfast/scanner/finding"
)

// The JSON report is findings.jsonl as one object: its header, its findings, one
// per line, what remediation changed, and its summary, each as its own type writes
// it. Its schema is report.schema.json.
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
	Changes  []Change          `json:"changes,omitempty"` // that remediation made
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
	out.WriteString("\n],\n")
	if len(in.Changes) > 0 {
		changes, err := json.Marshal(in.Changes)
		if err != nil {
			return fmt.Errorf("encoding the changes: %w", err)
		}
		fmt.Fprintf(out, "\"changes\":%s,\n", escapeJSON(changes))
	}
	summary, err := json.Marshal(in.Summary)
	if err != nil {
		return fmt.Errorf("encoding the summary: %w", err)
	}
	fmt.Fprintf(out, "\"summary\":%s}\n", escapeJSON(summary))
	return out.Flush()
}
