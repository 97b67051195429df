package awssim

import (
	"slices"
	"strings"
	"time"
)

// A resource is what backups belong to: a table, also one that was deleted, and
// in Regions that hold copies, a table of elsewhere.
type resource struct {
	arn, name string
	native    []*tableBackup // by creation date
	points    []*point       // in this Region's vaults, by creation date
	plain     int            // how many of the points are not advanced
	busy      int64          // a job of AWS Backup runs until then, in ms
	last      *point         // the newest, kept when it is gone
	restore   *restoreJob    // the newest completed restore
}

// resourceOf returns the resource of that ARN, making it where it is new.
func (r *region) resourceOf(arn string) *resource {
	if res := r.resources[arn]; res != nil {
		return res
	}
	res := &resource{arn: arn, name: arn[strings.LastIndexByte(arn, '/')+1:]}
	if r.resources == nil {
		r.resources = map[string]*resource{}
	}
	r.resources[arn] = res
	i, _ := slices.BinarySearchFunc(r.resourceBy, res, compareResources)
	r.resourceBy = slices.Insert(r.resourceBy, i, res)
	return res
}

func compareResources(a, b *resource) int {
	if c := strings.Compare(a.name, b.name); c != 0 {
		return c
	}
	return strings.Compare(a.arn, b.arn)
}

// addNative keeps the list by creation date.
func (res *resource) addNative(b *tableBackup) {
	i, _ := slices.BinarySearchFunc(res.native, b.created, func(x *tableBackup, t time.Time) int { return x.created.Compare(t) })
	for i < len(res.native) && res.native[i].created.Equal(b.created) {
		i++
	}
	res.native = slices.Insert(res.native, i, b)
}
