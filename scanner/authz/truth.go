package authz

// truth is a value of Kleene's logic with a leaning: what a policy says, and
// whether that is sure. What is not sure hangs on a policy that could not be read,
// or on something that AWS's pages leave open; it leans to the likelier reading.
//
// The four values are a chain, so that "and" is min, "or" is max, and "not" turns
// the chain round.
type truth uint8

const (
	no truth = iota
	likelyNo
	likelyYes
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (t truth) not() truth { return yes - t }

// likely is the likelier reading.
func (t truth) likely() bool { return t >= likelyYes }

// sure says whether every reading agrees.
func (t truth) sure() bool { return t == no || t == yes }

// doubted is the same truth, no longer sure.
func (t truth) doubted() truth {
	if t.likely() {
		return likelyYes
	}
	return likelyNo
}

// doubts collects why truths are not sure. A nil one collects nothing.
type doubts struct {
	reasons []string
}

func (d *doubts) add(reason string) {
	if d == nil || reason == "" {
		return
	}
	for _, known := range d.reasons {
		if known == reason {
			return
		}
	}
	d.reasons = append(d.reasons, reason)
}
