package awssim

import (
	"slices"
	"strings"
	"time"
)

// A point is one recovery point. A large account has a million of them, so what
// many share is a pointer, and what follows from other fields is computed.
type point struct {
	resource  *resource
	vault     *vault
	source    *vault      // copies: the vault copied from
	origin    *provenance // nil: made on demand, by nobody known
	lifecycle *Lifecycle  // nil: kept for ever
	extra     *pointExtra // nil: nothing unusual
	key       string      // EncryptionKeyArn
	id        uint64
	created   int64 // ms; the start of the job, copies keep their source's
	seconds   int32 // from creation to completion
	advanced  bool  // ARN of AWS Backup's own, not of a DynamoDB backup
	gone      bool  // deleted
	seq       uint64
	size      int64
}

// provenance says who made a point or a job.
type provenance struct {
	creator *creator // nil: on demand
	role    string
}

// creator is CreatedBy of points and jobs.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RecoveryPointCreator.html
type creator struct {
	BackupPlanArn      string
	BackupPlanId       string
	BackupPlanName     string
	BackupPlanVersion  string
	BackupRuleId       string
	BackupRuleName     string
	BackupRuleCron     string
	BackupRuleTimezone string
}

// pointExtra is what a scenario may say of a point against the rule.
type pointExtra struct {
	status, message, storage string
	tags                     tags
	restored                 time.Time
	deleteAt, coldAt         *time.Time // instead of what the lifecycle says
}

// A Lifecycle says how long points stay, and when they grow cold, in days from
// their creation; absent or −1 is never.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
type Lifecycle struct {
	MoveToColdStorageAfterDays          *int64 `json:",omitempty" yaml:"cold_after_days"`
	DeleteAfterDays                     *int64 `json:",omitempty" yaml:"delete_after_days"`
	DeleteAfterEvent                    string `json:",omitempty" yaml:"-"`
	OptInToArchiveForSupportedResources *bool  `json:",omitempty" yaml:"-"`
}

// deleteAfter is the retention in days; ends is false for keeping for ever.
func (l *Lifecycle) deleteAfter() (days int64, ends bool) {
	if l == nil || l.DeleteAfterDays == nil || *l.DeleteAfterDays < 0 {
		return 0, false
	}
	return *l.DeleteAfterDays, true
}

func (l *Lifecycle) coldAfter() (days int64, ok bool) {
	if l == nil || l.MoveToColdStorageAfterDays == nil || *l.MoveToColdStorageAfterDays < 0 {
		return 0, false
	}
	return *l.MoveToColdStorageAfterDays, true
}

// check applies AWS's rules for a lifecycle.
func (l *Lifecycle) check() error {
	if l == nil {
		return nil
	}
	for _, d := range []*int64{l.MoveToColdStorageAfterDays, l.DeleteAfterDays} {
		if d != nil && (*d == 0 || *d < -1 || *d > maxRetention) {
			return invalidParameter("Invalid lifecycle: days must be between 1 and %d, or -1", maxRetention)
		}
	}
	cold, moves := l.coldAfter()
	del, ends := l.deleteAfter()
	if moves && ends && del < cold+90 {
		return invalidParameter("Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays")
	}
	return nil
}

const day = 24 * time.Hour

// deleteAt is when the point's retention ends; zero: never.
func (p *point) deleteAt() time.Time {
	if p.extra != nil && p.extra.deleteAt != nil {
		return *p.extra.deleteAt
	}
	if days, ends := p.lifecycle.deleteAfter(); ends {
		return time.UnixMilli(p.created).Add(time.Duration(days) * day).UTC()
	}
	return time.Time{}
}

// coldAt is when the point moves to cold storage; zero: never, or the point is of
// a kind that AWS keeps warm whatever its lifecycle says.
func (p *point) coldAt() time.Time {
	if p.extra != nil && p.extra.coldAt != nil {
		return *p.extra.coldAt
	}
	if days, ok := p.lifecycle.coldAfter(); ok && p.advanced {
		return time.UnixMilli(p.created).Add(time.Duration(days) * day).UTC()
	}
	return time.Time{}
}

func (p *point) completed() int64 { return p.created + int64(p.seconds)*1000 }

func (p *point) statusAt(now time.Time) string {
	if p.extra != nil && p.extra.status != "" {
		return p.extra.status
	}
	if now.UnixMilli() < p.completed() {
		return "CREATING"
	}
	return "COMPLETED"
}

func (p *point) storageAt(now time.Time) string {
	if p.extra != nil && p.extra.storage != "" {
		return p.extra.storage
	}
	if cold := p.coldAt(); !cold.IsZero() && !now.Before(cold) {
		return "COLD"
	}
	return "WARM"
}

// arn is of AWS Backup's own form for advanced points, else of a DynamoDB
// backup's. https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
func (p *point) arn() string {
	if p.advanced {
		return p.vault.region.arn("backup", "recovery-point:"+uuid(p.id))
	}
	return p.resource.arn + "/backup/" + backupID(p.created, p.id)
}

// add puts p into its vault and its resource's list.
func (v *vault) add(p *point) {
	v.seq++
	p.vault, p.seq = v, v.seq
	if v.byID == nil {
		v.byID = map[uint64]*point{}
	}
	for v.byID[p.id] != nil { // the same moment again, or a hash collision
		p.id = mix(p.id + 1)
	}
	v.byID[p.id] = p
	v.points = append(v.points, p)
	res := p.resource
	i := len(res.points)
	for i > 0 && res.points[i-1].created > p.created {
		i--
	}
	res.points = slices.Insert(res.points, i, p)
	if !p.advanced {
		res.plain++
	}
	if res.last == nil || p.created >= res.last.created {
		res.last = p
	}
	if at := p.deleteAt(); !at.IsZero() && (v.expiry.IsZero() || at.Before(v.expiry)) {
		v.expiry = at
	}
}

// sweep takes the points that gone accepts out of every list.
func (v *vault) sweep(gone func(*point) bool) {
	touched := map[*resource]bool{}
	v.points = slices.DeleteFunc(v.points, func(p *point) bool {
		if !gone(p) {
			return false
		}
		p.gone = true
		if !p.advanced {
			p.resource.plain--
		}
		touched[p.resource] = true
		delete(v.byID, p.id)
		return true
	})
	for res := range touched {
		res.points = slices.DeleteFunc(res.points, func(p *point) bool { return p.gone })
	}
}

// find returns the point of that ARN, nil where the vault has none.
func (v *vault) find(arn string) *point {
	if table, _, ok := strings.Cut(arn, "/backup/"); ok {
		if res := v.region.resources[table]; res != nil {
			for _, p := range res.points {
				if p.vault == v && p.arn() == arn {
					return p
				}
			}
		}
		return nil
	}
	id, ok := parseUUID(arn)
	if p := v.byID[id]; ok && p != nil && p.arn() == arn {
		return p
	}
	return nil
}

// parseUUID reverses uuid for the last part of an ARN: the first sixteen digits
// that are not fixed are the id.
func parseUUID(arn string) (uint64, bool) {
	if len(arn) < 36 {
		return 0, false
	}
	s := arn[len(arn)-36:]
	var id uint64
	n := 0
	for i := 0; i < len(s) && n < 16; i++ {
		if i == 8 || i == 13 || i == 14 || i == 18 || i == 19 || i == 23 {
			continue
		}
		d := slices.Index([]byte(hexDigits), s[i])
		if d < 0 {
			return 0, false
		}
		id = id<<4 | uint64(d)
		n++
	}
	return id, true
}
