package awssim

import "slices"

func contains(sorted []string, s string) bool {
	_, found := slices.BinarySearch(sorted, s)
	return found
}

func createAccountAlias(c *call) (any, error) {
	in, a, err := c.iam()
	if err != nil {
		return nil, err
	}
	a.iam.alias = in.AccountAlias
	return nil, nil
}

func updateAssumeRolePolicy(c *call) (any, error) {
	in, a, err := c.iam()
	if err != nil {
		return nil, err
	}
	r := a.iam.roles[in.RoleName]
	if r == nil {
		return nil, noSuchEntity("The role with name %s cannot be found.", in.RoleName)
	}
	if err := checkDocument(in.PolicyDocument); err != nil {
		return nil, err
	}
	r.trust = in.PolicyDocument
	return nil, nil
}

// listInstanceProfilesForRole is what Terraform asks before it deletes a role.
func listInstanceProfilesForRole(c *call) (any, error) {
	in, a, err := c.iam()
	if err != nil {
		return nil, err
	}
	if a.iam.roles[in.RoleName] == nil {
		return nil, noSuchEntity("The role with name %s cannot be found.", in.RoleName)
	}
	return obj{"InstanceProfiles": []obj{}, "IsTruncated": false}, nil
}

// membership finds the user and the group of a request.
func (c *call) membership() (*identity, *identity, error) {
	in, a, err := c.iam()
	if err != nil {
		return nil, nil, err
	}
	u, g := a.iam.users[in.UserName], a.iam.groups[in.GroupName]
	switch {
	case u == nil:
		return nil, nil, noSuchEntity("The user with name %s cannot be found.", in.UserName)
	case g == nil:
		return nil, nil, noSuchEntity("The group with name %s cannot be found.", in.GroupName)
	}
	return u, g, nil
}

func addUserToGroup(c *call) (any, error) {
	u, g, err := c.membership()
	if err != nil {
		return nil, err
	}
	u.groups = insertOnce(u.groups, g.name)
	return nil, nil
}

func removeUserFromGroup(c *call) (any, error) {
	u, g, err := c.membership()
	if err != nil {
		return nil, err
	}
	u.groups = without(u.groups, g.name)
	return nil, nil
}

func listGroupsForUser(c *call) (any, error) {
	in, a, err := c.iam()
	if err != nil {
		return nil, err
	}
	u := a.iam.users[in.UserName]
	if u == nil {
		return nil, noSuchEntity("The user with name %s cannot be found.", in.UserName)
	}
	names, out, err := iamList(c, in, u.groups, func(s string) string { return s })
	if err != nil {
		return nil, err
	}
	rows := []obj{}
	for _, name := range names {
		if g := a.iam.groups[name]; g != nil {
			rows = append(rows, g.row())
		}
	}
	out["Groups"] = rows
	return out, nil
}
