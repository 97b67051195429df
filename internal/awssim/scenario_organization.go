package awssim

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// An OrganizationScenario is the tree of the organization and its policies.
// Accounts that no unit names are in the root.
type OrganizationScenario struct {
	FeatureSet  string                `yaml:"feature_set"`  // empty: ALL
	Created     *When                 `yaml:"created"`      // absent: 800 days ago
	PolicyTypes []string              `yaml:"policy_types"` // enabled in the root; absent: those that policies have, and SERVICE_CONTROL_POLICY
	Units       []UnitScenario        `yaml:"units"`
	Members     []MemberScenario      `yaml:"accounts"` // of whom there is more to say, also such as are not simulated
	Policies    []OrgPolicyScenario   `yaml:"policies"`
	Delegated   []DelegateScenario    `yaml:"delegated_administrators"`
	Services    []string              `yaml:"trusted_services"`
	Errors      []PolicyErrorScenario `yaml:"effective_policy_errors"`
}

// A UnitScenario is an organizational unit. Names are unique in a scenario.
type UnitScenario struct {
	Name     string         `yaml:"name"`
	Accounts []string       `yaml:"accounts"`
	Units    []UnitScenario `yaml:"units"`
}

// A MemberScenario says more of a member account. Accounts of the scenario are
// members without being named here.
type MemberScenario struct {
	ID      string `yaml:"id"`
	Name    string `yaml:"name"`
	State   string `yaml:"state"` // empty: ACTIVE
	Joined  *When  `yaml:"joined"`
	Method  string `yaml:"method"`  // empty: CREATED
	Outside bool   `yaml:"outside"` // it is not in the organization
}

// An OrgPolicyScenario is a policy of the organization. FullAWSAccess and
// RCPFullAWSAccess are attached everywhere, unless a policy of that name with AWS
// set says where.
type OrgPolicyScenario struct {
	Name    string   `yaml:"name"`
	Type    string   `yaml:"type"` // empty: SERVICE_CONTROL_POLICY
	Content Document `yaml:"content"`
	Targets []string `yaml:"targets"` // "root", names of units, account ids
	AWS     bool     `yaml:"aws"`     // instead of content: the policy of that name that AWS manages, attached only to these targets
}

// A DelegateScenario makes an account administrator of services.
type DelegateScenario struct {
	Account  string   `yaml:"account"`
	Services []string `yaml:"services"`
	Since    *When    `yaml:"since"`
}

// A PolicyErrorScenario is a row of ListEffectivePolicyValidationErrors.
type PolicyErrorScenario struct {
	Account  string   `yaml:"account"`
	Type     string   `yaml:"type"` // empty: BACKUP_POLICY
	Code     string   `yaml:"code"`
	Message  string   `yaml:"message"`
	Path     string   `yaml:"path"`
	Policies []string `yaml:"policies"` // names
}

const (
	servicePolicy  = "SERVICE_CONTROL_POLICY"
	resourcePolicy = "RESOURCE_CONTROL_POLICY"
	backupPolicy   = "BACKUP_POLICY"
)

// fullAccess are the policies of AWS that let everything through.
var fullAccess = map[string]struct{ name, content string }{
	servicePolicy:  {"FullAWSAccess", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`},
	resourcePolicy: {"RCPFullAWSAccess", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`},
}

func (b *builder) organization(s Scenario) error {
	in := s.Tree
	if s.Organization == "" {
		if in != nil {
			return errors.New("organization_tree: there is no organization; set organization: o-…")
		}
		return nil
	}
	if in == nil {
		in = &OrganizationScenario{}
	}
	management, partition := or(s.Management, s.Accounts[0].ID), "aws"
	if a := b.sim.accounts[management]; a != nil {
		partition = a.partition
	}
	d := newDirectory(s.Organization, management, partition, or(in.FeatureSet, "ALL"), in.Created.before(b.clock, b.oldest()))
	d.services = slices.Sorted(slices.Values(in.Services))
	b.sim.directory = d
	b.members(d, in)
	if d.members[d.management] == nil {
		return fmt.Errorf("organization_tree: management account %s is not in it", d.management)
	}
	for _, build := range []func(*directory, *OrganizationScenario) error{b.units, b.delegates, b.orgPolicies, b.policyErrors} {
		if err := build(d, in); err != nil {
			return fmt.Errorf("organization_tree: %w", err)
		}
	}
	return nil
}

func (b *builder) members(d *directory, in *OrganizationScenario) {
	add := func(id, name string) *member {
		if d.members[id] == nil {
			d.addMember(id, name, d.created)
		}
		return d.members[id]
	}
	for id, a := range b.sim.accounts {
		add(id, a.name)
	}
	add(d.management, "management")
	for _, m := range in.Members {
		one := add(m.ID, m.Name)
		one.state, one.method, one.joined = or(m.State, "ACTIVE"), or(m.Method, one.method), m.Joined.before(b.clock, one.joined)
		if m.Outside {
			delete(d.members, m.ID)
		}
	}
	if m := d.members[d.management]; m != nil {
		m.method = "INVITED"
	}
}

