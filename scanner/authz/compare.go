package authz

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// An operand is one value of a condition, read as its operator reads it. Where it
// cannot be read so, it equals nothing.
type operand struct {
	text     string
	template template
	glob     *glob // of texts without variables
	wide     *glob // of an ARN pattern with fewer than six fields: as if it were a text
	valid    bool  // of the others
	number   float64
	date     time.Time
	binary   []byte
	prefix   netip.Prefix
}

func readOperand(op *operator, text string, variables bool) operand {
	o := operand{text: text}
	switch op.family {
	case texts, booleans:
		o.template = readTemplate(text, variables)
		if o.template.fixed() {
			o.glob = o.template.pattern(op.style)
		}
		if op.style == arnText && strings.Count(text, ":") < 5 {
			o.wide = readTemplate(text, false).pattern(likeText)
		}
	case numbers:
		o.number, o.valid = readNumber(text)
	case dates:
		o.date, o.valid = readDate(text)
	case binaries:
		o.binary, o.valid = readBinary(text)
	case addresses:
		o.prefix, o.valid = readPrefix(text)
	}
	return o
}

// compare says whether a value satisfies the positive form of the operator against
// one of its operands.
func (o *operand) compare(op *operator, value string, context Context) truth {
	switch op.family {
	case texts:
		return o.compareText(op, value, context)
	case booleans:
		text := o.text
		if o.glob == nil {
			filled, ok := o.template.fill(context)
			if !ok {
				return no
			}
			text = filled.pattern(exactText).prefix
		}
		text = strings.ToLower(text)
		return truthOf((text == "true" || text == "false") && strings.EqualFold(value, text))
	case numbers:
		number, ok := readNumber(value)
		return truthOf(ok && o.valid && op.order.holds(cmp.Compare(number, o.number)))
	case dates:
		date, ok := readDate(value)
		return truthOf(ok && o.valid && op.order.holds(date.Compare(o.date)))
	case binaries:
		binary, ok := readBinary(value)
		return truthOf(ok && o.valid && bytes.Equal(binary, o.binary))
	case addresses:
		address, err := netip.ParseAddr(value)
		return truthOf(err == nil && o.valid && o.prefix.Contains(address))
	}
	return no
}

func (o *operand) compareText(op *operator, value string, context Context) truth {
	g := o.glob
	if g == nil {
		filled, ok := o.template.fill(context)
		if !ok {
			return no
		}
		g = filled.pattern(op.style)
	}
	if g.match(value) {
		return yes
	}
	if o.wide != nil && o.wide.match(value) {
		return likelyNo // "arn:aws:iam::*" has too few fields to match an ARN; AWS's pages are silent on it
	}
	return no
}

// readNumber reads an integer or a decimal number, and no exponent, infinity or the like.
func readNumber(text string) (float64, bool) {
	if text == "" || strings.Trim(text, "+-.0123456789") != "" {
		return 0, false
	}
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil
}

// isoDates are the forms of ISO 8601 that AWS's pages point to
// (https://www.w3.org/TR/NOTE-datetime); Go's parser takes fractions of seconds
// with each of them.
var isoDates = []string{
	time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02", "2006-01",
}

// readDate reads ISO 8601 or seconds since 1970.
func readDate(text string) (time.Time, bool) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0), true
	}
	for _, layout := range isoDates {
		if date, err := time.Parse(layout, text); err == nil {
			return date, true
		}
	}
	return time.Time{}, false
}

func readBinary(text string) ([]byte, bool) {
	binary, err := base64.StdEncoding.DecodeString(text)
	return binary, err == nil
}

// readPrefix reads a range of addresses; an address alone is a range of one.
func readPrefix(text string) (netip.Prefix, bool) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix.Masked(), true
	}
	address, err := netip.ParseAddr(text)
	if err != nil || address.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(address, address.BitLen()), true
}
