package awssim

import (
	"encoding/json"
	"net/http"
	"strings"
)

// identityOperations are those that users, roles and groups have alike, and that
// differ only in their names.
func identityOperations(kind string) []operation {
	type handler func(c *call, in iamRequest, id *identity) (any, error)
	found := func(h handler) func(*call) (any, error) {
		return func(c *call) (any, error) {
			in, a, err := c.iam()
			if err != nil {
				return nil, err
			}
			id := (*a.iam.of(kind))[in.name(kind)]
			if id == nil {
				return nil, noSuchEntity("The %s with name %s cannot be found.", strings.ToLower(kind), in.name(kind))
			}
			return h(c, in, id)
		}
	}
	ops := []operation{
		{name: "Create" + kind, writes: true, handle: func(c *call) (any, error) { return createIdentity(c, kind) }},
		{name: "Get" + kind, handle: found(getIdentity)},
		{name: "Delete" + kind, writes: true, handle: found(deleteIdentity)},
		{name: "List" + kind + "s", handle: func(c *call) (any, error) { return listIdentities(c, kind) }},
		{name: "Put" + kind + "Policy", writes: true, handle: found(putInlinePolicy)},
		{name: "Get" + kind + "Policy", handle: found(getInlinePolicy)},
		{name: "Delete" + kind + "Policy", writes: true, handle: found(deleteInlinePolicy)},
		{name: "List" + kind + "Policies", handle: found(listInlinePolicies)},
		{name: "Attach" + kind + "Policy", writes: true, handle: found(attachPolicy)},
		{name: "Detach" + kind + "Policy", writes: true, handle: found(detachPolicy)},
		{name: "ListAttached" + kind + "Policies", handle: found(listAttachedPolicies)},
	}
	if kind == "Group" {
		return ops
	}
	return append(ops,
		operation{name: "Put" + kind + "PermissionsBoundary", writes: true, handle: found(putBoundary)},
		operation{name: "Delete" + kind + "PermissionsBoundary", writes: true, handle: found(deleteBoundary)},
		operation{name: "Tag" + kind, writes: true, handle: found(tagIdentity)},
		operation{name: "Untag" + kind, writes: true, handle: found(untagIdentity)},
		operation{name: "List" + kind + "Tags", handle: found(listIdentityTags)},
	)
}

// checkDocument refuses what IAM would not store: a policy is a JSON object.
func checkDocument(document string) error {
	var policy struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(document), &policy) != nil || len(policy.Statement) == 0 {
		return fail(http.StatusBadRequest, "MalformedPolicyDocument", "Syntax errors in policy.")
	}
	return nil
}

func createIdentity(c *call, kind string) (any, error) {
	in, a, err := c.iam()
	if err != nil {
		return nil, err
	}
	if in.name(kind) == "" {
		return nil, validationError("%sName is required", kind)
	}
	if kind == "Role" {
		if err := checkDocument(in.AssumeRolePolicyDocument); err != nil {
			return nil, err
		}
	}
	if in.PermissionsBoundary != "" && a.policy(in.PermissionsBoundary) == nil {
		return nil, noSuchEntity("Scope ARN: %s does not exist or is not attachable.", in.PermissionsBoundary)
	}
	id := a.addIdentity(kind, in.name(kind), in.Path, c.now)
	if id == nil {
		return nil, entityExists("%s with name %s already exists.", kind, in.name(kind))
	}
	id.description, id.trust, id.boundary = in.Description, in.AssumeRolePolicyDocument, in.PermissionsBoundary
	for _, t := range in.Tags {
		id.tags.put(t.Key, t.Value)
	}
	return obj{kind: id.row()}, nil
}

func getIdentity(c *call, _ iamRequest, id *identity) (any, error) {
	out := obj{id.kind: id.row()}
	if id.kind == "Group" {
		out["Users"], out["IsTruncated"] = []obj{}, false
		for _, name := range sortedKeys(c.region.account.iam.users) {
			if u := c.region.account.iam.users[name]; contains(u.groups, id.name) {
				out["Users"] = append(out["Users"].([]obj), u.row())
			}
		}
	}
	return out, nil
}

