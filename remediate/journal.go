package remediate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// JournalFormat is the version of journal.jsonl that this build writes and reads.
const JournalFormat = 1

// A Record is one line of a journal: exactly one of its fields is set. What
// happened to a step can always be told from the records alone:
//
//	intent, done      it was done, and has been read back
//	intent, failed    it was not done: AWS said so, or it was read back so
//	intent, nothing   the process ended in between: look at AWS
//	skipped, refused  nothing was called
type Record struct {
	Begin   *Begin   `json:"begin,omitempty"`
	Intent  *Intent  `json:"intent,omitempty"`
	Done    *Done    `json:"done,omitempty"`
	Skipped *Verdict `json:"skipped,omitempty"`
	Refused *Verdict `json:"refused,omitempty"`
	Failed  *Verdict `json:"failed,omitempty"`
	End     *End     `json:"end,omitempty"`
}

// Begin opens an application of a plan, or a resumption, or an undoing.
type Begin struct {
	Format   int       `json:"format"`
	Tool     string    `json:"tool"`
	Plan     string    `json:"plan"` // hash
	Run      string    `json:"run,omitempty"`
	Time     time.Time `json:"time"`
	Callers  []string  `json:"callers"` // ARNs, by account
	Changes  int       `json:"changes"`
	Undo     bool      `json:"undo,omitempty"`
	Resumed  bool      `json:"resumed,omitempty"`
	Approval string    `json:"approval,omitempty"` // "asked", "--approve", "auto"
}

// A Step names a step of a change. Undoing has steps of its own.
type Step struct {
	Change string `json:"change"`
	Number int    `json:"step"` // from 0
	Undo   bool   `json:"undo,omitempty"`
}

// An Intent is written, and on the disk, before AWS is called.
type Intent struct {
	Step
	Action     string    `json:"action"`
	Operation  string    `json:"operation"`
	Place                // where the target is
	Target     string    `json:"target"`
	Parameters state     `json:"parameters"`
	Time       time.Time `json:"time"`
	Caller     string    `json:"caller"`
	Token      string    `json:"token"`
	Before     state     `json:"before"` // as read just now
	After      state     `json:"after"`  // as it will be
}

// Done is written once the change has been read back.
type Done struct {
	Step
	Time      time.Time `json:"time"`
	RequestID string    `json:"request_id,omitempty"` // absent where the process ended before it was noted
	Result    string    `json:"result,omitempty"`
	After     state     `json:"after"`              // as read back
	Found     bool      `json:"found,omitempty"`    // it was found done when the work was resumed
	Foreign   string    `json:"foreign,omitempty"`  // what somebody else did in between
	Attempts  int       `json:"attempts,omitempty"` // calls that were made, where more than one
}

// A Verdict is why a step was not done.
type Verdict struct {
	Step
	Action    string    `json:"action"`
	Target    string    `json:"target"`
	Time      time.Time `json:"time"`
	Why       string    `json:"why"`
	RequestID string    `json:"request_id,omitempty"`
	Now       state     `json:"now,omitempty"` // what is there, where it was read
}

// End closes an application that came to its end, or was stopped.
type End struct {
	Time    time.Time `json:"time"`
	Done    int       `json:"done"`
	Skipped int       `json:"skipped"`
	Refused int       `json:"refused"`
	Failed  int       `json:"failed"`
	Left    int       `json:"left"` // changes that were not begun
	Stopped string    `json:"stopped,omitempty"`
}

// A Journal is a file to which records are appended, each on the disk before the
// next thing happens.
type Journal struct {
	path string
	file *os.File
	lock *flock.Flock
	past []Record
	at   func(point string)   // of tests: called before and after each write
	sync func(*os.File) error // waits for the disk
}

