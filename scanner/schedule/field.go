package schedule

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// firstYear is the first year that an expression can name; 2199 is the last.
const firstYear = 1970

// A field is one of the six: its bounds, and its names if it has any. Values are
// kept less base.
type field struct {
	name      string
	low, high int
	base      int
	names     []string // names[i] stands for low+i
	legal     string   // what AWS takes, for errors
}

var (
	minutes     = field{name: "minutes", low: 0, high: 59, legal: "0-59 and , - * /"}
	hours       = field{name: "hours", low: 0, high: 23, legal: "0-23 and , - * /"}
	daysOfMonth = field{name: "day-of-month", low: 1, high: 31, legal: "1-31 and , - * /, or one of ? L LW 15W alone"}
	months      = field{name: "month", low: 1, high: 12, legal: "1-12 or JAN-DEC and , - * /",
		names: []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}}
	daysOfWeek = field{name: "day-of-week", low: 1, high: 7, legal: "1-7 or SUN-SAT and , - * /, or one of ? L 6L 3#2 alone",
		names: []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}}
	years = field{name: "year", low: firstYear, high: 2199, base: firstYear, legal: "1970-2199 and , - * /"}
)

// list reads what all fields share: values, ranges and steps between commas. It
// adds to the schedule what is ambiguous or surprising.
func (s *Schedule) list(f field, text string) (set, error) {
	var all set
	for item := range strings.SplitSeq(text, ",") {
		values, err := s.item(f, item)
		if err != nil {
			return set{}, err
		}
		all = all.union(values)
	}
	return all, nil
}

// item reads "5", "MON-FRI", "*", "0/15", "*/2" or "8-18/2".
func (s *Schedule) item(f field, text string) (set, error) {
	span, by, stepped := strings.Cut(text, "/")
	from, to, err := s.span(f, span)
	if err != nil {
		return set{}, fmt.Errorf("%s %q: AWS takes %s", f.name, text, f.legal)
	}
	step := 1
	if stepped {
		if step, err = number(by); err != nil || step == 0 {
			return set{}, fmt.Errorf("%s %q: the step after / is a number from 1", f.name, text)
		}
		if !strings.Contains(span, "-") {
			to = f.high
		}
	}
	if to < from {
		if f.name == years.name {
			return set{}, fmt.Errorf("%s %q: the range ends before it begins", f.name, text)
		}
		s.ambiguities = append(s.ambiguities, fmt.Sprintf("wrap-around range %s in %s: AWS does not document it; read as %d-%d and %d-%d",
			text, f.name, from, f.high, f.low, to))
		to += f.high - f.low + 1
	}
	if stepped && from+step > to {
		s.warnings = append(s.warnings, fmt.Sprintf("%s %q is %d alone: steps are counted from %d and do not go round", f.name, text, from, from))
	}
	var values set
	for v := from; v <= to; v += step {
		n := v
		if n > f.high {
			n -= f.high - f.low + 1
		}
		values.add(n - f.base)
	}
	return values, nil
}

// span reads "5", "MON-FRI" or "*".
func (s *Schedule) span(f field, text string) (from, to int, err error) {
	if text == "*" {
		return f.low, f.high, nil
	}
	first, last, ranged := strings.Cut(text, "-")
	if from, err = f.value(first); err != nil || !ranged {
		return from, from, err
	}
	to, err = f.value(last)
	return from, to, err
}

// value reads one number or name and holds it to the field's bounds.
func (f field) value(text string) (int, error) {
	for i, name := range f.names {
		if text == name {
			return f.low + i, nil
		}
	}
	n, err := number(text)
	if err != nil {
		return 0, err
	}
	if n < f.low || n > f.high {
		return 0, fmt.Errorf("%d is not in %d-%d", n, f.low, f.high)
	}
	return n, nil
}

// number reads one to four digits: no sign, no blank.
func number(text string) (int, error) {
	if text == "" || len(text) > 4 || strings.Trim(text, "0123456789") != "" {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return strconv.Atoi(text)
}

// A set holds small numbers, 0 to 255.
type set [4]uint64

func (s *set) add(n int)     { s[n/64] |= 1 << (n % 64) }
func (s set) has(n int) bool { return s[n/64]>>(n%64)&1 == 1 }
func (s set) union(o set) set {
	for i := range s {
		s[i] |= o[i]
	}
	return s
}

func (s set) size() (n int) {
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// next returns the smallest member that is at least n, or −1.
func (s set) next(n int) int {
	n = max(n, 0)
	for i := n / 64; i < len(s); i++ {
		if rest := s[i] >> (n % 64); rest != 0 {
			return n + bits.TrailingZeros64(rest)
		}
		n = (i + 1) * 64
	}
	return -1
}
