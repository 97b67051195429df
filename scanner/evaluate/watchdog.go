package evaluate

import (
	"fmt"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"holdfast/scanner/facts"
)

// Steps and work bound what a rule does through expressions and builtins. Between
// them OPA itself unfolds, compares and compiles, and a value that holds itself
// twice, forty levels deep, keeps it busy until memory ends. Nothing can interrupt
// that; so a watchdog ends the whole run with an error that names the rule. It
// decides no verdict, and what it abandons goes on until the program exits.
const (
	maxQueryTime = 10 * time.Second // one rule on one subject; a hundred thousand steps take a fraction of a second
	maxRuleTime  = 60 * time.Second // a rule on all subjects for which it ran out of its budget
	maxLoadTime  = 20 * time.Second // to check and compile all rules; those that ship take a third of a second
	maxTestTime  = 30 * time.Second // one test of a rule
	maxGrowth    = 1 << 30          // bytes of heap, in a query that takes longer than a second
	watchEvery   = 50 * time.Millisecond
)

// watched runs f until it is done, or until check, asked every so often, says
// that it never will be.
func watched(f func() error, check func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-tick.C:
			if err := check(); err != nil {
				return err
			}
		}
	}
}

// limited is a check of time and memory from now on.
func limited(what string, most time.Duration) func() error {
	since, before := time.Now(), heap()
	return func() error {
		if time.Since(since) > most {
			return fmt.Errorf("%s takes longer than %s", what, most)
		}
		if heap() > before+maxGrowth {
			return fmt.Errorf("%s takes more than %d MiB of memory", what, maxGrowth>>20)
		}
		return nil
	}
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// A query in progress, of one worker. The zero value is none.
type progress struct {
	sync.Mutex
	rule    *rule
	subject *facts.Subject
	since   time.Time
	heap    uint64 // when the watchdog first saw it
}

func (p *progress) begin(r *rule, s *facts.Subject) {
	p.Lock()
	p.rule, p.subject, p.since, p.heap = r, s, time.Now(), 0
	p.Unlock()
}

func (p *progress) end() time.Duration {
	p.Lock()
	defer p.Unlock()
	p.rule = nil
	return time.Since(p.since)
}

// stuck is an error where the query will never end, or not before memory does.
func (p *progress) stuck() error {
	p.Lock()
	defer p.Unlock()
	if p.rule == nil {
		return nil
	}
	now := heap()
	if p.heap == 0 {
		p.heap = now
	}
	took := time.Since(p.since)
	switch {
	case took > maxQueryTime:
		return p.rule.endless(fmt.Sprintf("has been asked about %s for more than %s", p.subject.ARN, maxQueryTime))
	case took > time.Second && now > p.heap+maxGrowth:
		return p.rule.endless(fmt.Sprintf("has taken more than %d MiB of memory, asked about %s", maxGrowth>>20, p.subject.ARN))
	}
	return nil
}

func (r *rule) endless(what string) error {
	return fmt.Errorf("%s: rule %s %s, and does not end; mend it, or leave it out: rules: {%s: off}", r.ok, r.meta.ID, what, r.meta.ID)
}

// overdrawn adds up what a rule takes on subjects for which it runs out of its
// budget. Each is unknown, but a rule that does so on all of many subjects is
// stopped.
func (r *rule) overdrawn(spent *atomic.Int64, took time.Duration) error {
	if time.Duration(spent.Add(int64(took))) <= maxRuleTime {
		return nil
	}
	return r.endless(fmt.Sprintf("has spent more than %s on subjects for which it ran out of steps or work", maxRuleTime))
}
