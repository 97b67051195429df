package authz

import (
	"maps"
	"strings"
)

// KnownContext returns what each request of the principal for the resource carries
// in that Region, as far as they say it themselves: who calls, from where, what is
// asked for. The rest (time, source address, MFA …) is the caller's to add.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func KnownContext(p *Principal, r *Resource, action, region string) Context {
	known := map[string]entry{}
	set := func(name string, value Value) { known[strings.ToLower(name)] = entry{name, value} }
	text := func(name, value string) {
		if value != "" {
			set(name, One(value))
		}
	}
	c := p.caller()
	principalKeys(c, text, set)
	if !p.SessionTags {
		for tag, value := range p.Tags {
			set("aws:PrincipalTag/"+tag, One(value))
		}
	}
	for tag, value := range r.Tags {
		set("aws:ResourceTag/"+tag, One(value))
	}
	text("aws:ResourceAccount", r.Account)
	text("aws:RequestedRegion", region)
	if strings.HasPrefix(strings.ToLower(action), "kms:") {
		text("kms:CallerAccount", c.account)
	}
	maps.Copy(known, p.Context.entries)
	maps.Copy(known, r.Context.entries)
	return Context{known}
}

// principalKeys are the keys that tell who calls.
func principalKeys(c caller, text func(name, value string), set func(name string, value Value)) {
	set("aws:PrincipalIsAWSService", One("false"))
	text("aws:PrincipalAccount", c.account)
	set("aws:username", Absent)
	switch c.Type {
	case User:
		text("aws:PrincipalArn", c.ARN)
		set("aws:PrincipalType", One("User"))
		text("aws:userid", c.ID)
		set("aws:username", One(lastSegment(c.ARN)))
	case Role, AssumedRole:
		text("aws:PrincipalArn", c.roleARN)
		set("aws:PrincipalType", One("AssumedRole"))
		if c.Type == AssumedRole && c.ID != "" {
			set("aws:userid", One(c.ID+":"+lastSegment(c.ARN)))
		}
	case FederatedUser:
		text("aws:PrincipalArn", c.ARN)
		set("aws:PrincipalType", One("FederatedUser"))
		set("aws:userid", One(c.account+":"+lastSegment(c.ARN)))
	case Root:
		text("aws:PrincipalArn", c.ARN)
		set("aws:PrincipalType", One("Account"))
		text("aws:userid", c.account)
	case Service:
		set("aws:PrincipalIsAWSService", One("true"))
		set("aws:PrincipalServiceName", One(c.ARN))
	}
}
