package facts

import (
	"fmt"
	"io"
	"iter"

	"holdfast/scanner/snapshot"
)

// A stream is the rows of a shard, one at a time.
type stream struct {
	name string
	rows func() (snapshot.Row, error, bool)
	row  snapshot.Row // read and not yet used; the zero Row after the end
	stop func()
	file io.Closer
}

func newStream(name string, file io.ReadCloser) stream {
	s := stream{name: name, file: file}
	s.rows, s.stop = iter.Pull2(snapshot.Read(file, name))
	return s
}

func (s *stream) close() {
	s.stop()
	s.file.Close()
}

// advance reads the next row into s.row.
func (s *stream) advance() error {
	row, err, more := s.rows()
	if err != nil {
		return fmt.Errorf("deriving facts: %w", err)
	}
	if !more {
		row = snapshot.Row{}
	}
	s.row = row
	return nil
}
