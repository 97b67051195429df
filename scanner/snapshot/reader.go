package snapshot

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// maxLine bounds one line. The longest that AWS can cause is a table with its
// resource policy, a plan with ten rules, a vault with its policy: well under 1 MiB.
const maxLine = 16 << 20

// Read streams the rows of a shard: the header first, the end last. Name is
// what errors call the stream, as "name:line: …".
//
// It is strict: an unknown field, a wrong type, a row out of order, a missing
// header or end, or a format that is newer than Format ends the stream with one
// error, after which nothing follows. A consumer must not use what came before
// an error.
func Read(r io.Reader, name string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		s := &reader{lines: bufio.NewReaderSize(r, 1<<18)}
		for {
			row, err := s.next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Row{}, fmt.Errorf("%s:%d: %w", name, s.line, err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

type reader struct {
	lines *bufio.Reader
	long  []byte // a line that does not fit into the buffer of lines
	line  int    // 1 for the first
	kind  int    // of the last row
	key   string // of the last row
	ended bool
}

// next returns io.EOF after the end line.
func (s *reader) next() (Row, error) {
	b, err := s.readLine()
	if err == io.EOF {
		switch {
		case s.ended:
			return Row{}, io.EOF
		case s.line == 1:
			return Row{}, errors.New("file is empty: a shard begins with a header; collect again")
		}
		return Row{}, errors.New("file ends without its end line: it was cut; collect again")
	}
	if err != nil {
		return Row{}, err
	}
	if s.ended {
		return Row{}, errors.New("line after the end line")
	}
	row, k, err := decode(b)
	if err != nil {
		return Row{}, err
	}
	return row, s.check(&row, k)
}

// readLine returns the next line without its newline; it is valid until the
// next call. A last line without newline was cut.
func (s *reader) readLine() ([]byte, error) {
	s.line++
	s.long = s.long[:0]
	for {
		b, err := s.lines.ReadSlice('\n')
		switch {
		case err == nil && len(s.long) == 0:
			return b[:len(b)-1], nil
		case err == nil:
			s.long = append(s.long, b...)
			return s.long[:len(s.long)-1], nil
		case err == bufio.ErrBufferFull:
			if s.long = append(s.long, b...); len(s.long) > maxLine {
				return nil, fmt.Errorf("line is longer than %d bytes", maxLine)
			}
		case err == io.EOF && len(b)+len(s.long) > 0:
			return nil, errors.New("line is cut: no newline at its end; collect again")
		default:
			return nil, err
		}
	}
}

// check holds a row to its place in the shard.
func (s *reader) check(row *Row, k int) error {
	if s.line == 1 {
		if k != kindHeader {
			return fmt.Errorf("first line is %s, not header", kinds[k].name)
		}
		return checkHeader(row.Header)
	}
	key := kinds[k].key(row)
	switch {
	case k == kindHeader:
		return errors.New("second header")
	case k == kindEnd:
		if rows := s.line - 2; row.End.Rows != rows {
			return fmt.Errorf("end says %d rows, file has %d; collect again", row.End.Rows, rows)
		}
		s.ended = true
	case k < s.kind:
		return fmt.Errorf("%s after %s: rows are out of order", kinds[k].name, kinds[s.kind].name)
	case k == s.kind && key < s.key:
		return fmt.Errorf("%s rows are out of order", kinds[k].name)
	}
	s.kind, s.key = k, key
	return nil
}

func checkHeader(h *Header) error {
	switch {
	case h.Format > Format:
		return fmt.Errorf("format %d is newer than this build reads (%d); upgrade holdfast, or collect again with this build", h.Format, Format)
	case h.Format < 1:
		return fmt.Errorf("format is %d; it starts at 1", h.Format)
	case h.Account == "" || h.Region == "":
		return errors.New("header lacks Account or Region")
	case h.CollectedAt.IsZero():
		return errors.New("header lacks CollectedAt")
	}
	return nil
}

// decode reads one line, {"<kind>":{…}}, by its kind's own type: decoding into
// Row would look through all kinds on every line.
func decode(b []byte) (Row, int, error) {
	name, body, err := split(b)
	if err != nil {
		return Row{}, 0, err
	}
	k, ok := kindNamed(name)
	if !ok {
		if len(name) > 80 {
			name = name[:80]
		}
		return Row{}, 0, fmt.Errorf("unknown kind of row %q", name)
	}
	var row Row
	if err := decodeInto(kinds[k].make(&row), body); err != nil {
		return Row{}, 0, fmt.Errorf("reading a %s: %w", kinds[k].name, err)
	}
	return row, k, nil
}

var errNoKind = errors.New(`line is not {"kind":{…}}`)

// split takes {"name":{body}} apart without looking into the body.
func split(b []byte) (name, body []byte, err error) {
	b = bytes.TrimSuffix(b, []byte("\r"))
	rest, ok := bytes.CutPrefix(b, []byte(`{"`))
	if !ok {
		return nil, nil, errNoKind
	}
	name, body, ok = bytes.Cut(rest, []byte(`":`))
	if !ok {
		return nil, nil, errNoKind
	}
	body, ok = bytes.CutSuffix(body, []byte("}"))
	if !ok {
		return nil, nil, errors.New("line does not end with }: it was cut")
	}
	if len(body) == 0 || body[0] != '{' {
		return nil, nil, errors.New("row is not an object")
	}
	return name, body, nil
}

func kindNamed(name []byte) (int, bool) {
	for i := range kinds {
		if string(name) == kinds[i].name {
			return i, true
		}
	}
	return 0, false
}

// decodeInto reads exactly one JSON object, and refuses fields that v lacks.
func decodeInto(v any, body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return errors.New("line is cut")
		}
		return err
	}
	if rest := body[d.InputOffset():]; len(bytes.TrimSpace(rest)) > 0 {
		return errors.New("line holds more than one row")
	}
	return nil
}
