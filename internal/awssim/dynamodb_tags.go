package awssim

import "net/http"

func (c *call) tableOfArn() (*table, []tag, []string, error) {
	in := struct {
		ResourceArn string
		Tags        []tag
		TagKeys     []string
	}{}
	if err := c.decode(&in); err != nil {
		return nil, nil, nil, err
	}
	t, err := c.tableOf(in.ResourceArn, "ResourceNotFoundException")
	return t, in.Tags, in.TagKeys, err
}

// listTagsOfResource has a page size of the server's choosing.
func listTagsOfResource(c *call) (any, error) {
	in := struct{ ResourceArn, NextToken string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.tableOf(in.ResourceArn, "ResourceNotFoundException")
	if err != nil {
		return nil, err
	}
	c.labels = []string{t.arn}
	p, err := c.pagerFor(0, 10, in.NextToken)
	if err != nil {
		return nil, validation("Invalid NextToken")
	}
	rows, token := page(p, t.tags.list(), func(t tag) string { return t.Key }, nil)
	return listOf("Tags", rows, token), nil
}

const maxTags = 50

func tagTable(c *call) (any, error) {
	t, add, _, err := c.tableOfArn()
	if err != nil {
		return nil, err
	}
	after := map[string]bool{}
	for k := range t.tags.values {
		after[k] = true
	}
	for _, tag := range add {
		after[tag.Key] = true
	}
	if len(after) > maxTags {
		return nil, validation("One or more parameter values were invalid: too many tags, at most %d", maxTags)
	}
	for _, tag := range add {
		t.tags.put(tag.Key, tag.Value)
	}
	return nil, nil
}

func untagTable(c *call) (any, error) {
	t, _, keys, err := c.tableOfArn()
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		t.tags.remove(k)
	}
	return nil, nil
}

func (c *call) policyTable() (t *table, policy, expected string, err error) {
	in := struct {
		ResourceArn, Policy, ExpectedRevisionId string
	}{}
	if err := c.decode(&in); err != nil {
		return nil, "", "", err
	}
	t, err = c.tableOf(in.ResourceArn, "ResourceNotFoundException")
	return t, in.Policy, in.ExpectedRevisionId, err
}

func (t *table) revision() string {
	return shortID(hash("policy", t.arn, t.policy, string(rune(t.revisions))), 13)
}

func getResourcePolicy(c *call) (any, error) {
	t, _, _, err := c.policyTable()
	if err != nil {
		return nil, err
	}
	if t.policy == "" {
		return nil, fail(http.StatusBadRequest, "PolicyNotFoundException", "Resource-based policy not found for the provided ResourceArn: %s", t.arn)
	}
	return obj{"Policy": t.policy, "RevisionId": t.revision()}, nil
}

// expects compares the revision that the client knows; NO_POLICY means none.
func (t *table) expects(revision string) error {
	switch {
	case revision == "", revision == "NO_POLICY" && t.policy == "", t.policy != "" && revision == t.revision():
		return nil
	}
	return fail(http.StatusBadRequest, "PolicyNotFoundException", "The policy's revision is not %s", revision)
}

func putResourcePolicy(c *call) (any, error) {
	t, policy, expected, err := c.policyTable()
	if err != nil {
		return nil, err
	}
	if err := t.expects(expected); err != nil {
		return nil, err
	}
	if !isJSON(policy) {
		return nil, validation("Resource-based policy is not valid JSON")
	}
	if policy != t.policy {
		t.policy = policy
		t.revisions++
	}
	return obj{"RevisionId": t.revision()}, nil
}

func deleteResourcePolicy(c *call) (any, error) {
	t, _, expected, err := c.policyTable()
	if err != nil {
		return nil, err
	}
	if err := t.expects(expected); err != nil {
		return nil, err
	}
	if t.policy == "" {
		return obj{}, nil
	}
	revision := t.revision()
	t.policy = ""
	return obj{"RevisionId": revision}, nil
}
