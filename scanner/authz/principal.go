package authz

import "strings"

// A PrincipalType is what kind of caller a Principal is.
type PrincipalType uint8

const (
	// User is an IAM user.
	User PrincipalType = iota
	// Role stands for some session of a role, of which the name is not known. A
	// Principal element that names the role matches it, one that names a session does
	// not; an open question tries such sessions too.
	Role
	// AssumedRole is one session of a role.
	AssumedRole
	// FederatedUser is a session that a user made with GetFederationToken.
	FederatedUser
	// Root is an account's root user.
	Root
	// Service is an AWS service that calls as itself.
	Service
)

func (t PrincipalType) String() string {
	return [...]string{"user", "role", "assumed-role", "federated-user", "root", "service"}[t]
}

// A Principal is a caller with all policies that bind it.
type Principal struct {
	Type PrincipalType
	// ARN is the caller's as it signs: arn:aws:iam::111122223333:user/ops/bob,
	// arn:aws:sts::111122223333:assumed-role/DevRole/session-1; the role's own of a
	// Role; of a Service its name, backup.amazonaws.com.
	ARN string
	// Behind is the ARN, with its path, of the role or the user that a session belongs
	// to; "" where it is not known. The ARN of a session has no path, and only the
	// path tells a service-linked role.
	Behind string
	// ID is the unique id of the user or role, AIDA… or AROA…; "" where it is not known.
	ID string
	// Tags are those of the user or role. nil: not read, so each may be there.
	Tags map[string]string
	// SessionTags says that a session may bring tags of its own, which override the
	// role's: the trust policy allows sts:TagSession.
	SessionTags bool
	// Context has further keys that each request of the caller carries, or, set to
	// Absent, does not: aws:PrincipalOrgID, aws:PrincipalOrgPaths.
	Context Context

	Identity Layer   // inline, managed and group policies
	Boundary *Layer  // the permissions boundary; nil: none
	Session  *Layer  // the session policies; nil: none
	SCPs     []Layer // from the root of the organization to the account; none: no SCP applies
}

// A Layer is policies that are judged together: one allow among them is an allow,
// one deny a deny.
type Layer struct {
	Name     string // for explanations: "SCPs of root r-ab12"; "" for the usual name
	Policies []Policy
	// Unread names policies that belong here and could not be read, with the reason:
	// "policy Ops: access denied". They may allow everything, and may deny nothing.
	Unread []string
}

// A Policy is a document under the name that people know it by.
type Policy struct {
	Name string
	*Document
}

// A Resource is what a request is about, with the policies that protect it.
type Resource struct {
	// ARN is the one that the action is authorized on, "*" for actions without
	// resource types. An open question may leave parts open, as the Service
	// Authorization Reference writes them:
	// arn:aws:backup:${Region}:111122223333:recovery-point:${RecoveryPointId}.
	ARN string
	// Account owns the resource; not all ARNs say it.
	Account string
	// Tags of the resource. nil: not read, or it is an open one, so each may be there.
	Tags map[string]string
	// Context has further keys that each request for the resource carries, or, set to
	// Absent, does not: aws:ResourceOrgID.
	Context Context

	Policy *Layer  // the policy of the vault, table, key or role; nil: none
	RCPs   []Layer // from root to account, without the policy that allows everything; none: no RCP applies
}

// caller is a principal as policies name it.
type caller struct {
	*Principal
	account string
	role    string // the name of the role behind it, "" for others
	roleARN string // where it is known
}

func (p *Principal) caller() caller {
	c := caller{Principal: p}
	if p.Type == Service {
		return c
	}
	fields, _ := splitARN(p.ARN)
	c.account = fields[4]
	switch p.Type {
	case Role:
		c.roleARN = p.ARN
		c.role = lastSegment(fields[5])
	case AssumedRole:
		c.roleARN = p.Behind
		role, _ := strings.CutPrefix(fields[5], "assumed-role/")
		c.role, _, _ = strings.Cut(role, "/")
	}
	return c
}

// serviceLinked says whether the caller is a session of a service-linked role,
// which neither SCPs nor RCPs bind. The path tells, not the name.
func (c caller) serviceLinked() bool {
	return strings.Contains(c.roleARN, ":role/aws-service-role/")
}
