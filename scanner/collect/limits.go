package collect

import (
	"context"
	"sync"

	"golang.org/x/time/rate"
)

// documented are the request rates that AWS publishes, per second, account and
// Region. For everything else the rate is found by trying.
//
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListBackups.html
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
// https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html
var documented = map[string]struct {
	perSecond   float64
	accountWide bool // all Regions of the account share it
}{
	"cloudtrail:LookupEvents":            {2, false},
	"dynamodb:DescribeBackup":            {10, false},
	"dynamodb:DescribeContinuousBackups": {10, false},
	"dynamodb:ListBackups":               {5, false},
	"dynamodb:ListTagsOfResource":        {10, true},
	"kms:DescribeKey":                    {2000, false},
	"kms:GetKeyPolicy":                   {1000, false},
}

// Where AWS documents no rate, ours starts at unknownStart and stays between
// unknownLeast and unknownMost, at a share of 1.
const (
	unknownStart = 40
	unknownLeast = 1
	unknownMost  = 200
)

// margin keeps the rate below the share, so that requests which the network
// bunches together still do not exceed the limit in any second.
const margin = 0.97

// limits are the rates of one account and Region, by operation. Nil: none.
type limits struct {
	share   float64
	account *limits // for what all Regions share; nil in the account's own

	mu sync.Mutex
	by map[string]*pace
}

func newLimits(share float64, account *limits) *limits {
	return &limits{share: share, account: account, by: map[string]*pace{}}
}

// of returns the pace of an operation.
func (l *limits) of(operation string) *pace {
	if l == nil {
		return nil
	}
	known, ok := documented[operation]
	if known.accountWide && l.account != nil {
		return l.account.of(operation)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.by[operation]
	if p == nil {
		p = newPace(unknownStart*l.share, unknownLeast*l.share, unknownMost*l.share)
		if ok {
			most := known.perSecond * l.share * margin
			p = newPace(most, most/10, most)
		}
		l.by[operation] = p
	}
	return p
}

// A pace is one operation's rate. It halves when AWS throttles and creeps back
// up to its most with each answer.
type pace struct {
	limiter     *rate.Limiter
	mu          sync.Mutex
	now         float64 // per second
	least, most float64
	calm        int // answers since the last throttle
}

func newPace(start, least, most float64) *pace {
	// A burst of 1 spaces requests evenly: n per second is then n in any second.
	return &pace{limiter: rate.NewLimiter(rate.Limit(start), 1), now: start, least: least, most: most}
}

// wait blocks until the next request may go out, or ctx is done.
func (p *pace) wait(ctx context.Context) error {
	if p == nil {
		return ctx.Err()
	}
	return p.limiter.Wait(ctx)
}

// heard takes note of an answer. Requests that were under way when AWS began to
// throttle count as one throttle.
func (p *pace) heard(throttled bool) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case throttled && p.calm >= 2:
		p.now, p.calm = max(p.least, p.now/2), 0
	case throttled:
		return
	default:
		p.calm++
		if p.now == p.most {
			return
		}
		p.now = min(p.most, p.now+max(1/p.now, p.most/100)) // by about 1 per second, each second
	}
	p.limiter.SetLimit(rate.Limit(p.now))
}
