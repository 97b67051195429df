package awssim

import (
	"net/http"
	"slices"
	"strings"
)

// A kmsRequest has the parameters of all operations that are simulated.
type kmsRequest struct {
	KeyId, TargetKeyId, AliasName, PolicyName, Policy, Description, Name string
	GrantId, GranteePrincipal, RetiringPrincipal                         string
	Operations                                                           []string
	PendingWindowInDays, Limit                                           int
	MultiRegion                                                          bool
	Origin, Marker                                                       string
	Tags                                                                 []struct{ TagKey, TagValue string }
}

// kms reads the request and finds the key that id names, if it names one.
func (c *call) kms(id func(kmsRequest) string) (in kmsRequest, k *kmsKey, err error) {
	if err := c.decode(&in); err != nil {
		return in, nil, err
	}
	k, err = c.key(id(in))
	return in, k, err
}

func keyID(in kmsRequest) string { return in.KeyId }

// keysOf are the living keys of a Region, those too that are only named.
func (c *call) keysOf(r *region) []*kmsKey {
	var out []*kmsKey
	for _, id := range sortedKeys(r.keys) {
		if r.keys[id].alive(c.now) {
			out = append(out, r.keys[id])
		}
	}
	return out
}

// key finds a key by id, ARN, or alias. Keys of other accounts need an ARN.
func (c *call) key(name string) (*kmsKey, error) {
	r := c.region
	if strings.HasPrefix(name, "arn:") {
		parts := strings.SplitN(name, ":", 6)
		if len(parts) != 6 || parts[2] != "kms" {
			return nil, fail(http.StatusBadRequest, "InvalidArnException", "Invalid arn %s", name)
		}
		if parts[3] != r.name {
			return nil, fail(http.StatusBadRequest, "NotFoundException", "Invalid arn %s", parts[3])
		}
		a := c.sim.accounts[parts[4]]
		if a == nil || a.regions[r.name] == nil {
			return nil, kmsNotFound("Key '%s' does not exist", name)
		}
		r, name = a.regions[r.name], strings.TrimPrefix(parts[5], "key/")
	}
	for _, k := range c.keysOf(r) {
		if k.id == name || contains(k.aliases, name) {
			return k, nil
		}
	}
	return nil, kmsNotFound("Key '%s' does not exist", r.arn("kms", "key/"+name))
}

// own refuses keys of other accounts, for all but DescribeKey.
func (c *call) own(k *kmsKey, err error) error {
	if err == nil && k.region.account != c.region.account {
		return c.accessDenied(k.arn)
	}
	return err
}

// in refuses a key whose state is none of those.
func (k *kmsKey) in(states ...string) error {
	if slices.Contains(states, k.state) {
		return nil
	}
	return fail(http.StatusBadRequest, "KMSInvalidStateException", "%s is %s.", k.arn, strings.ToLower(k.state))
}

func describeKey(c *call) (any, error) {
	_, k, err := c.kms(keyID)
	if err != nil {
		return nil, err
	}
	return obj{"KeyMetadata": k.metadata()}, nil
}

func getKeyPolicy(c *call) (any, error) {
	in, k, err := c.kms(keyID)
	if err := c.own(k, err); err != nil {
		return nil, err
	}
	if in.PolicyName != "" && in.PolicyName != "default" {
		return nil, kmsNotFound("No such policy exists")
	}
	policy := k.policy
	switch {
	case policy == "" && k.manager == "AWS":
		policy = serviceKeyPolicy(k)
	case policy == "":
		policy = defaultKeyPolicy(k)
	}
	return obj{"Policy": policy, "PolicyName": "default"}, nil
}

func putKeyPolicy(c *call) (any, error) {
	in, k, err := c.kms(keyID)
	if err := c.own(k, err); err != nil {
		return nil, err
	}
	if checkDocument(in.Policy) != nil {
		return nil, fail(http.StatusBadRequest, "MalformedPolicyDocumentException", "The policy is malformed")
	}
	k.policy = in.Policy
	return nil, nil
}

