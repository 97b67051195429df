package awssim

import "strings"

// tagsOf finds what a tagging call is about: only ARNs of AWS Backup have tags
// there, so that points which are not advanced have none.
func (c *call) tagsOf(arn string) (*tags, error) {
	if !strings.HasPrefix(arn, c.region.arn("backup", "")) {
		return nil, invalidParameter("Invalid resource ARN %q: it is not of AWS Backup", arn)
	}
	kind, id, _ := strings.Cut(strings.TrimPrefix(arn, c.region.arn("backup", "")), ":")
	switch kind {
	case "backup-vault":
		if v := c.region.vaults[id]; v != nil {
			return &v.tags, nil
		}
	case "backup-plan":
		if p := c.region.plans[id]; p != nil && p.deleted.IsZero() {
			return &p.tags, nil
		}
	case "legal-hold":
		if h := c.region.legalHolds[id]; h != nil {
			return &h.tags, nil
		}
	case "restore-testing-plan":
		for _, p := range c.region.testingPlans {
			if p.arn == arn {
				return &p.tags, nil
			}
		}
	case "recovery-point":
		for _, v := range c.region.vaults {
			if p := v.find(arn); p != nil {
				if p.extra == nil {
					p.extra = &pointExtra{}
				}
				return &p.extra.tags, nil
			}
		}
	}
	return nil, notFound("Resource %s not found", arn)
}

func listBackupTags(c *call) (any, error) {
	p, err := c.restPage()
	if err != nil {
		return nil, err
	}
	t, err := c.tagsOf(c.labels[0])
	if err != nil {
		return nil, err
	}
	rows, token := page(p, t.list(), func(t tag) string { return t.Key }, nil)
	out := map[string]string{}
	for _, tag := range rows {
		out[tag.Key] = tag.Value
	}
	return listOf("Tags", out, token), nil
}

func tagBackupResource(c *call) (any, error) {
	in := struct{ Tags map[string]string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.tagsOf(c.labels[0])
	if err != nil {
		return nil, err
	}
	for k, v := range in.Tags {
		t.put(k, v)
	}
	return nil, nil
}

func untagBackupResource(c *call) (any, error) {
	in := struct{ TagKeyList []string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.tagsOf(c.labels[0])
	if err != nil {
		return nil, err
	}
	for _, k := range in.TagKeyList {
		t.remove(k)
	}
	return nil, nil
}
