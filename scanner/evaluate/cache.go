package evaluate

// A cache keeps what one query said, by its parameters and the values of the
// facts that it reads. It closes for good where it does not help: a rule that
// reads a name or a time sees each situation once, and the dead entries would
// cost more memory than the answers cost time.
type cache struct {
	verdicts map[string]*verdict
	lookups  int
	hits     int
	closed   bool
}

const (
	maxEntries  = 1 << 14 // then nothing is added any more
	trial       = 2000    // lookups before a cache is judged
	helpsAtHits = 0.5     // of the lookups
)

func (c *cache) open() bool { return !c.closed }

func (c *cache) get(key []byte) (*verdict, bool) {
	v, found := c.verdicts[string(key)]
	c.lookups++
	if found {
		c.hits++
	}
	if c.lookups%trial == 0 {
		if float64(c.hits) < helpsAtHits*trial {
			c.verdicts, c.closed = nil, true
		}
		c.hits = 0
	}
	return v, found
}

func (c *cache) put(key []byte, v *verdict) {
	if !c.closed && len(c.verdicts) < maxEntries {
		c.verdicts[string(key)] = v
	}
}