// OpenJournal opens, or begins, the journal at a path and locks it. The records
// that are there are in Past. A last line that a crash cut off is dropped: what it
// was to say has not been acted upon.
func OpenJournal(path string) (*Journal, error) {
	lock := flock.New(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock"), flock.SetPermissions(0o600))
	if ok, err := lock.TryLock(); err != nil || !ok {
		return nil, errors.Join(fmt.Errorf("the journal %s is in use by another process", path), err)
	}
	j := &Journal{path: path, lock: lock, sync: (*os.File).Sync}
	if err := j.open(); err != nil {
		lock.Unlock()
		return nil, fmt.Errorf("opening the journal %s: %w", path, err)
	}
	return j, nil
}

func (j *Journal) open() error {
	text, err := os.ReadFile(j.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	if j.past, err = readRecords(bytes.NewReader(text[:whole])); err != nil {
		return err
	}
	if j.file, err = os.OpenFile(j.path, os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
		return err
	}
	if err := j.file.Truncate(int64(whole)); err != nil {
		return err
	}
	if _, err := j.file.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	return errors.Join(j.file.Sync(), syncFolder(filepath.Dir(j.path)))
}

// syncFolder makes a new name survive a crash.
func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}

// Past are the records that were there when the journal was opened.
func (j *Journal) Past() []Record { return j.past }

// append writes a record, and returns once it is on the disk.
func (j *Journal) append(r Record) error {
	line := append(encode(r), '\n')
	j.reach("before " + r.kind())
	if _, err := j.file.Write(line); err != nil {
		return fmt.Errorf("writing the journal %s: %w; nothing more is done", j.path, err)
	}
	if err := j.sync(j.file); err != nil {
		return fmt.Errorf("writing the journal %s to the disk: %w; nothing more is done", j.path, err)
	}
	j.reach("after " + r.kind())
	return nil
}

func (j *Journal) reach(point string) {
	if j.at != nil {
		j.at(point)
	}
}

// Close gives the journal back.
func (j *Journal) Close() error { return errors.Join(j.file.Close(), j.lock.Unlock()) }

func (r Record) kind() string {
	switch {
	case r.Begin != nil:
		return "begin"
	case r.Intent != nil:
		return "intent"
	case r.Done != nil:
		return "done"
	case r.Skipped != nil:
		return "skipped"
	case r.Refused != nil:
		return "refused"
	case r.Failed != nil:
		return "failed"
	case r.End != nil:
		return "end"
	}
	return ""
}

// ReadJournal reads a journal, strictly but for a last line that was cut off.
// name is what errors call it.
func ReadJournal(r io.Reader, name string) ([]Record, error) {
	text, err := io.ReadAll(r)
	if err == nil {
		var records []Record
		records, err = readRecords(bytes.NewReader(text[:bytes.LastIndexByte(text, '\n')+1]))
		if err == nil {
			return records, nil
		}
	}
	return nil, fmt.Errorf("reading the journal %s: %w", name, err)
}

func readRecords(r io.Reader) (records []Record, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxPlanSize)
	for n := 1; lines.Scan(); n++ {
		record, err := decode[Record](lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		var fields map[string]json.RawMessage
		if json.Unmarshal(lines.Bytes(), &fields); len(fields) != 1 {
			return nil, fmt.Errorf("line %d: it is not one record, but %d", n, len(fields))
		}
		switch {
		case n == 1 && record.Begin == nil:
			return nil, errors.New("line 1: it does not begin a plan")
		case record.Begin != nil && record.Begin.Format > JournalFormat:
			return nil, fmt.Errorf("line %d: format %d is newer than this build reads (%d); upgrade Holdfast", n, record.Begin.Format, JournalFormat)
		}
		records = append(records, record)
	}
	return records, lines.Err()
}

// A Fact is what became of one step, out of the records about it.
type Fact struct {
	Intent           // what was to be done, and where; of a step that was refused at once, only that
	Plan      string // hash
	Outcome   string // VerdictDone, VerdictRefused, VerdictFailed; "unknown" where the process ended in between
	Why       string // of what was not done, or what somebody else did
	RequestID string
	Now       state // what is there afterwards, where it was read
}

// Facts gathers what happened, in the order in which it did. What was skipped, since
// it was right already, is not among it.
func Facts(records []Record) (facts []Fact) {
	open, plan := map[Step]int{}, ""
	at := func(s Step, v *Verdict) *Fact {
		i, there := open[s]
		if !there {
			i = len(facts)
			facts = append(facts, Fact{Plan: plan, Intent: Intent{Step: s, Action: v.Action, Target: v.Target, Time: v.Time}})
		}
		delete(open, s)
		return &facts[i]
	}
	for _, r := range records {
		switch {
		case r.Begin != nil:
			plan = r.Begin.Plan
		case r.Intent != nil:
			if _, again := open[r.Intent.Step]; again {
				continue // taken up again
			}
			open[r.Intent.Step] = len(facts)
			facts = append(facts, Fact{Intent: *r.Intent, Plan: plan, Outcome: "unknown"})
		case r.Done != nil:
			if i, there := open[r.Done.Step]; there {
				f := &facts[i]
				f.Outcome, f.RequestID, f.Why, f.Now = VerdictDone, r.Done.RequestID, r.Done.Foreign, r.Done.After
				delete(open, r.Done.Step)
			}
		case r.Refused != nil:
			f := at(r.Refused.Step, r.Refused)
			f.Outcome, f.Why, f.Now = VerdictRefused, r.Refused.Why, r.Refused.Now
		case r.Failed != nil:
			f := at(r.Failed.Step, r.Failed)
			f.Outcome, f.Why, f.Now, f.RequestID = VerdictFailed, r.Failed.Why, r.Failed.Now, r.Failed.RequestID
		}
	}
	return facts
}

// Difference tells in a line what differs between two states.
func Difference(before, after json.RawMessage) string { return clean(difference(before, after)) }