func getKeyRotationStatus(c *call) (any, error) {
	_, k, err := c.kms(keyID)
	if err != nil {
		return nil, err
	}
	out := obj{"KeyId": k.arn, "KeyRotationEnabled": k.rotates || k.manager == "AWS"}
	if k.rotates {
		out["RotationPeriodInDays"] = 365
	}
	return out, nil
}

func enableKeyRotation(c *call) (any, error) {
	_, k, err := c.kms(keyID)
	if err := c.own(k, err); err != nil {
		return nil, err
	}
	k.rotates = true
	return nil, k.in("Enabled")
}

// kmsList answers one page of rows, sorted by key.
func kmsList[T any](c *call, in kmsRequest, name string, rows []T, key func(T) string, row func(T) obj) (any, error) {
	c.labels = append(c.labels, in.KeyId)
	p, err := c.pagerFor(min(in.Limit, 1000), 1000, in.Marker)
	if err != nil {
		return nil, fail(http.StatusBadRequest, "InvalidMarkerException", "Invalid marker")
	}
	if in.Limit == 0 {
		p.limit = min(p.limit, 100)
	}
	rows, token := page(p, rows, key, nil)
	list := []obj{}
	for _, r := range rows {
		list = append(list, row(r))
	}
	out := obj{name: list, "Truncated": token != ""}
	out.set("NextMarker", token)
	return out, nil
}

func listKeys(c *call) (any, error) {
	var in kmsRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return kmsList(c, in, "Keys", c.keysOf(c.region), func(k *kmsKey) string { return k.id },
		func(k *kmsKey) obj { return obj{"KeyId": k.id, "KeyArn": k.arn} })
}

func listAliases(c *call) (any, error) {
	var in kmsRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	only, err := (*kmsKey)(nil), error(nil)
	if in.KeyId != "" {
		if only, err = c.key(in.KeyId); err != nil {
			return nil, err
		}
	}
	type alias struct {
		name string
		key  *kmsKey
	}
	var rows []alias
	for _, k := range c.keysOf(c.region) {
		for _, name := range k.aliases {
			if only == nil || k == only {
				rows = append(rows, alias{name, k})
			}
		}
	}
	slices.SortFunc(rows, func(a, b alias) int { return strings.Compare(a.name, b.name) })
	return kmsList(c, in, "Aliases", rows, func(a alias) string { return a.name }, func(a alias) obj {
		return obj{"AliasName": a.name, "AliasArn": c.region.arn("kms", a.name), "TargetKeyId": a.key.id, "CreationDate": epochOf(a.key.created), "LastUpdatedDate": epochOf(a.key.created)}
	})
}

func listGrants(c *call) (any, error) {
	in, k, err := c.kms(keyID)
	if err := c.own(k, err); err != nil {
		return nil, err
	}
	rows := slices.DeleteFunc(slices.Clone(k.grants), func(g grant) bool {
		return in.GrantId != "" && g.id != in.GrantId || in.GranteePrincipal != "" && g.grantee != in.GranteePrincipal
	})
	return kmsList(c, in, "Grants", rows, func(g grant) string { return g.id }, func(g grant) obj {
		row := obj{"KeyId": k.arn, "GrantId": g.id, "CreationDate": epochOf(g.created), "GranteePrincipal": g.grantee, "IssuingAccount": k.region.rootArn(), "Operations": texts(g.operations)}
		row.set("Name", g.name)
		row.set("RetiringPrincipal", g.retiring)
		return row
	})
}

func (r *region) rootArn() string {
	return "arn:" + r.account.partition + ":iam::" + r.account.id + ":root"
}

func listKeyTags(c *call) (any, error) {
	in, k, err := c.kms(keyID)
	if err := c.own(k, err); err != nil {
		return nil, err
	}
	return kmsList(c, in, "Tags", k.tags.list(), func(t tag) string { return t.Key }, func(t tag) obj { return obj{"TagKey": t.Key, "TagValue": t.Value} })
}
