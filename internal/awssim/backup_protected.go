package awssim

import "slices"

// A resource is listed as protected as soon as it has a recovery point of any
// status: its presence says nothing about whether it can be restored.

func (res *resource) protectedRow() obj {
	row := obj{"ResourceArn": res.arn, "ResourceType": "DynamoDB", "ResourceName": res.name}
	if p := res.last; p != nil {
		row["LastBackupTime"] = epochMillis(p.created)
		row["LastBackupVaultArn"] = p.vault.arn
		row["LastRecoveryPointArn"] = p.arn()
	}
	return row
}

func listProtectedResources(c *call) (any, error) {
	return c.listProtected(func(res *resource) bool { return len(res.points) > 0 })
}

func listProtectedResourcesByVault(c *call) (any, error) {
	v, err := c.readable("ListProtectedResourcesByBackupVault")
	if err != nil {
		return nil, err
	}
	return c.listProtected(func(res *resource) bool {
		return slices.ContainsFunc(res.points, func(p *point) bool { return p.vault == v })
	})
}

func (c *call) listProtected(keep func(*resource) bool) (any, error) {
	p, err := c.restPage()
	if err != nil {
		return nil, err
	}
	key := func(r *resource) string { return r.name + "\x00" + r.arn }
	resources, token := page(p, c.region.resourceBy, key, keep)
	rows := make([]obj, len(resources))
	for i, r := range resources {
		rows[i] = r.protectedRow()
	}
	return listOf("Results", rows, token), nil
}

func describeProtectedResource(c *call) (any, error) {
	res := c.region.resources[c.labels[0]]
	if res == nil || len(res.points) == 0 {
		return nil, notFound("Resource %s is not protected", c.labels[0])
	}
	row := res.protectedRow()
	if j := res.restore; j != nil {
		row["LatestRestoreExecutionTimeMinutes"] = int64(j.completed.Sub(j.created).Minutes())
		row["LatestRestoreJobCreationDate"] = epochOf(j.created)
		row.set("LatestRestoreRecoveryPointCreationDate", epochOf(j.pointCreated))
	}
	return row, nil
}
