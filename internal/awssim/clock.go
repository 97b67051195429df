package awssim

import (
	"sync"
	"time"
)

// A Clock is the simulator's time. It stands still until it is moved, or follows
// a source. It should not go back: what has happened stays so.
type Clock struct {
	mu     sync.RWMutex
	now    time.Time
	source func() time.Time
}

// NewClock returns a clock that stands at now.
func NewClock(now time.Time) *Clock { return &Clock{now: now.UTC()} }

// Now is the clock's time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.source != nil {
		return c.source().UTC()
	}
	return c.now
}

// Set stops the clock at now.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.source = now.UTC(), nil
}

// Advance moves a standing clock forward.
func (c *Clock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }

// Follow makes the clock read source from now on, for example time.Now.
func (c *Clock) Follow(source func() time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.source = source
}
