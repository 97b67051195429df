package finding

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A Writer writes findings.jsonl: the header, the findings as they come, and the
// summary, one line each.
type Writer struct {
	out    *bufio.Writer
	tally  *tally
	last   *Finding
	buffer []byte
}

// NewWriter writes the header. Its Format is filled in.
func NewWriter(w io.Writer, header Header) (*Writer, error) {
	header.Format = Format
	if header.Rules == nil {
		header.Rules = []Rule{}
	}
	line, err := json.Marshal(header)
	if err != nil {
		return nil, fmt.Errorf("encoding the header of findings: %w", err)
	}
	out := bufio.NewWriterSize(w, 1<<16)
	_, err = out.Write(append(line, '\n'))
	return &Writer{out: out, tally: newTally(header.Rules)}, err
}

// Write writes one finding, which must come after the last one in the order of
// Compare, and must not be changed afterwards.
func (w *Writer) Write(f *Finding) error {
	if w.last != nil && Compare(w.last, f) >= 0 {
		return fmt.Errorf("writing findings: %s on %s comes after %s on %s; they are sorted and each is there once", f.Rule, f.ARN, w.last.Rule, w.last.ARN)
	}
	w.last = f
	var err error
	if w.buffer, err = appendFinding(w.buffer[:0], f); err != nil {
		return fmt.Errorf("encoding finding %s on %s: %w", f.Rule, f.ARN, err)
	}
	w.tally.add(f)
	_, err = w.out.Write(append(w.buffer, '\n'))
	return err
}

// Close writes the summary and returns it. It does not close the writer below.
func (w *Writer) Close() (Summary, error) {
	if w.tally == nil {
		return Summary{}, errors.New("findings are closed already")
	}
	summary := w.tally.end()
	w.tally = nil
	line, err := json.Marshal(summary)
	if err != nil {
		return summary, fmt.Errorf("encoding the summary of findings: %w", err)
	}
	if _, err := w.out.Write(append(line, '\n')); err != nil {
		return summary, err
	}
	return summary, w.out.Flush()
}
