package facts

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"
)

// calendars draw all lines.
func (m *matching) calendars() []Calendar {
	var all []Calendar
	for _, l := range m.lines {
		c := Calendar{PlanRule: l.rule.arn, BackupVaultArn: l.vault, Copy: l.copies, First: l.runs[0].at}
		var minutes, states tally
		for i, o := range l.runs {
			if i > 0 {
				minutes.add(strconv.Itoa(int(o.at.Sub(l.runs[i-1].at) / time.Minute)))
			}
			states.add(string(o.state))
		}
		c.Minutes, c.States = minutes.text(" ", "%d*%s"), states.text("", "%d%s")
		all = append(all, c)
	}
	return all
}

// A tally is a list in which equal neighbours are counted.
type tally []struct {
	n    int
	what string
}

func (t *tally) add(what string) {
	if last := len(*t) - 1; last >= 0 && (*t)[last].what == what {
		(*t)[last].n++
		return
	}
	*t = append(*t, struct {
		n    int
		what string
	}{1, what})
}

func (t tally) text(between, form string) string {
	var parts []string
	for _, e := range t {
		if e.n == 1 {
			parts = append(parts, e.what)
		} else {
			parts = append(parts, fmt.Sprintf(form, e.n, e.what))
		}
	}
	return strings.Join(parts, between)
}

// Runs are the due times and the states, in order. It ends early where the two
// do not fit, as no calendar that was written here does.
func (c Calendar) Runs() iter.Seq2[time.Time, byte] {
	return func(yield func(time.Time, byte) bool) {
		next, stop := iter.Pull(c.times())
		defer stop()
		n := 0
		for i := 0; i < len(c.States); i++ {
			if d := c.States[i]; d >= '0' && d <= '9' {
				n = n*10 + int(d-'0')
				continue
			}
			for range max(n, 1) {
				at, more := next()
				if !more || !yield(at, c.States[i]) {
					return
				}
			}
			n = 0
		}
	}
}

func (c Calendar) times() iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		at := c.First
		if !yield(at) {
			return
		}
		for _, part := range strings.Fields(c.Minutes) {
			times, minutes := 1, part
			if n, m, counted := strings.Cut(part, "*"); counted {
				times, _ = strconv.Atoi(n)
				minutes = m
			}
			step, _ := strconv.Atoi(minutes)
			for range times {
				at = at.Add(time.Duration(step) * time.Minute)
				if !yield(at) {
					return
				}
			}
		}
	}
}
