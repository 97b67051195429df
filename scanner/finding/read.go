package finding

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// A Reader reads findings.jsonl as a stream.
type Reader struct {
	Header Header

	lines   *bufio.Reader
	name    string
	number  int // of the line that was read last
	summary *Summary
	err     error
}

// Read reads the header. name is the file's, for errors, which begin with
// "name:line". Reading is strict: an unknown field, a wrong type, findings out of
// order, a file that was cut, or a summary that does not fit the findings is an
// error.
func Read(r io.Reader, name string) (*Reader, error) {
	reader := &Reader{lines: bufio.NewReaderSize(r, 1<<16), name: name}
	line, err := reader.line()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = reader.wrong(errors.New("there are no findings; the file is empty"))
		}
		return nil, err
	}
	var version struct{ Format int }
	if json.Unmarshal(line, &version) == nil && version.Format > Format {
		return nil, reader.wrong(fmt.Errorf("format %d is newer than this build reads (%d); upgrade Holdfast", version.Format, Format))
	}
	if err := decode(line, &reader.Header); err != nil {
		return nil, reader.wrong(err)
	}
	if reader.Header.Format < 1 {
		return nil, reader.wrong(errors.New("this is no header of findings: it has no format"))
	}
	return reader, nil
}

// Findings iterates the findings, once, and ends at the first error.
func (r *Reader) Findings() iter.Seq2[*Finding, error] {
	return func(yield func(*Finding, error) bool) {
		if err := r.each(func(f *Finding) bool { return yield(f, nil) }); err != nil {
			r.err = err
			yield(nil, err)
		}
	}
}

// Summary is the last line. It is there when Findings has been iterated to its
// end; findings that are left are read first.
func (r *Reader) Summary() (Summary, error) {
	for _, err := range r.Findings() {
		if err != nil {
			return Summary{}, err
		}
	}
	if r.err != nil {
		return Summary{}, r.err
	}
	return *r.summary, nil
}

// each reads up to the summary, which is the line that nothing follows.
func (r *Reader) each(yield func(*Finding) bool) error {
	if r.summary != nil || r.err != nil {
		return nil
	}
	tally := newTally(r.Header.Rules)
	var last *Finding
	for {
		line, err := r.line()
		if errors.Is(err, io.EOF) {
			return r.wrong(errors.New("the file was cut: its summary is missing"))
		}
		if err != nil {
			return err
		}
		if _, err := r.lines.Peek(1); err != nil {
			return r.end(line, tally)
		}
		f := &Finding{}
		if err := decode(line, f); err != nil {
			return r.wrong(err)
		}
		if err := check(f, last); err != nil {
			return r.wrong(err)
		}
		tally.add(f)
		last = f
		if !yield(f) {
			r.err = fmt.Errorf("%s: reading was stopped after line %d", r.name, r.number)
			return nil
		}
	}
}

func (r *Reader) end(line []byte, tally *tally) error {
	var summary Summary
	if err := decode(line, &summary); err != nil {
		return r.wrong(fmt.Errorf("the file was cut: its last line is no summary: %w", err))
	}
	if counted := tally.end(); counted.Digest != summary.Digest || counted.Findings != summary.Findings || counted.Unknown != summary.Unknown {
		return r.wrong(fmt.Errorf("the summary tells of %d findings with digest %s, but there are %d with digest %s; the file was changed", summary.Findings, summary.Digest, counted.Findings, counted.Digest))
	}
	r.summary = &summary
	return nil
}

func check(f, last *Finding) error {
	switch {
	case f.Rule == "" || f.Subject == "" || f.ARN == "":
		return errors.New("a finding needs rule, subject and arn")
	case worse(NotApplicable, f.Status) == NotApplicable && f.Status != NotApplicable:
		return fmt.Errorf("unknown status %q", f.Status)
	case f.Severity.Rank() == 0:
		return fmt.Errorf("unknown severity %q", f.Severity)
	case last != nil && Compare(last, f) >= 0:
		return fmt.Errorf("%s on %s is out of order", f.Rule, f.ARN)
	}
	return nil
}

// line is the next line without its end. A last line without one was cut.
func (r *Reader) line() ([]byte, error) {
	line, err := r.lines.ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading %s: %w", r.name, err)
	}
	if len(line) == 0 {
		return nil, io.EOF
	}
	r.number++
	if err != nil {
		return nil, r.wrong(errors.New("the file was cut: its last line has no end"))
	}
	return bytes.TrimSuffix(line, []byte("\n")), nil
}

func (r *Reader) wrong(err error) error { return fmt.Errorf("%s:%d: %w", r.name, r.number, err) }

// decode reads exactly one JSON object and refuses unknown fields.
func decode(line []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return errors.New("the line is no whole JSON object")
		}
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if d.More() {
		return errors.New("more than one JSON value on the line")
	}
	return nil
}
