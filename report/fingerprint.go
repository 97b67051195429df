package report

import (
	"fmt"
	"unicode/utf16"
)

// GitHub follows an alert from one upload to the next by rule and by
// partialFingerprints.primaryLocationLineHash. Its upload action computes that
// hash where it is missing, and warns once per result where it differs, so ours
// has to be the same:
//
// The hash of a line covers the next 100 UTF-16 code units from the line's start
// on, spaces and tabs left out, each kind of line end counted as one LF. It is
// the polynomial Σ unit·37^(99−i) modulo 2^64. At the end of the file comes one
// unit 65535, then zeros. It is printed in hexadecimal, with a count of how often
// this hash has been seen in the file: "271789c17abda88f:1".
//
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning

const (
	hashUnits = 100
	hashBase  = 37
	hashEOF   = 65535
)

// A lineHasher computes the hashes of a file's lines as its text goes by.
type lineHasher struct {
	hashes  []string // one per line that is finished, in order
	seen    map[uint64]int
	open    []window // lines whose 100 units are not complete, oldest first
	midLine bool
	afterCR bool
}

type window struct {
	hash  uint64
	units int
}

// add takes the next piece of the file.
func (h *lineHasher) add(text string) {
	for _, r := range text {
		if r > 0xffff {
			hi, lo := surrogates(r)
			h.unit(hi)
			h.unit(lo)
			continue
		}
		h.unit(uint16(r))
	}
}

func (h *lineHasher) unit(u uint16) {
	wasCR := h.afterCR
	h.afterCR = u == '\r'
	switch {
	case u == ' ', u == '\t', u == '\n' && wasCR:
		return
	case u == '\r':
		u = '\n'
	}
	h.roll(u)
	h.midLine = u != '\n'
}

func (h *lineHasher) roll(u uint16) {
	if !h.midLine {
		h.open = append(h.open, window{})
	}
	for i := range h.open {
		h.open[i].hash = h.open[i].hash*hashBase + uint64(u)
		h.open[i].units++
	}
	if len(h.open) > 0 && h.open[0].units == hashUnits {
		h.finish(h.open[0].hash)
		h.open = h.open[1:]
	}
}

// end closes the file and returns the hash of each line. A file that ends in a
// line end has one more, empty, line.
func (h *lineHasher) end() []string {
	h.roll(hashEOF)
	for _, w := range h.open {
		for ; w.units < hashUnits; w.units++ {
			w.hash *= hashBase
		}
		h.finish(w.hash)
	}
	h.open = nil
	return h.hashes
}

func (h *lineHasher) finish(hash uint64) {
	if h.seen == nil {
		h.seen = map[uint64]int{}
	}
	h.seen[hash]++
	h.hashes = append(h.hashes, fmt.Sprintf("%x:%d", hash, h.seen[hash]))
}

func surrogates(r rune) (hi, lo uint16) {
	a, b := utf16.EncodeRune(r)
	return uint16(a), uint16(b)
}
