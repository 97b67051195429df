package snapshot

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
)

// DefaultBuffer is how many bytes of rows a Builder holds before it spills them
// to a temporary file.
const DefaultBuffer = 32 << 20

// A Builder gathers the rows of one shard and writes them in order. Add may be
// called from many goroutines. Memory stays flat: rows beyond Buffer are sorted
// and spilled, and merged when the shard is written.
//
// The zero value is ready. Close frees the temporary files, which have no name.
type Builder struct {
	Buffer int    // bytes; 0: DefaultBuffer
	Dir    string // for temporary files; "": os.TempDir

	mu      sync.Mutex
	header  *Header
	rows    []entry
	size    int
	spilled []*os.File
}

// An entry is an encoded row with what it sorts by.
type entry struct {
	kind int
	key  string
	line []byte // JSON without newline
}

func (a entry) compare(b entry) int {
	if a.kind != b.kind {
		return a.kind - b.kind
	}
	if a.key != b.key {
		if a.key < b.key {
			return -1
		}
		return 1
	}
	return slices.Compare(a.line, b.line)
}

// Add takes one row. A header replaces the one before; an end is refused, since
// WriteTo makes it.
func (b *Builder) Add(row Row) error {
	k, err := kindOf(&row)
	if err != nil {
		return err
	}
	switch k {
	case kindHeader:
		b.mu.Lock()
		defer b.mu.Unlock()
		header := *row.Header
		b.header = &header
		return nil
	case kindEnd:
		return errors.New("adding an end: the builder writes it")
	}
	line, err := json.Marshal(row)
	if err != nil {
		return fmt.Errorf("encoding a %s row: %w", kinds[k].name, err)
	}
	e := entry{kind: k, key: kinds[k].key(&row), line: line}

	b.mu.Lock()
	defer b.mu.Unlock()
	b.rows = append(b.rows, e)
	b.size += len(e.line) + len(e.key) + 64
	if b.size > b.limit() {
		return b.spill()
	}
	return nil
}

func (b *Builder) limit() int {
	if b.Buffer > 0 {
		return b.Buffer
	}
	return DefaultBuffer
}

// spill writes the rows in memory, sorted, to a new temporary file.
func (b *Builder) spill() error {
	f, err := os.CreateTemp(b.Dir, "holdfast-shard-*")
	if err != nil {
		return fmt.Errorf("spilling rows: %w", err)
	}
	os.Remove(f.Name()) // it lives on while it is open, and a crash leaves nothing behind
	b.spilled = append(b.spilled, f)
	slices.SortFunc(b.rows, entry.compare)
	w := bufio.NewWriterSize(f, 1<<20)
	for _, e := range b.rows {
		if err := writeEntry(w, e); err != nil {
			return fmt.Errorf("spilling rows: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("spilling rows: %w", err)
	}
	clear(b.rows)
	b.rows, b.size = b.rows[:0], 0
	return nil
}

// WriteTo writes the shard: header, rows by kind and key, end. Rows that are
// alike to the byte are written once. It may be called again, and after more
// rows were added.
func (b *Builder) WriteTo(w io.Writer) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.header == nil {
		return 0, errors.New("writing a shard: no header was added")
	}
	out := &counter{w: bufio.NewWriterSize(w, 1<<16)}
	head, err := json.Marshal(Row{Header: b.header})
	if err != nil {
		return 0, fmt.Errorf("encoding the header: %w", err)
	}
	out.line(head)
	rows := 0
	var last entry
	for e, err := range b.sorted() {
		if err != nil {
			return out.n, err
		}
		if rows > 0 && last.compare(e) == 0 {
			continue
		}
		last = e
		rows++
		out.line(e.line)
		if out.err != nil {
			break
		}
	}
	end, err := json.Marshal(Row{End: &End{Rows: rows}})
	if err != nil {
		return out.n, err
	}
	out.line(end)
	if out.err == nil {
		out.err = out.w.Flush()
	}
	return out.n, out.err
}

// Close frees the temporary files. The builder is empty afterwards.
func (b *Builder) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var errs []error
	for _, f := range b.spilled {
		errs = append(errs, f.Close())
		os.Remove(f.Name()) // where an open file could not be removed
	}
	b.spilled, b.rows, b.size, b.header = nil, nil, 0, nil
	return errors.Join(errs...)
}

// A counter writes lines and remembers the first error.
type counter struct {
	w   *bufio.Writer
	n   int64
	err error
}

func (c *counter) line(b []byte) {
	if c.err != nil {
		return
	}
	n, err := c.w.Write(b)
	c.n += int64(n)
	if err == nil {
		err = c.w.WriteByte('\n')
		c.n++
	}
	c.err = err
}