func deleteIdentity(c *call, _ iamRequest, id *identity) (any, error) {
	if len(id.inline) > 0 || len(id.attached) > 0 {
		return nil, fail(http.StatusConflict, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
	}
	delete(*c.region.account.iam.of(id.kind), id.name)
	return nil, nil
}

func listIdentities(c *call, kind string) (any, error) {
	in, a, err := c.iam()
	if err != nil {
		return nil, err
	}
	all := *a.iam.of(kind)
	rows := []*identity{}
	for _, name := range sortedKeys(all) {
		if strings.HasPrefix(all[name].path, in.PathPrefix) {
			rows = append(rows, all[name])
		}
	}
	rows, out, err := iamList(c, in, rows, func(id *identity) string { return id.name })
	if err != nil {
		return nil, err
	}
	list := []obj{}
	for _, id := range rows {
		row := id.row()
		delete(row, "RoleLastUsed")
		delete(row, "Tags")
		list = append(list, row)
	}
	out[kind+"s"] = list
	return out, nil
}

func putInlinePolicy(_ *call, in iamRequest, id *identity) (any, error) {
	if err := checkDocument(in.PolicyDocument); err != nil {
		return nil, err
	}
	if in.PolicyName == "" {
		return nil, validationError("PolicyName is required")
	}
	id.putInline(in.PolicyName, in.PolicyDocument)
	return nil, nil
}

func getInlinePolicy(_ *call, in iamRequest, id *identity) (any, error) {
	document, ok := id.inline[in.PolicyName]
	if !ok {
		return nil, noSuchEntity("The policy with name %s cannot be found.", in.PolicyName)
	}
	return obj{id.kind + "Name": id.name, "PolicyName": in.PolicyName, "PolicyDocument": encodeDocument(document)}, nil
}

func deleteInlinePolicy(_ *call, in iamRequest, id *identity) (any, error) {
	if _, ok := id.inline[in.PolicyName]; !ok {
		return nil, noSuchEntity("The policy with name %s cannot be found.", in.PolicyName)
	}
	delete(id.inline, in.PolicyName)
	return nil, nil
}

func listInlinePolicies(c *call, in iamRequest, id *identity) (any, error) {
	rows, out, err := iamList(c, in, sortedKeys(id.inline), func(s string) string { return s })
	if err != nil {
		return nil, err
	}
	out["PolicyNames"] = rows
	return out, nil
}

func attachPolicy(c *call, in iamRequest, id *identity) (any, error) {
	if c.region.account.policy(in.PolicyArn) == nil {
		return nil, noSuchEntity("Policy %s does not exist or is not attachable.", in.PolicyArn)
	}
	id.attach(in.PolicyArn)
	return nil, nil
}

func detachPolicy(_ *call, in iamRequest, id *identity) (any, error) {
	if !contains(id.attached, in.PolicyArn) {
		return nil, noSuchEntity("Policy %s was not found.", in.PolicyArn)
	}
	id.attached = without(id.attached, in.PolicyArn)
	return nil, nil
}

func listAttachedPolicies(c *call, in iamRequest, id *identity) (any, error) {
	rows, out, err := iamList(c, in, c.region.account.attachedRows(id), func(o obj) string { return o["PolicyArn"].(string) })
	if err != nil {
		return nil, err
	}
	out["AttachedPolicies"] = rows
	return out, nil
}

func putBoundary(c *call, in iamRequest, id *identity) (any, error) {
	if c.region.account.policy(in.PermissionsBoundary) == nil {
		return nil, noSuchEntity("Scope ARN: %s does not exist or is not attachable.", in.PermissionsBoundary)
	}
	id.boundary = in.PermissionsBoundary
	return nil, nil
}

func deleteBoundary(_ *call, _ iamRequest, id *identity) (any, error) {
	if id.boundary == "" {
		return nil, noSuchEntity("%s %s has no permissions boundary.", id.kind, id.name)
	}
	id.boundary = ""
	return nil, nil
}

func tagIdentity(_ *call, in iamRequest, id *identity) (any, error) {
	for _, t := range in.Tags {
		id.tags.put(t.Key, t.Value)
	}
	return nil, nil
}

func untagIdentity(_ *call, in iamRequest, id *identity) (any, error) {
	for _, k := range in.TagKeys {
		id.tags.remove(k)
	}
	return nil, nil
}

func listIdentityTags(c *call, in iamRequest, id *identity) (any, error) {
	rows, out, err := iamList(c, in, id.tags.objects(), func(o obj) string { return o["Key"].(string) })
	if err != nil {
		return nil, err
	}
	out["Tags"] = rows
	return out, nil
}
