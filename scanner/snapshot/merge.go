package snapshot

import (
	"bufio"
	"container/heap"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"slices"
)

// sorted merges the spilled files and the rows in memory. It holds one row of
// each file at a time.
func (b *Builder) sorted() iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		slices.SortFunc(b.rows, entry.compare)
		var h runs
		if len(b.rows) > 0 {
			h = append(h, &sortedRun{rows: b.rows})
		}
		for _, f := range b.spilled {
			if _, err := f.Seek(0, io.SeekStart); err != nil {
				yield(entry{}, fmt.Errorf("reading spilled rows: %w", err))
				return
			}
			h = append(h, &sortedRun{r: bufio.NewReaderSize(f, 1<<18)})
		}
		live := h[:0]
		for _, r := range h {
			more, err := r.next()
			if err != nil {
				yield(entry{}, err)
				return
			}
			if more {
				live = append(live, r)
			}
		}
		h = live
		heap.Init(&h)
		for len(h) > 0 {
			if !yield(h[0].head, nil) {
				return
			}
			more, err := h[0].next()
			if err != nil {
				yield(entry{}, err)
				return
			}
			if more {
				heap.Fix(&h, 0)
			} else {
				heap.Pop(&h)
			}
		}
	}
}

// A sortedRun is one sorted sequence: rows in memory, or a spilled file.
type sortedRun struct {
	head entry
	rows []entry
	r    *bufio.Reader
}

func (s *sortedRun) next() (more bool, err error) {
	if s.r == nil {
		if len(s.rows) == 0 {
			return false, nil
		}
		s.head, s.rows = s.rows[0], s.rows[1:]
		return true, nil
	}
	s.head, err = readEntry(s.r)
	if err == io.EOF {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading spilled rows: %w", err)
	}
	return true, nil
}

// runs is a heap by each run's first row.
type runs []*sortedRun

func (r runs) Len() int           { return len(r) }
func (r runs) Less(i, j int) bool { return r[i].head.compare(r[j].head) < 0 }
func (r runs) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *runs) Push(x any)        { *r = append(*r, x.(*sortedRun)) }
func (r *runs) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}

// writeEntry writes kind, key and line, each with its length before it.
func writeEntry(w *bufio.Writer, e entry) error {
	var head []byte
	head = binary.AppendUvarint(head, uint64(e.kind))
	head = binary.AppendUvarint(head, uint64(len(e.key)))
	head = binary.AppendUvarint(head, uint64(len(e.line)))
	if _, err := w.Write(head); err != nil {
		return err
	}
	if _, err := w.WriteString(e.key); err != nil {
		return err
	}
	_, err := w.Write(e.line)
	return err
}

// readEntry reads what writeEntry wrote; io.EOF only between entries.
func readEntry(r *bufio.Reader) (entry, error) {
	kind, err := binary.ReadUvarint(r)
	if err != nil {
		return entry{}, err
	}
	key, err := binary.ReadUvarint(r)
	if err != nil {
		return entry{}, io.ErrUnexpectedEOF
	}
	line, err := binary.ReadUvarint(r)
	if err != nil {
		return entry{}, io.ErrUnexpectedEOF
	}
	b := make([]byte, key+line)
	if _, err := io.ReadFull(r, b); err != nil {
		return entry{}, io.ErrUnexpectedEOF
	}
	return entry{kind: int(kind), key: string(b[:key]), line: b[key:]}, nil
}
