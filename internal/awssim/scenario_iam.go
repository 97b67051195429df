package awssim

import (
	"fmt"
	"time"
)

// An IAMScenario is the IAM of an account. Users of access keys and roles that
// can be assumed are there without being named here.
type IAMScenario struct {
	Alias    string            `yaml:"alias"`
	Users    []UserScenario    `yaml:"users"`
	Groups   []GroupScenario   `yaml:"groups"`
	Roles    []IAMRoleScenario `yaml:"roles"`
	Policies []PolicyScenario  `yaml:"policies"` // customer-managed
	Summary  map[string]int    `yaml:"summary"`  // of GetAccountSummary: "AccountMFAEnabled": 0
}

// What users, groups and roles have alike.
type IdentityScenario struct {
	Name     string              `yaml:"name"`
	Path     string              `yaml:"path"`     // empty: "/"
	Created  *When               `yaml:"created"`  // absent: 800 days ago
	Inline   map[string]Document `yaml:"inline"`   // policies by name
	Attached []string            `yaml:"attached"` // ARNs, "aws/AdministratorAccess" or names of the account's policies
}

// A UserScenario is an IAM user.
type UserScenario struct {
	IdentityScenario `yaml:",inline"`
	Groups           []string          `yaml:"groups"`
	Boundary         string            `yaml:"boundary"` // as in Attached
	Tags             map[string]string `yaml:"tags"`
}

// A GroupScenario is an IAM group.
type GroupScenario struct {
	IdentityScenario `yaml:",inline"`
}

// An IAMRoleScenario is an IAM role. Whether it can be assumed does not follow
// from its trust policy: see AccountScenario.Roles.
type IAMRoleScenario struct {
	IdentityScenario `yaml:",inline"`
	Trust            Document          `yaml:"trust"`    // empty: the account itself may assume it
	Boundary         string            `yaml:"boundary"` // as in Attached
	Tags             map[string]string `yaml:"tags"`
	LastUsed         *When             `yaml:"last_used"`
	LastRegion       string            `yaml:"last_used_region"`
}

// A PolicyScenario is a managed policy.
type PolicyScenario struct {
	Name     string     `yaml:"name"`
	Path     string     `yaml:"path"` // empty: "/"
	Created  *When      `yaml:"created"`
	Document Document   `yaml:"document"` // v1
	Versions []Document `yaml:"versions"` // v2 and later
	Default  string     `yaml:"default"`  // "v1"; empty: the newest
}

func (b *builder) iam(a *account, in AccountScenario) error {
	for _, p := range in.IAM.Policies {
		if err := b.policy(a, p); err != nil {
			return fmt.Errorf("iam: policy %s: %w", p.Name, err)
		}
	}
	for _, g := range in.IAM.Groups {
		if _, err := b.identity(a, "Group", g.IdentityScenario); err != nil {
			return err
		}
	}
	for _, u := range in.IAM.Users {
		id, err := b.identity(a, "User", u.IdentityScenario)
		if err != nil {
			return err
		}
		for _, g := range u.Groups {
			if a.iam.groups[g] == nil {
				return fmt.Errorf("iam: user %s: there is no group %s", u.Name, g)
			}
			id.groups = insertOnce(id.groups, g)
		}
		if err := a.bound(id, u.Boundary, u.Tags); err != nil {
			return err
		}
	}
	for _, r := range in.IAM.Roles {
		id, err := b.identity(a, "Role", r.IdentityScenario)
		if err != nil {
			return err
		}
		id.trust = or(string(r.Trust), a.ownTrust())
		id.lastUsed, id.lastRegion = r.LastUsed.before(b.clock, time.Time{}), r.LastRegion
		if err := a.bound(id, r.Boundary, r.Tags); err != nil {
			return err
		}
	}
	b.implied(a, in)
	a.iam.alias = in.IAM.Alias
	for k, v := range in.IAM.Summary {
		if a.iam.summary == nil {
			a.iam.summary = map[string]string{}
		}
		a.iam.summary[k] = fmt.Sprint(v)
	}
	return nil
}

// implied adds who exists without being described.
func (b *builder) implied(a *account, in AccountScenario) {
	for _, k := range in.AccessKeys {
		a.addIdentity("User", or(k.User, defaultUser), "", b.oldest())
	}
	for _, r := range in.Roles {
		if id := a.addIdentity("Role", r.Name, "", b.oldest()); id != nil {
			id.trust = a.ownTrust()
		}
	}
}

// ownTrust lets the account itself assume a role.
func (a *account) ownTrust() string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:` + a.partition + `:iam::` + a.id + `:root"},"Action":"sts:AssumeRole"}]}`
}

func (b *builder) policy(a *account, in PolicyScenario) error {
	for _, d := range append([]Document{in.Document}, in.Versions...) {
		if err := checkDocument(string(d)); err != nil {
			return err
		}
	}
	p := a.addPolicy(in.Name, in.Path, string(in.Document), in.Created.before(b.clock, b.oldest()))
	if p == nil {
		return fmt.Errorf("it is there twice")
	}
	for _, d := range in.Versions {
		p.addVersion(string(d), true, p.created)
	}
	if in.Default != "" {
		if p.version(in.Default) == nil {
			return fmt.Errorf("it has no version %s", in.Default)
		}
		p.standard = in.Default
	}
	return nil
}

func (b *builder) identity(a *account, kind string, in IdentityScenario) (*identity, error) {
	id := a.addIdentity(kind, in.Name, in.Path, in.Created.before(b.clock, b.oldest()))
	if id == nil {
		return nil, fmt.Errorf("iam: %s %s: it is there twice", kind, in.Name)
	}
	for name, document := range in.Inline {
		if err := checkDocument(string(document)); err != nil {
			return nil, fmt.Errorf("iam: %s %s: policy %s: %w", kind, in.Name, name, err)
		}
		id.putInline(name, string(document))
	}
	for _, name := range in.Attached {
		arn, err := a.policyArn(name)
		if err != nil {
			return nil, fmt.Errorf("iam: %s %s: %w", kind, in.Name, err)
		}
		id.attach(arn)
	}
	return id, nil
}

func (a *account) bound(id *identity, boundary string, tags map[string]string) error {
	for k, v := range tags {
		id.tags.put(k, v)
	}
	if boundary == "" {
		return nil
	}
	arn, err := a.policyArn(boundary)
	if err != nil {
		return fmt.Errorf("iam: %s %s: boundary: %w", id.kind, id.name, err)
	}
	id.boundary = arn
	return nil
}

// policyArn finds a managed policy by ARN, by "aws/Name" or by the name of one of
// the account's own.
func (a *account) policyArn(name string) (string, error) {
	prefix := "arn:" + a.partition + ":iam::"
	for _, p := range standardPolicies() {
		if name == "aws/"+p.Name {
			return prefix + "aws:policy" + or(p.Path, "/") + p.Name, nil
		}
	}
	for _, p := range a.iam.policies {
		if p.name == name {
			return p.arn, nil
		}
	}
	if a.policy(name) == nil {
		return "", fmt.Errorf("there is no managed policy %s", name)
	}
	return name, nil
}
