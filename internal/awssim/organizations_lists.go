package awssim

import (
	"net/http"
	"slices"
	"strings"
)

// An orgRequest has the parameters of all operations that are simulated.
type orgRequest struct {
	ParentId, ChildId, ChildType, TargetId, PolicyId, PolicyType, Filter string
	AccountId, OrganizationalUnitId, ServicePrincipal                    string
	AccountName, Email, CreateAccountRequestId, FeatureSet               string
	SourceParentId, DestinationParentId, RootId                          string
	Name, Type, Content, Description                                     string
	MaxResults                                                           int
	NextToken                                                            string
}

// orgList answers one page of rows, sorted by key. As AWS does, it cuts the pages
// before it looks at which rows were asked for: a page can be empty and yet have
// a token.
func orgList[T any](c *call, in orgRequest, name string, rows []T, key func(T) string, keep func(T) bool, row func(T) obj) (any, error) {
	c.labels = append(c.labels, in.ParentId, in.ChildId, in.ChildType, in.TargetId, in.PolicyId, in.Filter, in.AccountId, in.ServicePrincipal)
	p, err := c.pagerFor(in.MaxResults, 20, in.NextToken)
	if err != nil {
		e := fail(http.StatusBadRequest, "InvalidInputException", "You specified an invalid value.")
		e.members = map[string]string{"Reason": "INVALID_NEXT_TOKEN"}
		if in.MaxResults < 0 || in.MaxResults > 20 {
			e.members["Reason"] = "MAX_VALUE_EXCEEDED"
		}
		return nil, e
	}
	rows, token := page(p, rows, key, nil)
	list := []obj{}
	for _, r := range rows {
		if keep == nil || keep(r) {
			list = append(list, row(r))
		}
	}
	return listOf(name, list, token), nil
}

func (c *call) orgRequest() (in orgRequest, err error) {
	err = c.decode(&in)
	return in, err
}

func listRoots(c *call, d *directory) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	return orgList(c, in, "Roots", []*unit{d.root}, func(u *unit) string { return u.id }, nil, func(u *unit) obj {
		row := u.row()
		row["PolicyTypes"] = d.policyTypeRows()
		return row
	})
}

func (d *directory) memberList() []*member {
	var out []*member
	for _, id := range sortedKeys(d.members) {
		out = append(out, d.members[id])
	}
	return out
}

func memberKey(m *member) string { return m.id }

func listAccounts(c *call, d *directory) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	return orgList(c, in, "Accounts", d.memberList(), memberKey, nil, (*member).row)
}

func describeAccount(c *call, d *directory) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	m := d.members[in.AccountId]
	if m == nil {
		return nil, accountNotFound()
	}
	return obj{"Account": m.row()}, nil
}

// parent finds the root or unit that the request names.
func (c *call) parent(d *directory) (orgRequest, *unit, error) {
	in, err := c.orgRequest()
	if err != nil {
		return in, nil, err
	}
	u := d.units[in.ParentId]
	if u == nil {
		return in, nil, fail(http.StatusBadRequest, "ParentNotFoundException", "You specified parent that doesn't exist.")
	}
	return in, u, nil
}

func listAccountsForParent(c *call, d *directory) (any, error) {
	in, u, err := c.parent(d)
	if err != nil {
		return nil, err
	}
	return orgList(c, in, "Accounts", d.memberList(), memberKey, func(m *member) bool { return m.parent == u }, (*member).row)
}

func (d *directory) unitList() []*unit {
	var out []*unit
	for _, id := range sortedKeys(d.units) {
		if d.units[id] != d.root {
			out = append(out, d.units[id])
		}
	}
	return out
}

func listUnitsForParent(c *call, d *directory) (any, error) {
	in, parent, err := c.parent(d)
	if err != nil {
		return nil, err
	}
	return orgList(c, in, "OrganizationalUnits", d.unitList(), func(u *unit) string { return u.id }, func(u *unit) bool { return u.parent == parent }, (*unit).row)
}

func describeUnit(c *call, d *directory) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	u := d.units[in.OrganizationalUnitId]
	if u == nil || u == d.root {
		return nil, fail(http.StatusBadRequest, "OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist.")
	}
	return obj{"OrganizationalUnit": u.row()}, nil
}

func listChildren(c *call, d *directory) (any, error) {
	in, parent, err := c.parent(d)
	if err != nil {
		return nil, err
	}
	type child struct {
		id string
		of *unit
	}
	var rows []child
	if in.ChildType == "ACCOUNT" {
		for _, m := range d.memberList() {
			rows = append(rows, child{m.id, m.parent})
		}
	} else {
		for _, u := range d.unitList() {
			rows = append(rows, child{u.id, u.parent})
		}
	}
	return orgList(c, in, "Children", rows, func(x child) string { return x.id }, func(x child) bool { return x.of == parent },
		func(x child) obj { return obj{"Id": x.id, "Type": in.ChildType} })
}

func listParents(c *call, d *directory) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	var parent *unit
	if m := d.members[in.ChildId]; m != nil {
		parent = m.parent
	} else if u := d.units[in.ChildId]; u != nil {
		parent = u.parent
	}
	if parent == nil {
		return nil, fail(http.StatusBadRequest, "ChildNotFoundException", "You specified a child that doesn't exist.")
	}
	return orgList(c, in, "Parents", []*unit{parent}, func(u *unit) string { return u.id }, nil, func(u *unit) obj {
		if u == d.root {
			return obj{"Id": u.id, "Type": "ROOT"}
		}
		return obj{"Id": u.id, "Type": "ORGANIZATIONAL_UNIT"}
	})
}

func listDelegatedAdministrators(c *call, d *directory) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	keep := func(m *member) bool {
		return len(m.delegated) > 0 && (in.ServicePrincipal == "" || slices.Contains(m.delegated, in.ServicePrincipal))
	}
	return orgList(c, in, "DelegatedAdministrators", d.memberList(), memberKey, keep, func(m *member) obj {
		row := m.row()
		delete(row, "Paths")
		row["DelegationEnabledDate"] = epochOf(m.delegatedAt)
		return row
	})
}

func listDelegatedServices(c *call, d *directory) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	m := d.members[in.AccountId]
	if m == nil || len(m.delegated) == 0 {
		return nil, fail(http.StatusBadRequest, "AccountNotRegisteredException", "The specified account is not a delegated administrator for this AWS service.")
	}
	return orgList(c, in, "DelegatedServices", m.delegated, strings.Clone, nil,
		func(s string) obj { return obj{"ServicePrincipal": s, "DelegationEnabledDate": epochOf(m.delegatedAt)} })
}

func listServiceAccess(c *call, d *directory) (any, error) {
	in, err := c.orgRequest()
	if err != nil {
		return nil, err
	}
	return orgList(c, in, "EnabledServicePrincipals", d.services, strings.Clone, nil,
		func(s string) obj { return obj{"ServicePrincipal": s, "DateEnabled": epochOf(d.created)} })
}
