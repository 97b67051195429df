package snapshot

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"sync"
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
		for size := 1; ; size = min(2*size, maxBatch) {
			batch, err := s.batch(size)
			decodeAll(batch)
			for i := range batch {
				s.line++
				if err := s.check(&batch[i]); err != nil {
					yield(Row{}, fmt.Errorf("%s:%d: %w", name, s.line, err))
					return
				}
				if !yield(batch[i].row, nil) {
					return
				}
			}
			if err == nil {
				continue
			}
			s.line++
			if err = s.ending(err); err != nil {
				yield(Row{}, fmt.Errorf("%s:%d: %w", name, s.line, err))
			}
			return
		}
	}
}

// maxBatch is how many lines are decoded side by side. The first batches are
// small, since some only look at the head of a shard.
const maxBatch = 256

type reader struct {
	lines *bufio.Reader
	long  []byte // a line that does not fit into the buffer of lines
	ahead []line // the batch; its memory is used again
	line  int    // of the last row; 1 for the first
	kind  int    // of the last row
	key   string // of the last row
	ended bool
}

// A line is one row, as text and decoded.
type line struct {
	text []byte
	row  Row
	kind int
	err  error
}

// batch reads up to size lines, and says why it is not more.
func (s *reader) batch(size int) ([]line, error) {
	if len(s.ahead) < size {
		s.ahead = append(s.ahead, make([]line, size-len(s.ahead))...)
	}
	for i := range size {
		b, err := s.readLine()
		if err != nil {
			return s.ahead[:i], err
		}
		s.ahead[i].text = append(s.ahead[i].text[:0], b...)
	}
	return s.ahead[:size], nil
}

// decodeAll decodes a batch on all cores: it is most of the work of reading.
func decodeAll(batch []line) {
	const least = 16 // lines that are worth a goroutine
	var wg sync.WaitGroup
	part := max(least, (len(batch)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	for len(batch) > part {
		first := batch[:part]
		batch = batch[part:]
		wg.Go(func() { decodeEach(first) })
	}
	decodeEach(batch)
	wg.Wait()
}

func decodeEach(batch []line) {
	for i := range batch {
		l := &batch[i]
		l.row, l.kind, l.err = decode(l.text)
	}
}

// ending is nil where the stream ends as it should; err is why no more lines came.
func (s *reader) ending(err error) error {
	switch {
	case err != io.EOF:
		return err
	case s.ended:
		return nil
	case s.line == 1:
		return errors.New("file is empty: a shard begins with a header; collect again")
	}
	return errors.New("file ends without its end line: it was cut; collect again")
}

// readLine returns the next line without its newline; it is valid until the
// next call. A last line without newline was cut.
func (s *reader) readLine() ([]byte, error) {
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
func (s *reader) check(l *line) error {
	row, k := &l.row, l.kind
	switch {
	case s.ended:
		return errors.New("line after the end line")
	case l.err != nil:
		return l.err
	case s.line == 1:
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
