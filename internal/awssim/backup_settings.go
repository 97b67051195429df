package awssim

// describeRegionSettings names the resource types that have been set.
func describeRegionSettings(c *call) (any, error) {
	return obj{"ResourceTypeOptInPreference": orEmpty(c.region.optIn), "ResourceTypeManagementPreference": orEmpty(c.region.management)}, nil
}

func orEmpty[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}

// updateRegionSettings merges the keys that are sent into those that are set;
// AWS does not document whether it replaces the map, its own example sends one.
func updateRegionSettings(c *call) (any, error) {
	in := struct{ ResourceTypeOptInPreference, ResourceTypeManagementPreference map[string]bool }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	c.region.optIn = merge(c.region.optIn, in.ResourceTypeOptInPreference)
	c.region.management = merge(c.region.management, in.ResourceTypeManagementPreference)
	if in.ResourceTypeManagementPreference["DynamoDB"] {
		c.region.advancedSince = c.now
	}
	return nil, nil
}

func merge[V any](into, from map[string]V) map[string]V {
	out := make(map[string]V, len(into)+len(from))
	for k, v := range into {
		out[k] = v
	}
	for k, v := range from {
		out[k] = v
	}
	return out
}

// describeGlobalSettings is refused for accounts that are in no organization.
func describeGlobalSettings(c *call) (any, error) {
	if _, _, err := c.directory(); err != nil {
		return nil, invalidRequest("The account %s is not a member of an organization", c.region.account.id)
	}
	settings := merge(map[string]string{"isCrossAccountBackupEnabled": "false", "isMpaEnabled": "false", "isDelegatedAdministratorEnabled": "false"},
		c.region.account.globalSettings)
	return obj{"GlobalSettings": settings}, nil
}

func updateGlobalSettings(c *call) (any, error) {
	in := struct{ GlobalSettings map[string]string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if d, m, err := c.directory(); err != nil || m.id != d.management {
		return nil, invalidRequest("Only the management account of an organization can change global settings")
	}
	c.region.account.globalSettings = merge(c.region.account.globalSettings, in.GlobalSettings)
	return nil, nil
}
