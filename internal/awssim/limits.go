package awssim

import (
	"net/http"
	"sync"
	"time"
)

// A Limiter counts requests in strict sliding seconds, per account, Region and
// operation: the request that would be one too many within any second gets a
// ThrottlingException, and does not count. It runs on real time.
type Limiter struct {
	PerSecond map[string]int // by operation, "dynamodb:DescribeContinuousBackups": 10

	mu   sync.Mutex
	seen map[Key][]time.Time // ring of the last PerSecond accepted requests
	next map[Key]int
}

// DocumentedLimits are the request rates that AWS documents for what a scan
// reads. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
func DocumentedLimits() map[string]int {
	return map[string]int{
		"dynamodb:DescribeContinuousBackups": 10,
		"dynamodb:ListBackups":               5,
		"dynamodb:DescribeBackup":            10,
		"dynamodb:ListTagsOfResource":        10,
		"dynamodb:TagResource":               5,
	}
}

func (l *Limiter) allow(k Key) bool {
	if l == nil || l.PerSecond[k.Operation] == 0 {
		return true
	}
	rate := l.PerSecond[k.Operation]
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen, l.next = map[Key][]time.Time{}, map[Key]int{}
	}
	ring := l.seen[k]
	if len(ring) < rate {
		l.seen[k] = append(ring, now)
		return true
	}
	i := l.next[k]
	if now.Sub(ring[i]) < time.Second {
		return false
	}
	ring[i] = now
	l.next[k] = (i + 1) % rate
	return true
}

func throttled(p protocol) *apiError {
	if p == awsQuery {
		return fail(http.StatusBadRequest, "Throttling", "Rate exceeded")
	}
	if p == restJSON {
		return fail(http.StatusTooManyRequests, "ThrottlingException", "Rate exceeded")
	}
	return fail(http.StatusBadRequest, "ThrottlingException", "Rate of requests exceeds the allowed throughput.")
}
