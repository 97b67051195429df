package awssim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func createKey(c *call) (any, error) {
	var in kmsRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.Policy != "" && checkDocument(in.Policy) != nil {
		return nil, fail(http.StatusBadRequest, "MalformedPolicyDocumentException", "The policy is malformed")
	}
	id := uuid(hash("key", c.region.account.id, c.region.name, strconv.Itoa(len(c.region.keys)), millis(c.now)))
	if in.MultiRegion {
		id = "mrk-" + strings.ReplaceAll(id, "-", "")
	}
	k := c.region.addKey(id, c.now)
	k.description, k.policy, k.origin = in.Description, in.Policy, or(in.Origin, "AWS_KMS")
	if k.origin == "EXTERNAL" {
		k.state = "PendingImport"
	}
	if in.MultiRegion {
		k.multiRegion = &multiRegion{primary: c.region.name}
	}
	for _, t := range in.Tags {
		k.tags.put(t.TagKey, t.TagValue)
	}
	return obj{"KeyMetadata": k.metadata()}, nil
}

func createAlias(c *call) (any, error) {
	in, k, err := c.kms(func(in kmsRequest) string { return in.TargetKeyId })
	if err := c.own(k, err); err != nil {
		return nil, err
	}
	if _, err := c.key(in.AliasName); err == nil {
		return nil, fail(http.StatusBadRequest, "AlreadyExistsException", "An alias with the name %s already exists", c.region.arn("kms", in.AliasName))
	}
	k.aliases = insertOnce(k.aliases, in.AliasName)
	return nil, nil
}

func createGrant(c *call) (any, error) {
	in, k, err := c.kms(keyID)
	if err := c.own(k, err); err != nil {
		return nil, err
	}
	g := k.addGrant(grant{name: in.Name, grantee: in.GranteePrincipal, retiring: in.RetiringPrincipal, operations: in.Operations, created: c.now})
	return obj{"GrantId": g.id, "GrantToken": "token-" + g.id}, nil
}

func (k *kmsKey) addGrant(g grant) grant {
	n := hash("grant", k.arn, strconv.Itoa(len(k.grants)))
	g.id = strings.Repeat(shortID(n, 16), 4)
	i, _ := slices.BinarySearchFunc(k.grants, g.id, func(x grant, id string) int { return strings.Compare(x.id, id) })
	k.grants = slices.Insert(k.grants, i, g)
	return g
}

func enableKey(c *call) (any, error) {
	_, k, err := c.kms(keyID)
	if err := c.own(k, err); err != nil {
		return nil, err
	}
	if err := k.in("Enabled", "Disabled"); err != nil {
		return nil, err
	}
	k.state = "Enabled"
	return nil, nil
}

func disableKey(c *call) (any, error) {
	_, k, err := c.kms(keyID)
	if err := c.own(k, err); err != nil {
		return nil, err
	}
	if err := k.in("Enabled", "Disabled"); err != nil {
		return nil, err
	}
	k.state = "Disabled"
	return nil, nil
}

// scheduleKeyDeletion lets the key go when the waiting time is over: from then on
// it does not exist.
func scheduleKeyDeletion(c *call) (any, error) {
	in, k, err := c.kms(keyID)
	if err := c.own(k, err); err != nil {
		return nil, err
	}
	if in.PendingWindowInDays == 0 {
		in.PendingWindowInDays = 30
	}
	if in.PendingWindowInDays < 7 || in.PendingWindowInDays > 30 {
		return nil, validation("PendingWindowInDays must be between 7 and 30")
	}
	if k.manager == "AWS" {
		return nil, c.accessDenied(k.arn)
	}
	if err := k.in("Enabled", "Disabled", "PendingImport", "Unavailable"); err != nil {
		return nil, err
	}
	out := obj{"KeyId": k.arn, "PendingWindowInDays": in.PendingWindowInDays}
	if k.multiRegion != nil && len(k.multiRegion.replicas) > 0 && k.multiRegion.primary == k.region.name {
		k.state, k.windowDays = "PendingReplicaDeletion", in.PendingWindowInDays
	} else {
		k.state, k.deletion = "PendingDeletion", c.now.Add(time.Duration(in.PendingWindowInDays)*day)
		out["DeletionDate"] = epochOf(k.deletion)
	}
	out["KeyState"] = k.state
	return out, nil
}

// cancelKeyDeletion leaves the key disabled.
func cancelKeyDeletion(c *call) (any, error) {
	_, k, err := c.kms(keyID)
	if err := c.own(k, err); err != nil {
		return nil, err
	}
	if err := k.in("PendingDeletion", "PendingReplicaDeletion"); err != nil {
		return nil, err
	}
	k.state, k.deletion = "Disabled", time.Time{}
	return obj{"KeyId": k.arn}, nil
}
