package awssim

import (
	"net/http"
	"slices"
	"strings"
)

// The Resource Groups Tagging API knows tables, vaults and plans that have a tag
// or once had one; what was never tagged is absent.
// https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
var tagging = service{name: "tag", protocol: awsJSON11, errorText: "Message", operations: index("tag",
	operation{name: "GetResources", handle: getResources},
)}

type taggedResource struct {
	ResourceARN string
	Tags        []tag
	tags        *tags
	kind        string
}

func getResources(c *call) (any, error) {
	in := struct {
		PaginationToken     string
		ResourcesPerPage    int
		ResourceTypeFilters []string
		ResourceARNList     []string
		TagFilters          []struct {
			Key    string
			Values []string
		}
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	c.labels = append(c.labels, in.ResourceTypeFilters...)
	p, err := c.pagerFor(in.ResourcesPerPage, 100, in.PaginationToken)
	if err != nil {
		if in.PaginationToken != "" && in.ResourcesPerPage <= 100 {
			return nil, fail(http.StatusBadRequest, "PaginationTokenExpiredException", "The PaginationToken is invalid or expired")
		}
		return nil, fail(http.StatusBadRequest, "InvalidParameterException", "Invalid ResourcesPerPage %d", in.ResourcesPerPage)
	}
	rows, token := page(p, c.region.tagged(), func(t taggedResource) string { return t.ResourceARN }, func(t taggedResource) bool {
		if !matchesType(t.kind, in.ResourceTypeFilters) || len(in.ResourceARNList) > 0 && !slices.Contains(in.ResourceARNList, t.ResourceARN) {
			return false
		}
		for _, f := range in.TagFilters {
			v, ok := t.tags.values[f.Key]
			if !ok || len(f.Values) > 0 && !slices.Contains(f.Values, v) {
				return false
			}
		}
		return true
	})
	for i := range rows {
		rows[i].Tags = rows[i].tags.list()
	}
	return obj{"PaginationToken": token, "ResourceTagMappingList": rows}, nil
}

// matchesType accepts "dynamodb:table" and a whole service, "dynamodb".
func matchesType(kind string, filters []string) bool {
	return len(filters) == 0 || slices.ContainsFunc(filters, func(f string) bool {
		return f == kind || strings.HasPrefix(kind, f+":")
	})
}

// tagged are the resources that the tagging API knows, by ARN.
func (r *region) tagged() []taggedResource {
	var out []taggedResource
	add := func(kind, arn string, t *tags) {
		if t.known {
			out = append(out, taggedResource{ResourceARN: arn, kind: kind, tags: t})
		}
	}
	for _, t := range r.tables {
		add("dynamodb:table", t.arn, &t.tags)
	}
	for _, v := range r.vaults {
		add("backup:backup-vault", v.arn, &v.tags)
	}
	for _, p := range r.plans {
		if p.deleted.IsZero() {
			add("backup:backup-plan", p.arn, &p.tags)
		}
	}
	slices.SortFunc(out, func(a, b taggedResource) int { return strings.Compare(a.ResourceARN, b.ResourceARN) })
	return out
}
