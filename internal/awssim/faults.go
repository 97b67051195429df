package awssim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Fault makes matching requests go wrong. The zero value of a filter matches
// everything.
type Fault struct {
	Kind      string // one of FaultKinds
	Account   string // 12 digits
	Region    string // "eu-west-1"
	Operation string // "dynamodb:DescribeContinuousBackups", or with a * at the end, "backup:*"
	Contains  string // text in the request's body or path, such as a table's name

	// Which of the matching requests: From and To count them from 1, both
	// included. From alone is that one request; neither is every request. From
	// with a To of −1 has no end.
	From, To int

	Probability float64 // of a request within From and To; 0: certain
	Seed        uint64  // of Probability

	Code    string        // error code instead of the kind's own
	Message string        // error message instead of the kind's own
	Field   string        // "unknown-enum", "missing-field": path of the field, such as "Table.TableStatus"; lists are passed through
	Value   string        // "unknown-enum": what to put there; "" is "HOLDFAST_UNHEARD_OF"
	Delay   time.Duration // "slow": how long to wait, in real time; 0: a second
}

// FaultKinds says what each kind of fault does to a request.
var FaultKinds = map[string]string{
	"throttle":       "ThrottlingException",
	"denied-json":    "AccessDeniedException in the service's own shape",
	"denied-xml":     "HTTP 403 with an XML body",
	"denied-html":    "HTTP 403 with an HTML body",
	"error-500":      "HTTP 500 in the service's own shape",
	"error-500-html": "HTTP 500 with an HTML body",
	"error-503":      "HTTP 503 in the service's own shape",
	"error-503-html": "HTTP 503 with an HTML body",
	"slow":           "waits for Delay, then answers",
	"cut":            "announces the whole answer, sends half of it and closes the connection",
	"reset":          "closes the connection without an answer",
	"malformed":      "HTTP 200 with half of the JSON",
	"repeat-token":   "the next page's token is the one that was sent, or else leads back to this page",
	"empty-page":     "no items, and a token that leads to the same page",
	"unknown-enum":   "the field at Field has a value that nobody has heard of",
	"missing-field":  "the field at Field is left out",
	"expired":        "the session has expired",
}

// Faults is the list of what goes wrong. It may change while requests run.
type Faults struct {
	mu    sync.Mutex
	rules []*armedFault
}

type armedFault struct {
	Fault
	seen int
	rng  *rand.Rand
}

// Add arms faults; of several that match a request, the one added first acts. It
// panics on a kind that is not one of FaultKinds.
func (f *Faults) Add(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range faults {
		if err := fault.check(); err != nil {
			panic(err)
		}
		f.rules = append(f.rules, &armedFault{Fault: fault, rng: rand.New(rand.NewPCG(fault.Seed, 1))})
	}
}

// Clear disarms all faults.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

func (f Fault) check() error {
	if FaultKinds[f.Kind] == "" {
		return fmt.Errorf("unknown fault %q; choose one of %s", f.Kind, strings.Join(sortedKeys(FaultKinds), ", "))
	}
	if slices.Contains([]string{"unknown-enum", "missing-field"}, f.Kind) && f.Field == "" {
		return fmt.Errorf("fault %q needs the path of a field, such as Table.TableStatus", f.Kind)
	}
	return nil
}

// next counts the request, and returns the fault that acts on it, nil for none.
func (f *Faults) next(k Key, c *call) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var acts *Fault
	for _, rule := range f.rules {
		if rule.matches(k, c) && rule.counts() && acts == nil {
			acts = &rule.Fault
		}
	}
	return acts
}

func (f *armedFault) matches(k Key, c *call) bool {
	prefix, wild := strings.CutSuffix(f.Operation, "*")
	switch {
	case f.Account != "" && f.Account != k.Account,
		f.Region != "" && f.Region != k.Region,
		wild && !strings.HasPrefix(k.Operation, prefix),
		!wild && f.Operation != "" && f.Operation != k.Operation,
		f.Contains != "" && !c.mentions(f.Contains):
		return false
	}
	return true
}

func (c *call) mentions(text string) bool {
	return strings.Contains(string(c.body), text) || slices.ContainsFunc(c.labels, func(l string) bool { return strings.Contains(l, text) }) ||
		strings.Contains(c.query.Encode(), text)
}

// counts says whether this one of the matching requests is hit.
func (f *armedFault) counts() bool {
	f.seen++
	to := f.To
	if to == 0 {
		to = f.From
	}
	if f.From > 0 && (f.seen < f.From || to > 0 && f.seen > to) {
		return false
	}
	return f.Probability == 0 || f.rng.Float64() < f.Probability
}
