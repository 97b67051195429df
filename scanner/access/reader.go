package access

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"holdfast/scanner/authz"
	"holdfast/scanner/snapshot"
)

// A Reader turns the rows of an account's shards into an Account.
type Reader struct {
	account  *Account
	library  authz.Library
	scps     []authz.Layer
	context  authz.Context // of principals
	shards   []*shard
	policies map[string]*ManagedPolicy
	groups   map[string]*Group // by name
	users    []*snapshot.IAMUser
	roles    []*snapshot.IAMRole
	inGroups []*snapshot.IAMGroup
}

// A shard is what was read of one Region, or of what has none.
type shard struct {
	header *snapshot.Header
	unread []failure
	tables []*snapshot.Table
	vaults []*snapshot.BackupVault
	keys   []*snapshot.KMSKey
	plans  []*snapshot.BackupPlan
	holds  []*snapshot.LegalHold
	points map[string]*[families]int // of tables, by name of vault
	native bool                      // DynamoDB itself keeps backups
}

// NewReader starts with an account. Accounts of one run share the organization; nil
// is one that was not collected.
func NewReader(account string, organization *Organization) *Reader {
	if organization == nil {
		organization = &Organization{}
	}
	return &Reader{
		account:  &Account{ID: account, Partition: "aws", Organization: organization},
		policies: map[string]*ManagedPolicy{}, groups: map[string]*Group{},
	}
}

// Add takes a row of one of the account's shards. The header comes first, the rest
// up to the next header belongs to it.
func (r *Reader) Add(row *snapshot.Row) {
	if row.Header != nil {
		r.shards = append(r.shards, &shard{header: row.Header, points: map[string]*[families]int{}})
		return
	}
	r.shards[len(r.shards)-1].add(r, row)
}

func (s *shard) add(r *Reader, row *snapshot.Row) {
	switch {
	case row.Gap != nil:
		s.unread = append(s.unread, failed(row.Gap.Operation, row.Gap.Parameters, row.Gap.Reason))
	case row.IAMUser != nil:
		r.users = append(r.users, row.IAMUser)
	case row.IAMGroup != nil:
		r.inGroups = append(r.inGroups, row.IAMGroup)
	case row.IAMRole != nil:
		r.roles = append(r.roles, row.IAMRole)
	case row.IAMPolicy != nil:
		r.policies[row.IAMPolicy.Arn] = r.policy(row.IAMPolicy)
	case row.Table != nil:
		s.tables = append(s.tables, row.Table)
	case row.BackupVault != nil:
		s.vaults = append(s.vaults, row.BackupVault)
	case row.KMSKey != nil:
		s.keys = append(s.keys, row.KMSKey)
	case row.BackupPlan != nil && row.BackupPlan.Current && row.BackupPlan.DeletionDate == nil:
		s.plans = append(s.plans, row.BackupPlan)
	case row.LegalHold != nil && row.LegalHold.Status == "ACTIVE":
		s.holds = append(s.holds, row.LegalHold)
	case row.TableBackup != nil:
		s.native = s.native || row.TableBackup.BackupStatus != "DELETED"
	case row.RecoveryPoint != nil:
		s.addPoint(row.RecoveryPoint)
	}
}

// why says why a call has no answer, "" where it has one.
func (s *shard) why(operation, parameter, value string) string {
	for _, f := range s.unread {
		if f.operation == operation && (f.parameters[parameter] == "" || f.parameters[parameter] == value) {
			return f.text
		}
	}
	return ""
}

// Account returns what was read. A Region that was not added has no resources, and
// without the global shard the root user is all there is of principals.
func (r *Reader) Account() *Account {
	a := r.account
	slices.SortStableFunc(r.shards, func(x, y *shard) int { return cmp.Compare(x.header.Region, y.header.Region) })
	global := r.begin()
	a.rcps, a.context = a.Organization.RCPs(a.ID), a.Organization.Context(a.ID, "Resource")
	r.scps, r.context = a.Organization.SCPs(a.ID), a.Organization.Context(a.ID, "Principal")
	if global == nil {
		a.Unlisted = append(a.Unlisted, "what has no Region was not collected")
	} else {
		a.Unlisted = append(a.Unlisted, global.unlisted()...)
	}
	r.principals()
	for _, s := range r.shards {
		r.resources(s)
	}
	a.engine = authz.Engine{Now: a.Collected, Regions: a.Regions}
	a.index()
	return a
}

// begin takes what headers say, and returns the shard without a Region.
func (r *Reader) begin() (global *shard) {
	for _, s := range r.shards {
		r.account.Partition = cmp.Or(s.header.Partition, r.account.Partition)
		if s.header.Region == snapshot.Global {
			global = s
			r.account.Collected = s.header.CollectedAt
			continue
		}
		r.account.Regions = append(r.account.Regions, s.header.Region)
		if global == nil && r.account.Collected.IsZero() {
			r.account.Collected = s.header.CollectedAt
		}
	}
	return global
}

func (s *shard) unlisted() []string {
	for _, operation := range []string{"sts:AssumeRole", "iam:GetAccountAuthorizationDetails"} {
		if why := s.why(operation, "", ""); why != "" {
			return []string{why}
		}
	}
	if !slices.Contains(s.header.Collectors, "iam") {
		return []string{"the collector iam did not run"}
	}
	return nil
}

func (r *Reader) principals() {
	a := r.account
	a.Principals = append(a.Principals, r.root())
	for _, row := range r.inGroups {
		id := r.identity(row.GroupPolicyList, row.AttachedManagedPolicies)
		name := cmp.Or(row.GroupName, lastSegment(row.Arn))
		r.groups[name] = &Group{ARN: row.Arn, Name: name, Layer: id.layer, Attached: id.attached}
	}
	for _, row := range r.users {
		a.Principals = append(a.Principals, r.user(row, r.groups))
	}
	for _, row := range r.roles {
		a.Principals = append(a.Principals, r.role(row))
	}
	a.Groups = sortedGroups(r.groups)
	for _, p := range r.policies {
		a.Policies = append(a.Policies, p)
	}
}

// A Shard is one stream of rows, as snapshot.Read understands it.
type Shard struct {
	Name string // what errors call it
	Open func() (io.ReadCloser, error)
}

// Read reads an account from its shards, to the end of each.
func Read(account string, organization *Organization, shards []Shard) (*Account, error) {
	r := NewReader(account, organization)
	for _, s := range shards {
		if err := each(s, r.Add); err != nil {
			return nil, fmt.Errorf("reading who is in account %s: %w", account, err)
		}
	}
	return r.Account(), nil
}

// ReadOrganization reads the organization's shard.
func ReadOrganization(s Shard) (*Organization, error) {
	o := &Organization{}
	if err := each(s, o.Add); err != nil {
		return nil, fmt.Errorf("reading the organization: %w", err)
	}
	return o, nil
}

func each(s Shard, add func(*snapshot.Row)) error {
	file, err := s.Open()
	if err != nil {
		return err
	}
	defer file.Close()
	for row, err := range snapshot.Read(file, s.Name) {
		if err != nil {
			return err
		}
		add(&row)
	}
	return nil
}

func lastSegment(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// serviceLinked: the path tells, not the name.
func serviceLinked(arn string) bool { return strings.Contains(arn, ":role/aws-service-role/") }
