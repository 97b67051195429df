package authz

import (
	"encoding/base64"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// candidates lists values that stand for all there are: operators other than those
// on texts cut the values into stretches, and here is one of each. Where the key's
// values may be anything, one that the operator cannot read is among them.
func candidates(d *domain, literals []literal) []string {
	var list []string
	var families [presence + 1]bool
	var operands []operand
	for _, l := range literals {
		families[l.atom.cond.op.family] = true
		operands = append(operands, l.atom.cond.operands...)
	}
	families[d.family] = true
	if families[booleans] {
		list = append(list, "true", "false")
	}
	if families[addresses] {
		list = append(list, addressCandidates(operands)...)
	}
	if families[dates] {
		list = append(list, dateCandidates(d, operands)...)
	}
	if families[numbers] {
		list = append(list, numberCandidates(d, operands)...)
	}
	if families[binaries] {
		list = append(list, binaryCandidates(operands)...)
	}
	for _, o := range operands {
		list = append(list, o.text)
	}
	return append(list, "x")
}

// addressCandidates: each stretch of addresses begins where a range begins or after
// one ends.
func addressCandidates(operands []operand) []string {
	list := []string{"198.51.100.7", "2001:db8::7", "0.0.0.0", "::"}
	for _, o := range operands {
		for _, end := range []string{"1", "0.1", "0.0.1", "0.0.0.1"} { // of texts such as 10.*
			if begin, _, found := strings.Cut(o.text, "*"); found {
				list = append(list, begin+end)
			}
		}
		if !o.prefix.IsValid() {
			continue
		}
		list = append(list, o.prefix.Addr().String())
		if next := lastAddress(o.prefix).Next(); next.IsValid() {
			list = append(list, next.String())
		}
	}
	return list
}

func lastAddress(p netip.Prefix) netip.Addr {
	bytes := p.Masked().Addr().AsSlice()
	for bit := p.Bits(); bit < p.Addr().BitLen(); bit++ {
		bytes[bit/8] |= 1 << (7 - bit%8)
	}
	last, _ := netip.AddrFromSlice(bytes)
	return last
}

// dateCandidates: the bounds, and the seconds around them; dates have seconds.
func dateCandidates(d *domain, operands []operand) []string {
	bounds := []time.Time{time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	if !d.from.IsZero() {
		bounds = []time.Time{d.from.Truncate(time.Second).Add(time.Second), d.from}
	}
	for _, o := range operands {
		switch {
		case !o.date.IsZero():
			bounds = append(bounds, o.date)
		case o.valid && o.number != 0:
			bounds = append(bounds, time.Unix(int64(o.number), 0))
		}
	}
	var list []string
	for _, date := range bounds {
		for _, step := range []time.Duration{0, -time.Second, time.Second} {
			if date := date.Add(step).UTC(); date.Year() > 0 && date.Year() < 10000 {
				list = append(list, date.Format(time.RFC3339Nano))
			}
		}
	}
	return list
}

// numberCandidates: the bounds, what lies between two of them, and what lies outside.
func numberCandidates(d *domain, operands []operand) []string {
	var bounds []float64
	for _, o := range operands {
		switch {
		case !o.date.IsZero():
			bounds = append(bounds, float64(o.date.Unix()))
		case o.valid && o.prefix == netip.Prefix{} && o.binary == nil:
			bounds = append(bounds, o.number)
		}
	}
	for _, bound := range []float64{d.low, d.high, float64(d.from.Unix())} {
		if !math.IsInf(bound, 0) && bound > -1e10 {
			bounds = append(bounds, bound)
		}
	}
	slices.Sort(bounds)
	numbers := []float64{0}
	for i, bound := range bounds {
		numbers = append(numbers, bound, bound+1, bound-1)
		if i > 0 {
			numbers = append(numbers, (bounds[i-1]+bound)/2)
		}
	}
	list := make([]string, len(numbers))
	for i, number := range numbers {
		list[i] = strconv.FormatFloat(number, 'f', -1, 64)
	}
	return list
}

func binaryCandidates(operands []operand) []string {
	fresh := []byte("x")
	for slices.ContainsFunc(operands, func(o operand) bool { return string(o.binary) == string(fresh) }) {
		fresh = append(fresh, 'x')
	}
	list := []string{base64.StdEncoding.EncodeToString(fresh)}
	for _, o := range operands {
		if o.binary != nil {
			list = append(list, base64.StdEncoding.EncodeToString(o.binary))
		}
	}
	return list
}
