# METADATA
# title: A Region in which nothing is wrong, for tests
package holdfast.region_test

import data.holdfast.lib.fixture_test as fixture

# METADATA
# title: The Region, with some facts different
with_facts(changes) := fixture.with_fields(
	{
		"opted_in": true, "advanced_backup": true, "tables": 12, "tables_that_depend": 4,
		"cold_rules": 1, "copy_rules": 0, "air_gapped_rules": 0,
	},
	changes,
)
