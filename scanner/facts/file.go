package facts

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"
)

// Format is the version of facts/<account>/<region>.jsonl that this build
// writes. Older ones are read, newer ones refused.
const Format = 1

// A Header is the first line of a file of facts. Subjects follow, sorted by kind
// and ARN, then a last line {"end":N} with their number: a file without it was cut.
type Header struct {
	Format    int       `json:"format"`
	Account   string    `json:"account"`            // 12 digits
	Region    string    `json:"region"`             // "eu-west-1", or "global"
	Collected time.Time `json:"collected"`          // zero where the Region has no shard
	Previous  string    `json:"previous,omitempty"` // id of the earlier run that the facts were compared with
}

type end struct {
	Subjects *int `json:"end"`
}

// A Writer writes one file of facts.
type Writer struct {
	out *bufio.Writer
	enc *json.Encoder
	n   int
}

// NewWriter writes the header; its Format is filled in.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	h.Format = Format
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(h); err != nil {
		return nil, fmt.Errorf("writing header: %w", err)
	}
	return &Writer{out: out, enc: enc}, nil
}

// Write appends a subject.
func (w *Writer) Write(s *Subject) error {
	if err := s.check(); err != nil {
		return fmt.Errorf("writing subject %s: %w", s.ARN, err)
	}
	if err := w.enc.Encode(s); err != nil {
		return fmt.Errorf("writing subject %s: %w", s.ARN, err)
	}
	w.n++
	return nil
}

// Close writes the end line. It does not close the underlying writer.
func (w *Writer) Close() error {
	if err := w.enc.Encode(end{&w.n}); err != nil {
		return fmt.Errorf("writing end: %w", err)
	}
	return w.out.Flush()
}

// Write writes a whole file of facts, up to the first error of subjects.
func Write(w io.Writer, h Header, subjects iter.Seq2[*Subject, error]) error {
	out, err := NewWriter(w, h)
	if err != nil {
		return err
	}
	for s, err := range subjects {
		if err != nil {
			return err
		}
		if err := out.Write(s); err != nil {
			return err
		}
	}
	return out.Close()
}

// Read streams the subjects of a file of facts. Name is what errors call it, as
// "name:line: …". It is strict: an unknown field, a wrong type, a cut file or a
// newer format ends the stream with one error, after which nothing follows.
func Read(r io.Reader, name string) iter.Seq2[*Subject, error] {
	return func(yield func(*Subject, error) bool) {
		f := &reader{lines: bufio.NewReaderSize(r, 1<<16)}
		for {
			s, err := f.next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, fmt.Errorf("%s:%d: %w", name, max(1, f.line), err))
				return
			}
			if !yield(s, nil) {
				return
			}
		}
	}
}

type reader struct {
	lines *bufio.Reader
	line  int // of the last line read; 1 is the header
	n     int // subjects
}

// next returns the next subject, and io.EOF after a good end line.
func (f *reader) next() (*Subject, error) {
	if f.line == 0 {
		if _, err := f.header(); err != nil {
			return nil, err
		}
	}
	b, err := f.read()
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(b, []byte(`{"end":`)) {
		return nil, f.end(b)
	}
	s := new(Subject)
	if err := decode(b, s); err != nil {
		return nil, fmt.Errorf("reading a subject: %w", err)
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	f.n++
	return s, nil
}

// ReadHeader reads the first line of a file of facts.
func ReadHeader(r io.Reader, name string) (Header, error) {
	f := &reader{lines: bufio.NewReaderSize(r, 1<<12)}
	h, err := f.header()
	if err != nil {
		return h, fmt.Errorf("%s:1: %w", name, err)
	}
	return h, nil
}

func (f *reader) header() (h Header, err error) {
	b, err := f.read()
	if err != nil {
		return h, err
	}
	// The format alone first: a newer header may have fields that are new.
	var version struct {
		Format int `json:"format"`
	}
	if json.Unmarshal(b, &version) == nil && version.Format > Format {
		return h, fmt.Errorf("format %d is newer than this build reads (%d); upgrade holdfast, or derive the facts again", version.Format, Format)
	}
	if err := decode(b, &h); err != nil {
		return h, fmt.Errorf("reading the header: %w", err)
	}
	switch {
	case h.Format < 1:
		return h, errors.New("first line is no header of facts: format is missing")
	case h.Account == "" || h.Region == "":
		return h, errors.New("header lacks account or region")
	}
	return h, nil
}

func (f *reader) end(b []byte) error {
	var e end
	if err := decode(b, &e); err != nil {
		return fmt.Errorf("reading the end line: %w", err)
	}
	if e.Subjects == nil || *e.Subjects != f.n {
		return fmt.Errorf("end line does not fit %d subjects; derive the facts again", f.n)
	}
	switch _, err := f.lines.ReadByte(); err {
	case io.EOF:
		return io.EOF
	case nil:
		f.line++
		return errors.New("line after the end line")
	default:
		return err
	}
}

// read returns a line without its newline.
func (f *reader) read() ([]byte, error) {
	f.line++
	b, err := f.lines.ReadBytes('\n')
	switch {
	case err == nil:
		return b[:len(b)-1], nil
	case err == io.EOF && len(b) > 0:
		return nil, errors.New("line is cut: no newline at its end; derive the facts again")
	case err == io.EOF:
		return nil, errors.New("file ends without its end line: it was cut; derive the facts again")
	}
	return nil, err
}

func decode(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
			return errors.New("line is cut")
		}
		return err
	}
	if len(bytes.TrimSpace(b[d.InputOffset():])) > 0 {
		return errors.New("line holds more than one value")
	}
	return nil
}

// check holds a subject to what its kind promises.
func (s *Subject) check() error {
	if !slices.Contains(Kinds(), s.Kind) {
		return fmt.Errorf("unknown kind of subject %q", s.Kind)
	}
	if s.ARN == "" || s.Account == "" || s.Region == "" {
		return errors.New("subject lacks arn, account or region")
	}
	set := map[string]bool{
		KindAccount: s.AccountOf != nil, KindBackup: s.Backup != nil, KindPlanRule: s.PlanRule != nil, KindRegion: s.RegionOf != nil,
		KindSelection: s.Selection != nil, KindTable: s.Table != nil, KindVault: s.Vault != nil,
	}
	for kind, has := range set {
		if want := kind == s.Kind && !s.Unlisted; has != want {
			if has {
				return fmt.Errorf("subject is a %s and has facts of a %s", s.Kind, kind)
			}
			return fmt.Errorf("subject is a %s without facts", s.Kind)
		}
	}
	if s.Unlisted && len(s.Gaps) == 0 {
		return errors.New("subject is unlisted without a gap that says why")
	}
	return nil
}
