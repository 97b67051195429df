package authz

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"time"
)

// A domain is what a condition key may be in the requests of a question: what is
// not known of it.
type domain struct {
	id       int
	variable string // the key in lower case; "" is the resource's ARN
	key      string // as AWS spells it
	family   family
	set      bool
	absent   bool     // it may be absent
	values   []string // all values that there are; nil: no such list
	from     time.Time
	low      float64
	high     float64
	format   *glob  // of texts: what all values match
	example  string // of the resource: one ARN, where none is looked for
}

// resourceVariable stands for the ARN among the keys.
const resourceVariable = ""

// timeVariable: aws:CurrentTime and aws:EpochTime are one.
const timeVariable = "aws:currenttime"

func variableOf(name string) string {
	if name == "aws:epochtime" {
		return timeVariable
	}
	return name
}

// newDomain says what a key that the catalogue knows may be.
func (e *Engine) newDomain(k *conditionKey, name string, c caller) *domain {
	d := &domain{variable: variableOf(name), key: k.name + name[len(k.name):], family: k.family, set: k.set, absent: true, low: math.Inf(-1), high: math.Inf(1)}
	switch k.carried {
	case always:
		d.absent = false
	case withSession:
		d.absent = !c.isSession()
	}
	if k.family == booleans {
		d.values = []string{"true", "false"}
	}
	switch d.variable {
	case timeVariable:
		d.from = e.Now
	case "kms:schedulekeydeletionpendingwindowindays":
		d.low, d.high = 7, 30 // https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
	case "aws:multifactorauthage", "kms:trailingdayswithoutkeyusage", "backup:minretentiondays", "backup:maxretentiondays":
		d.low = 0
	case "backup:changeablefordays":
		d.low = 3 // https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
	case "aws:userid":
		if c.isSession() && c.ID != "" {
			d.format = newGlob(append(literally(c.ID+":"), token{kind: one}, token{kind: many}))
		}
	case "aws:principalarn":
		if c.Type == AssumedRole {
			d.format = newGlob(append(append(literally(fmt.Sprintf("arn:%s:iam::%s:role/", partitionOf(c.ARN), c.account)), token{kind: manyInPath}), literally(c.role)...))
		}
	}
	return d
}

func (c caller) isSession() bool {
	return c.Type == Role || c.Type == AssumedRole || c.Type == FederatedUser
}

func literally(text string) []token {
	tokens := make([]token, 0, len(text))
	for _, r := range text {
		tokens = append(tokens, token{exactly, r})
	}
	return tokens
}

func partitionOf(arn string) string {
	fields, ok := splitARN(arn)
	if !ok {
		return "aws"
	}
	return fields[1]
}

// without says that requests of the question never carry the key, though the
// catalogue knows it.
func (k *conditionKey) without(c caller, a action, f *format) bool {
	if !k.mayHave(a) {
		return true
	}
	switch {
	case k.carried == inSessions:
		return !c.isSession()
	case k.carried == byServices:
		return c.Type != Service
	case k.name == "aws:ResourceTag/" || k.name == "iam:ResourceTag/":
		return !f.taggable
	}
	return false
}

// admits says whether the key may have the value.
func (d *domain) admits(value string) bool {
	if d.values != nil && !slices.Contains(d.values, value) || d.format != nil && !d.format.match(value) {
		return false
	}
	switch d.family {
	case numbers:
		number, ok := readNumber(value)
		return ok && number >= d.low && number <= d.high
	case addresses:
		_, err := netip.ParseAddr(value)
		return err == nil
	case dates:
		date, ok := readDate(value)
		return ok && !date.Before(d.from)
	}
	return true
}
