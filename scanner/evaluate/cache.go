package evaluate

// A cache keeps what one query said. Its key is the rule's parameters and the
// facts that the query reads, but for the values of volatile numbers; below a
// key, a tree of questions about those leads to the verdict. OPA is
// deterministic, so under one key the first question is always the same, and
// the next depends on the answer alone.
//
// A cache closes for good where it does not help: a rule that reads a name or a
// time sees each situation once, and the dead entries would cost more memory
// than the answers cost time.
type cache struct {
	trees   map[string]*tree
	entries int
	lookups int
	hits    int
	closed  bool
}

// A tree asks, and goes on by the answer, or, without next, is a verdict.
type tree struct {
	question question
	next     map[int64]*tree
	verdict  *verdict // nil of a gate: the rule applies
}

const (
	maxEntries  = 1 << 14 // then nothing is added any more
	trial       = 2000    // lookups before a cache is judged
	helpsAtHits = 0.5     // of the lookups
)

func (c *cache) get(key []byte, numbers []int64) (*verdict, bool) {
	node := c.trees[string(key)]
	for node != nil && node.next != nil {
		node = node.next[node.question.answer(numbers[node.question.n])]
	}
	c.count(node != nil)
	if node == nil {
		return nil, false
	}
	return node.verdict, true
}

func (c *cache) count(hit bool) {
	c.lookups++
	if hit {
		c.hits++
	}
	if c.lookups%trial == 0 {
		if float64(c.hits) < helpsAtHits*trial {
			c.trees, c.closed = nil, true
		}
		c.hits = 0
	}
}

// put keeps a verdict below the questions that led to it.
func (c *cache) put(key []byte, asked []question, numbers []int64, v *verdict) {
	if c.closed || c.entries >= maxEntries {
		return
	}
	c.entries++
	node := c.trees[string(key)]
	if node == nil {
		node = grow(asked, v)
		c.trees[string(key)] = node
		return
	}
	for i, q := range asked {
		if node.next == nil || !node.question.same(q) {
			return // OPA asked something else before: better no entry than a wrong one
		}
		answer := q.answer(numbers[q.n])
		following := node.next[answer]
		if following == nil {
			node.next[answer] = grow(asked[i+1:], v)
			return
		}
		node = following
	}
}

// grow makes the branch for questions that are all new.
func grow(asked []question, v *verdict) *tree {
	if len(asked) == 0 {
		return &tree{verdict: v}
	}
	q := asked[0]
	answer := int64(q.sign)
	if q.exact {
		answer = q.value
	}
	return &tree{question: q, next: map[int64]*tree{answer: grow(asked[1:], v)}}
}

// same says whether two questions are equal, whatever was answered.
func (q question) same(other question) bool {
	return q.n == other.n && q.exact == other.exact && (q.exact || q.limit == other.limit)
}