func (b *builder) units(d *directory, in *OrganizationScenario) error {
	var add func(parent *unit, in []UnitScenario) error
	add = func(parent *unit, in []UnitScenario) error {
		for _, s := range in {
			u := d.addUnit(parent, s.Name)
			if s.Name == "" || d.units[u.id] != nil {
				return fmt.Errorf("unit %q: it has no name, or is there twice", s.Name)
			}
			d.units[u.id] = u
			for _, id := range s.Accounts {
				if d.members[id] == nil {
					return fmt.Errorf("unit %s: account %s is not in the organization", s.Name, id)
				}
				d.members[id].parent = u
			}
			if err := add(u, s.Units); err != nil {
				return err
			}
		}
		return nil
	}
	return add(d.root, in.Units)
}

func (b *builder) delegates(d *directory, in *OrganizationScenario) error {
	for _, s := range in.Delegated {
		m := d.members[s.Account]
		if m == nil || len(s.Services) == 0 {
			return fmt.Errorf("delegated administrator %s: it is not in the organization, or has no services", s.Account)
		}
		m.delegated, m.delegatedAt = slices.Sorted(slices.Values(s.Services)), s.Since.before(b.clock, d.created)
	}
	return nil
}

// orgPolicies makes AWS's own policies of the enabled types and the scenario's.
func (b *builder) orgPolicies(d *directory, in *OrganizationScenario) error {
	kinds := in.PolicyTypes
	if kinds == nil {
		kinds = []string{servicePolicy}
		for _, p := range in.Policies {
			kinds = append(kinds, or(p.Type, servicePolicy))
		}
	}
	for _, kind := range slices.Compact(slices.Sorted(slices.Values(kinds))) {
		d.enable(kind)
	}
	for _, s := range in.Policies {
		kind := or(s.Type, servicePolicy)
		p, err := b.orgPolicy(d, kind, s)
		if err != nil {
			return fmt.Errorf("policy %s: %w", s.Name, err)
		}
		for _, name := range s.Targets {
			id, ok := d.named(name)
			if !ok {
				return fmt.Errorf("policy %s: there is no target %s", s.Name, name)
			}
			p.targets = insertOnce(p.targets, id)
		}
	}
	slices.SortFunc(d.policies, func(x, y *orgPolicy) int { return strings.Compare(x.id, y.id) })
	return nil
}

func (b *builder) orgPolicy(d *directory, kind string, s OrgPolicyScenario) (*orgPolicy, error) {
	for _, p := range d.policies {
		if p.kind != kind || p.name != s.Name {
			continue
		}
		if !s.AWS || !p.managed {
			return nil, errors.New("it is there twice")
		}
		p.targets = nil
		return p, nil
	}
	if s.AWS || s.Name == "" || s.Content == "" {
		return nil, errors.New("it has no name or content, or is none of AWS's")
	}
	return d.addPolicy(kind, s.Name, string(s.Content)), nil
}

func (d *directory) addPolicy(kind, name, content string) *orgPolicy {
	p := &orgPolicy{id: "p-" + shortID(hash("policy", d.id, kind, name), 10), name: name, kind: kind, content: content}
	p.arn = d.arn("policy", strings.ToLower(kind)+"/"+p.id)
	d.policies = append(d.policies, p)
	return p
}

// named finds a target by the name that a scenario has for it.
func (d *directory) named(name string) (id string, ok bool) {
	if name == "root" {
		return d.root.id, true
	}
	for _, u := range d.units {
		if u.name == name && u != d.root {
			return u.id, true
		}
	}
	return name, d.members[name] != nil
}

func (b *builder) policyErrors(d *directory, in *OrganizationScenario) error {
	for _, s := range in.Errors {
		e := policyError{account: s.Account, kind: or(s.Type, backupPolicy), code: s.Code, message: s.Message, path: s.Path}
		if d.members[s.Account] == nil {
			return fmt.Errorf("effective policy error of account %s: it is not in the organization", s.Account)
		}
		for _, name := range s.Policies {
			i := slices.IndexFunc(d.policies, func(p *orgPolicy) bool { return p.kind == e.kind && p.name == name })
			if i < 0 {
				return fmt.Errorf("effective policy error of account %s: there is no policy %s", s.Account, name)
			}
			e.policies = append(e.policies, d.policies[i].id)
		}
		d.errors = append(d.errors, e)
	}
	slices.SortFunc(d.errors, func(x, y policyError) int { return strings.Compare(x.key(), y.key()) })
	return nil
}
