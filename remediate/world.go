package remediate

import (
	"iter"
	"slices"
	"strings"
	"time"

	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// A World is what a run's snapshot says of all that changes could touch. Fill it
// with Read, shard by shard.
type World struct {
	// Points says of which tables, by ARN, recovery points are kept; nil: of none.
	Points func(table string) bool

	regions  map[Place]*region
	accounts map[string]*account
	oldest   time.Time
}

// A region is one shard.
type region struct {
	Place
	collected  time.Time
	tables     map[string]*snapshot.Table // by ARN
	plans      []*snapshot.BackupPlan     // in force
	selections []*snapshot.BackupSelection
	vaults     []*snapshot.BackupVault
	settings   *snapshot.RegionSettings
	tests      []*snapshot.RestoreTestingPlan
	topics     []*snapshot.Topic
	jobs       []*snapshot.BackupJob
	points     map[string]*snapshot.RecoveryPoint // by ARN, those that were asked for
	gaps       []snapshot.Gap
}

// An account is what has no Region.
type account struct {
	roles    []*snapshot.IAMRole
	gaps     []snapshot.Gap
	policies []*snapshot.EffectivePolicy
}

// NewWorld is empty.
func NewWorld() *World {
	return &World{regions: map[Place]*region{}, accounts: map[string]*account{}}
}

// Read takes in a shard.
func (w *World) Read(rows iter.Seq2[snapshot.Row, error]) error {
	var r *region
	var a *account
	for row, err := range rows {
		if err != nil {
			return err
		}
		switch {
		case row.Header != nil:
			r, a = w.begin(row.Header)
		case row.Call != nil:
			return nil // nothing but calls follows
		case row.RecoveryPoint != nil:
			if w.Points != nil && w.Points(row.RecoveryPoint.ResourceArn) {
				r.points[row.RecoveryPoint.RecoveryPointArn] = row.RecoveryPoint
			}
		default:
			r.add(row)
			a.add(row)
		}
	}
	return nil
}

func (w *World) begin(h *snapshot.Header) (*region, *account) {
	a := w.accounts[h.Account]
	if a == nil {
		a = &account{}
		w.accounts[h.Account] = a
	}
	r := &region{Place: Place{h.Partition, h.Account, h.Region}, collected: h.CollectedAt,
		tables: map[string]*snapshot.Table{}, points: map[string]*snapshot.RecoveryPoint{}}
	if h.Region != snapshot.Global && h.Region != snapshot.OrganizationShard {
		w.regions[r.Place] = r
	}
	if w.oldest.IsZero() || h.CollectedAt.Before(w.oldest) {
		w.oldest = h.CollectedAt
	}
	return r, a
}

func (r *region) add(row snapshot.Row) {
	switch {
	case row.Gap != nil:
		r.gaps = append(r.gaps, *row.Gap)
	case row.Table != nil:
		r.tables[row.Table.TableArn] = row.Table
	case row.BackupPlan != nil && row.BackupPlan.Current:
		r.plans = append(r.plans, row.BackupPlan)
	case row.BackupSelection != nil:
		r.selections = append(r.selections, row.BackupSelection)
	case row.BackupVault != nil:
		r.vaults = append(r.vaults, row.BackupVault)
	case row.RegionSettings != nil:
		r.settings = row.RegionSettings
	case row.RestoreTestingPlan != nil:
		r.tests = append(r.tests, row.RestoreTestingPlan)
	case row.Topic != nil:
		r.topics = append(r.topics, row.Topic)
	case row.BackupJob != nil:
		r.jobs = append(r.jobs, row.BackupJob)
	}
}

func (a *account) add(row snapshot.Row) {
	switch {
	case row.Gap != nil:
		a.gaps = append(a.gaps, *row.Gap)
	case row.IAMRole != nil:
		a.roles = append(a.roles, row.IAMRole)
	case row.EffectivePolicy != nil:
		a.policies = append(a.policies, row.EffectivePolicy)
	}
}

// place is the shard of an ARN, nil where it was not scanned.
func (w *World) place(arn string) *region {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 {
		return nil
	}
	return w.regions[Place{parts[1], parts[4], parts[3]}]
}

// regionOf is the shard of a Region, nil where it was not scanned.
func (w *World) regionOf(account, name string) *region {
	for at, r := range w.regions {
		if at.Account == account && at.Region == name {
			return r
		}
	}
	return nil
}

// places are all shards of Regions, sorted.
func (w *World) places() []*region {
	var all []*region
	for _, r := range w.regions {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b *region) int {
		return strings.Compare(a.Account+" "+a.Region, b.Account+" "+b.Region)
	})
	return all
}

// table is the table of an ARN, with its shard; nil where it was not read.
func (w *World) table(arn string) (*region, *snapshot.Table) {
	r := w.place(arn)
	if r == nil {
		return nil, nil
	}
	return r, r.tables[arn]
}

func (r *region) vault(name string) *snapshot.BackupVault {
	for _, v := range r.vaults {
		if v.BackupVaultName == name {
			return v
		}
	}
	return nil
}

func (r *region) plan(id string) *snapshot.BackupPlan {
	for _, p := range r.plans {
		if p.BackupPlanId == id {
			return p
		}
	}
	return nil
}

// optedIn is the Region's opt-in for DynamoDB; nil: not known.
func (r *region) optedIn() *bool {
	if r.settings == nil {
		return nil
	}
	in, there := r.settings.ResourceTypeOptInPreference["DynamoDB"]
	if !there {
		return nil
	}
	return &in
}

// advanced says whether advanced DynamoDB backup is on.
func (r *region) advanced() bool {
	return r.settings != nil && r.settings.ResourceTypeManagementPreference["DynamoDB"]
}

// tagsUnread says whether AWS did not tell the tags of a table.
func (r *region) tagsUnread(t *snapshot.Table) bool {
	return slices.ContainsFunc(r.gaps, func(g snapshot.Gap) bool {
		return g.Operation == "dynamodb:ListTagsOfResource" && g.Parameters["ResourceArn"] == t.TableArn
	})
}

// resource is a table as selections see it.
func (r *region) resource(t *snapshot.Table) selection.Resource {
	return selection.Resource{ARN: t.TableArn, Name: t.TableName, Tags: t.Tags, TagsRead: !r.tagsUnread(t)}
}

// covered are the ARNs of the tables that a plan covers for certain, sorted.
func (r *region) covered(plan *snapshot.BackupPlan) (arns []string) {
	var compiled []*selection.Selection
	for _, s := range r.selections {
		if s.BackupPlanId == plan.BackupPlanId {
			compiled = append(compiled, selection.Compile(*s))
		}
	}
	for arn, t := range r.tables {
		if slices.ContainsFunc(compiled, func(s *selection.Selection) bool {
			return s.Match(r.resource(t), selection.Region{OptedIn: r.optedIn()}).Verdict == selection.Yes
		}) {
			arns = append(arns, arn)
		}
	}
	slices.Sort(arns)
	return arns
}

// unread names the first question of one of these operations that AWS did not
// answer; "" where it answered all.
func (r *region) unread(operations ...string) string {
	return unanswered(r.gaps, operations)
}

func unanswered(gaps []snapshot.Gap, operations []string) string {
	for _, gap := range gaps {
		if slices.Contains(operations, gap.Operation) {
			return gap.ID()
		}
	}
	return ""
}
