package awssim

import (
	"net/http"
	"slices"
)

// The Account API lists the Regions that the scenario gives an account.
// https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html
var accountAPI = service{name: "account", protocol: restJSON, errorText: "message", operations: index("account",
	operation{name: "ListRegions", handle: listRegions},
)}

type regionStatus struct {
	RegionName      string
	RegionOptStatus string
}

func listRegions(c *call) (any, error) {
	in := struct {
		MaxResults              int
		NextToken               string
		RegionOptStatusContains []string
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	p, err := c.pagerFor(in.MaxResults, 50, in.NextToken)
	if err != nil {
		return nil, fail(http.StatusBadRequest, "ValidationException", "The input fails to satisfy the constraints: MaxResults or NextToken")
	}
	a := c.region.account
	rows := []regionStatus{}
	for _, name := range a.regionNames {
		status := a.regions[name].optStatus
		if len(in.RegionOptStatusContains) == 0 || slices.Contains(in.RegionOptStatusContains, status) {
			rows = append(rows, regionStatus{name, status})
		}
	}
	rows, token := page(p, rows, func(r regionStatus) string { return r.RegionName }, nil)
	return listOf("Regions", rows, token), nil
}
