package snapshot

import "time"

// The organization, as AWS Organizations shows it to whoever asks: all of it to
// the management account and to delegated administrators, to others little more
// than which organization they are in. An organization shard without an
// Organization row, an Unread row or a gap belongs to an account that is in none.
// https://docs.aws.amazon.com/organizations/latest/APIReference/

// An Unread is a question that was tried and need not have an answer: it hides
// nothing by itself, as a gap would. An unread organizations:… leaves the layers
// of service and resource control policies unread.
type Unread struct {
	Operation  string            // "organizations:ListPolicies"
	Parameters map[string]string `json:",omitempty"` // without paging tokens
	Reason     Reason
	Code       string `json:",omitempty"` // AWS's error code, if the answer had one
	Message    string `json:",omitempty"`
}

// ID names the call, as CallID does.
func (u Unread) ID() string { return CallID(u.Operation, u.Parameters) }

// An Organization is DescribeOrganization.
type Organization struct {
	Id               string
	Arn              string `json:",omitempty"`
	FeatureSet       string `json:",omitempty"` // ALL, CONSOLIDATED_BILLING: no policies
	MasterAccountId  string `json:",omitempty"` // the management account, which no SCP binds
	MasterAccountArn string `json:",omitempty"`
}

// An OrganizationRoot is the top of the tree (ListRoots).
type OrganizationRoot struct {
	Id          string
	Arn         string       `json:",omitempty"`
	Name        string       `json:",omitempty"`
	PolicyTypes []PolicyType `json:",omitempty"` // absent type: not enabled
}

// A PolicyType says whether policies of a type are in force in a root.
type PolicyType struct {
	Type   string // SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY, BACKUP_POLICY …
	Status string // ENABLED, PENDING_ENABLE, PENDING_DISABLE
}

// An OrganizationalUnit hangs below a root or another unit.
type OrganizationalUnit struct {
	Id       string
	Arn      string `json:",omitempty"`
	Name     string `json:",omitempty"`
	ParentId string
}

// An OrganizationAccount is one account (ListAccounts, ListAccountsForParent).
// Its e-mail address is not kept.
type OrganizationAccount struct {
	Id              string     // 12 digits
	Arn             string     `json:",omitempty"`
	Name            string     `json:",omitempty"`
	State           string     `json:",omitempty"` // ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED …
	Status          string     `json:",omitempty"` // what State was called before September 2026
	JoinedMethod    string     `json:",omitempty"` // INVITED, CREATED
	JoinedTimestamp *time.Time `json:",omitempty"`
	ParentId        string     `json:",omitempty"` // root or unit; absent: its place was not read
}

// An OrganizationPolicy joins ListPolicies, DescribePolicy and
// ListTargetsForPolicy.
type OrganizationPolicy struct {
	Id         string
	Arn        string         `json:",omitempty"`
	Name       string         `json:",omitempty"`
	Type       string         // SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY, BACKUP_POLICY
	AwsManaged bool           // FullAWSAccess, RCPFullAWSAccess
	Content    PolicyDocument // empty: not answered
	Targets    []PolicyTarget `json:",omitempty"` // where it is attached itself, sorted; absent also where not answered
}

// A PolicyTarget is a root, unit or account that a policy is attached to.
type PolicyTarget struct {
	TargetId string
	Type     string `json:",omitempty"` // ROOT, ORGANIZATIONAL_UNIT, ACCOUNT
	Arn      string `json:",omitempty"`
	Name     string `json:",omitempty"`
}

// A DelegatedAdministrator is an account that acts for the management account in
// some services (ListDelegatedAdministrators).
type DelegatedAdministrator struct {
	Id                    string     // 12 digits
	Arn                   string     `json:",omitempty"`
	Name                  string     `json:",omitempty"`
	State                 string     `json:",omitempty"`
	Status                string     `json:",omitempty"`
	DelegationEnabledDate *time.Time `json:",omitempty"`
}

// An EffectivePolicyError says why an account's backup policies do not work
// together (ListEffectivePolicyValidationErrors).
type EffectivePolicyError struct {
	AccountId            string
	PolicyType           string   // BACKUP_POLICY
	ErrorCode            string   `json:",omitempty"`
	ErrorMessage         string   `json:",omitempty"`
	PathToError          string   `json:",omitempty"`
	ContributingPolicies []string `json:",omitempty"` // ids
}

// An EffectivePolicy is what the backup policies of the organization come to in
// this account (DescribeEffectivePolicy). No row and no gap: there is none.
type EffectivePolicy struct {
	PolicyType           string         // BACKUP_POLICY
	TargetId             string         `json:",omitempty"` // the account
	LastUpdatedTimestamp *time.Time     `json:",omitempty"`
	PolicyContent        PolicyDocument // operators stripped; scalars are strings
}
