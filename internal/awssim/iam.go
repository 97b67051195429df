package awssim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// IAM over awsQuery. Its policies are kept and shown, never enforced.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
var iamAPI = service{name: "iam", protocol: awsQuery, namespace: "https://iam.amazonaws.com/doc/2010-05-08/", global: true,
	operations: index("iam", slices.Concat([]operation{
		{name: "GetAccountAuthorizationDetails", handle: accountAuthorizationDetails},
		{name: "GetAccountSummary", handle: accountSummary},
		{name: "ListAccountAliases", handle: listAccountAliases},
		{name: "CreateAccountAlias", writes: true, handle: createAccountAlias},
		{name: "UpdateAssumeRolePolicy", writes: true, handle: updateAssumeRolePolicy},
		{name: "ListInstanceProfilesForRole", handle: listInstanceProfilesForRole},
		{name: "AddUserToGroup", writes: true, handle: addUserToGroup},
		{name: "RemoveUserFromGroup", writes: true, handle: removeUserFromGroup},
		{name: "ListGroupsForUser", handle: listGroupsForUser},
	}, policyOperations(), identityOperations("User"), identityOperations("Role"), identityOperations("Group"))...)}

// identities is the IAM of one account.
type identities struct {
	users, roles, groups map[string]*identity      // by name
	policies             map[string]*managedPolicy // the account's own, by ARN
	alias                string
	summary              map[string]string // what GetAccountSummary cannot count
}

// An identity is a user, a role or a group.
type identity struct {
	kind            string // "User", "Role", "Group"
	name, path, arn string
	id              string
	created         time.Time
	description     string
	trust           string            // roles: who may assume it
	lastUsed        time.Time         // roles
	lastRegion      string            // roles
	inline          map[string]string // documents by policy name
	attached        []string          // ARNs of managed policies, sorted
	boundary        string            // ARN of a managed policy
	groups          []string          // users: names, sorted
	tags            tags
}

// A managedPolicy is one that can be attached, with all its versions.
type managedPolicy struct {
	name, path, arn, id string
	description         string
	created, updated    time.Time
	versions            []policyVersion // oldest first
	standard            string          // id of the version in force
	made                int             // versions so far, deleted ones too
	tags                tags
}

type policyVersion struct {
	id, document string
	created      time.Time
}

// of is the map of identities of that kind.
func (i *identities) of(kind string) *map[string]*identity {
	switch kind {
	case "User":
		return &i.users
	case "Role":
		return &i.roles
	}
	return &i.groups
}

var identityPrefix = map[string]string{"User": "AIDA", "Role": "AROA", "Group": "AGPA"}

// add makes an identity; nil when there is one of that name.
func (a *account) addIdentity(kind, name, path string, created time.Time) *identity {
	all := a.iam.of(kind)
	if (*all)[name] != nil {
		return nil
	}
	if *all == nil {
		*all = map[string]*identity{}
	}
	id := &identity{kind: kind, name: name, path: or(path, "/"), created: created}
	id.arn = "arn:" + a.partition + ":iam::" + a.id + ":" + strings.ToLower(kind) + id.path + name
	id.id = uniqueID(identityPrefix[kind], id.arn)
	(*all)[name] = id
	return id
}

// uniqueID is the id that IAM gives what has that ARN.
func uniqueID(prefix, arn string) string {
	return prefix + strings.ToUpper(shortID(hash(arn), 16)) + "0"
}

func (id *identity) putInline(name, document string) {
	if id.inline == nil {
		id.inline = map[string]string{}
	}
	id.inline[name] = document
}

// attach keeps the list sorted and without doubles.
func (id *identity) attach(arn string) { id.attached = insertOnce(id.attached, arn) }

func insertOnce(list []string, s string) []string {
	if i, found := slices.BinarySearch(list, s); !found {
		return slices.Insert(list, i, s)
	}
	return list
}

func without(list []string, s string) []string {
	if i, found := slices.BinarySearch(list, s); found {
		return slices.Delete(slices.Clone(list), i, i+1)
	}
	return list
}

// policy finds a managed policy of the account or of AWS.
func (a *account) policy(arn string) *managedPolicy {
	if p := a.iam.policies[arn]; p != nil {
		return p
	}
	return awsPolicy(a.partition, arn)
}

// usage counts where a policy is attached, and where it is a boundary.
func (i *identities) usage(arn string) (attached, boundary int) {
	for _, all := range []map[string]*identity{i.users, i.roles, i.groups} {
		for _, id := range all {
			if _, found := slices.BinarySearch(id.attached, arn); found {
				attached++
			}
			if id.boundary == arn {
				boundary++
			}
		}
	}
	return attached, boundary
}

func (p *managedPolicy) version(id string) *policyVersion {
	for i := range p.versions {
		if p.versions[i].id == id {
			return &p.versions[i]
		}
	}
	return nil
}

// encodeDocument writes a policy as IAM answers it, encoded by RFC 3986.
func encodeDocument(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

func noSuchEntity(format string, args ...any) *apiError {
	return fail(http.StatusNotFound, "NoSuchEntity", format, args...)
}

func entityExists(format string, args ...any) *apiError {
	return fail(http.StatusConflict, "EntityAlreadyExists", format, args...)
}

func validationError(format string, args ...any) *apiError {
	return fail(http.StatusBadRequest, "ValidationError", format, args...)
}

// An iamRequest has the parameters of all operations that are simulated.
type iamRequest struct {
	UserName, RoleName, GroupName    string
	PolicyName, PolicyArn, VersionId string
	PolicyDocument                   string
	AssumeRolePolicyDocument         string
	PermissionsBoundary              string
	Path, PathPrefix, Description    string
	AccountAlias                     string
	Scope                            string
	OnlyAttached, SetAsDefault       flag
	Tags                             []tag
	TagKeys                          []string
	Filter                           []string
	MaxItems                         number
	Marker                           string
}

func (in iamRequest) name(kind string) string {
	switch kind {
	case "User":
		return in.UserName
	case "Role":
		return in.RoleName
	}
	return in.GroupName
}

// iam reads the request.
func (c *call) iam() (in iamRequest, a *account, err error) {
	err = c.decode(&in)
	return in, c.region.account, err
}

// iamList answers one page of rows, sorted by key.
func iamList[T any](c *call, in iamRequest, rows []T, key func(T) string) ([]T, obj, error) {
	if in.MaxItems < 0 || in.MaxItems > 1000 {
		return nil, nil, validationError("1 validation error detected: Value '%d' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000", in.MaxItems)
	}
	if in.MaxItems == 0 {
		in.MaxItems = 100
	}
	c.labels = append(c.labels, in.UserName, in.RoleName, in.GroupName, in.PolicyArn, in.PathPrefix, in.Scope, strings.Join(in.Filter, ","))
	p, err := c.pagerFor(int(in.MaxItems), 1000, in.Marker)
	if err != nil {
		return nil, nil, validationError("Invalid Marker")
	}
	rows, token := page(p, rows, key, nil)
	out := obj{"IsTruncated": token != ""}
	out.set("Marker", token)
	return rows, out, nil
}
