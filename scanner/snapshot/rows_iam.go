package snapshot

import (
	"encoding/json"
	"time"
)

// IAM, from one sweep of GetAccountAuthorizationDetails. Its documents come
// URL-encoded and are kept decoded.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html

// A PolicyDetail is one inline policy, by its name.
type PolicyDetail struct {
	PolicyName string
	PolicyDocument
}

// A PolicyDocument is a policy as JSON, or, where AWS sent what is not JSON, as
// that text: a policy that cannot be read is seen, never left out.
type PolicyDocument struct {
	Document   json.RawMessage `json:",omitempty"`
	Unreadable string          `json:",omitempty"`
}

// An AttachedPolicy names a managed policy.
type AttachedPolicy struct {
	PolicyName string `json:",omitempty"`
	PolicyArn  string
}

// An IAMUser with what is attached to it; sorted lists.
type IAMUser struct {
	Arn                     string
	UserName                string           `json:",omitempty"`
	UserId                  string           `json:",omitempty"`
	Path                    string           `json:",omitempty"`
	CreateDate              *time.Time       `json:",omitempty"`
	GroupList               []string         `json:",omitempty"` // names
	UserPolicyList          []PolicyDetail   `json:",omitempty"`
	AttachedManagedPolicies []AttachedPolicy `json:",omitempty"`
	PermissionsBoundaryArn  string           `json:",omitempty"`
	Tags                    []Tag            `json:",omitempty"`
}

// An IAMGroup with what is attached to it; users name their groups.
type IAMGroup struct {
	Arn                     string
	GroupName               string           `json:",omitempty"`
	GroupId                 string           `json:",omitempty"`
	Path                    string           `json:",omitempty"`
	CreateDate              *time.Time       `json:",omitempty"`
	GroupPolicyList         []PolicyDetail   `json:",omitempty"`
	AttachedManagedPolicies []AttachedPolicy `json:",omitempty"`
}

// An IAMRole with what is attached to it, and who may assume it.
type IAMRole struct {
	Arn                      string
	RoleName                 string           `json:",omitempty"`
	RoleId                   string           `json:",omitempty"`
	Path                     string           `json:",omitempty"` // "/aws-service-role/…" for service-linked roles
	CreateDate               *time.Time       `json:",omitempty"`
	AssumeRolePolicyDocument PolicyDocument   // the trust policy
	RolePolicyList           []PolicyDetail   `json:",omitempty"`
	AttachedManagedPolicies  []AttachedPolicy `json:",omitempty"`
	PermissionsBoundaryArn   string           `json:",omitempty"`
	RoleLastUsed             *RoleLastUsed    `json:",omitempty"` // absent: not within the period that IAM tracks, 400 days
	InstanceProfiles         []string         `json:",omitempty"` // ARNs
	Tags                     []Tag            `json:",omitempty"`
}

// RoleLastUsed is when a role was last used, and in which Region.
type RoleLastUsed struct {
	LastUsedDate *time.Time `json:",omitempty"`
	Region       string     `json:",omitempty"`
}

// An IAMPolicy is a managed policy with all its versions. Of AWS's own policies
// only those are kept that something in the account has attached or uses as a
// permissions boundary.
type IAMPolicy struct {
	Arn                           string
	PolicyName                    string             `json:",omitempty"`
	PolicyId                      string             `json:",omitempty"`
	Path                          string             `json:",omitempty"`
	DefaultVersionId              string             `json:",omitempty"` // the version in force
	AttachmentCount               *int64             `json:",omitempty"`
	PermissionsBoundaryUsageCount *int64             `json:",omitempty"`
	CreateDate                    *time.Time         `json:",omitempty"`
	UpdateDate                    *time.Time         `json:",omitempty"`
	PolicyVersionList             []IAMPolicyVersion `json:",omitempty"` // sorted by VersionId
}

// An IAMPolicyVersion is one version of a managed policy.
type IAMPolicyVersion struct {
	VersionId        string
	IsDefaultVersion bool
	CreateDate       *time.Time `json:",omitempty"`
	PolicyDocument
}

// An AccountSummary joins GetAccountSummary and ListAccountAliases. An entry that
// AWS did not send is absent; an absent map was not answered, see the gaps.
type AccountSummary struct {
	SummaryMap     map[string]int64 `json:",omitempty"` // "AccountMFAEnabled": 1
	AccountAliases []string         `json:",omitempty"`
}
