package awssim

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A Key names one operation in one account and Region.
type Key struct {
	Account   string // 12 digits
	Region    string // "eu-west-1"
	Operation string // "dynamodb:DescribeTable"
}

// An Exchange is one request with its answer, as Simulator.Record sees it.
type Exchange struct {
	Key
	Time         time.Time // the simulator's clock
	RequestID    string
	Caller       string // ARN; "" when nobody was recognised
	Method, Path string
	Request      []byte // body; of CBOR, what it says as JSON
	Status       int    // as sent; 0 when the connection was reset
	Response     []byte // body; whole even where a fault cut it; of CBOR, what it says as JSON
	Fault        string // kind of the fault that made or changed the answer
}

func (o reply) exchange(c *call, r *http.Request) Exchange {
	e := Exchange{Time: c.now, RequestID: c.requestID, Method: r.Method, Path: r.URL.RequestURI(),
		Request: c.body, Status: o.status, Response: o.body, Fault: o.fault}
	if c.service.protocol == rpcCBOR && len(o.body) > 0 {
		e.Response = jsonOfCBOR(o.body)
	}
	e.Operation = c.service.name + ":" + c.operation
	if c.caller != nil {
		e.Account, e.Caller = c.caller.account, c.caller.arn
	}
	if c.region != nil {
		e.Region = c.region.name
	}
	return e
}

// counters count what was asked and what was throttled. The numbers stand with
// their Regions, of which a large organization has many.
type counters struct {
	requests atomic.Uint64
	mu       sync.Mutex // guards the tallies of all Regions
}

// A tally counts one operation in one Region.
type tally struct {
	op               *operation
	calls, throttled uint32
}

func (n *counters) nextRequestID() string { return uuid(mix(n.requests.Add(1))) }

func (n *counters) count(r *region, op *operation, calls, throttled uint32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range r.tallies {
		if t := &r.tallies[i]; t.op == op {
			t.calls += calls
			t.throttled += throttled
			return
		}
	}
	r.tallies = append(r.tallies, tally{op, calls, throttled})
}

// Calls counts the requests whose caller was recognised, by operation, whatever
// their answer was.
func (s *Simulator) Calls() map[string]int { return s.sum(func(t tally) uint32 { return t.calls }) }

// Throttled counts the requests that were refused for their rate, by Limits or
// by a fault, by operation.
func (s *Simulator) Throttled() map[string]int {
	return s.sum(func(t tally) uint32 { return t.throttled })
}

func (s *Simulator) sum(of func(tally) uint32) map[string]int {
	s.counters.mu.Lock()
	defer s.counters.mu.Unlock()
	total := map[string]int{}
	s.allRegions(func(r *region) {
		for _, t := range r.tallies {
			if n := of(t); n > 0 {
				total[t.op.full] += int(n)
			}
		}
	})
	return total
}

// CallsOf counts the requests of one operation in one account and Region.
func (s *Simulator) CallsOf(k Key) int {
	s.counters.mu.Lock()
	defer s.counters.mu.Unlock()
	a := s.accounts[k.Account]
	if a == nil || a.regions[k.Region] == nil {
		return 0
	}
	for _, t := range a.regions[k.Region].tallies {
		if t.op.full == k.Operation {
			return int(t.calls)
		}
	}
	return 0
}
