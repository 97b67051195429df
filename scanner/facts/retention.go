package facts

import (
	"fmt"
	"math"

	"holdfast/scanner/snapshot"
)

// retentionOfRule reads the lifecycle of a plan rule: no DeleteAfterDays, or −1,
// keeps for ever.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
func retentionOfRule(l *snapshot.Lifecycle) Retention {
	if l == nil {
		return Retention{KeptForEver: true}
	}
	r := Retention{DeleteAfterDays: positive(l.DeleteAfterDays), MoveToColdStorageAfterDays: positive(l.MoveToColdStorageAfterDays)}
	// A point that goes once it is copied is not kept for ever, and for how many
	// days AWS does not say.
	r.KeptForEver = r.DeleteAfterDays == nil && l.DeleteAfterEvent == ""
	return r
}

// retentionOfCopy is what AWS really uses for a copy: days that the copy action
// leaves out are the source's, and −1 ("always") keeps the source's expiry.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
func retentionOfCopy(l *snapshot.Lifecycle, source Retention) Retention {
	if l == nil {
		return source
	}
	r := source
	if days := positive(l.DeleteAfterDays); days != nil {
		r.DeleteAfterDays, r.KeptForEver = days, false
	}
	if days := positive(l.MoveToColdStorageAfterDays); days != nil {
		r.MoveToColdStorageAfterDays = days
	}
	return r
}

// retentionOfPoint is what AWS will do with a point: the time of its deletion
// less that of its creation. Where AWS calculated nothing, its lifecycle counts.
func retentionOfPoint(p *snapshot.RecoveryPoint) Retention {
	if c := p.CalculatedLifecycle; c != nil && p.CreationDate != nil {
		r := Retention{KeptForEver: c.DeleteAt == nil}
		if c.DeleteAt != nil {
			r.DeleteAfterDays = nearest(c.DeleteAt.Sub(*p.CreationDate).Hours())
		}
		if c.MoveToColdStorageAt != nil {
			r.MoveToColdStorageAfterDays = nearest(c.MoveToColdStorageAt.Sub(*p.CreationDate).Hours())
		}
		return r
	}
	return retentionOfRule(p.Lifecycle)
}

// nearest rounds to whole days: AWS's two times may lie seconds apart.
func nearest(hours float64) *int {
	n := int(math.Round(hours / 24))
	return &n
}

// positive is nil for the ways in which AWS says "none": absent, 0 and −1.
func positive(days *int64) *int {
	if days == nil || *days <= 0 {
		return nil
	}
	n := int(*days)
	return &n
}

// reach is the age in days up to which a backup exists; forEver is above all.
func (r Retention) reach() int {
	switch {
	case r.KeptForEver:
		return forEver
	case r.DeleteAfterDays == nil:
		return 0
	}
	return *r.DeleteAfterDays
}

const forEver = math.MaxInt

func (r Retention) String() string {
	return fmt.Sprintf("%020d %020d", r.reach(), orNone(r.MoveToColdStorageAfterDays))
}

func orNone(days *int) int {
	if days == nil {
		return -1
	}
	return *days
}
