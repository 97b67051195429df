# METADATA
# title: An account in which nothing is wrong, for tests
package holdfast.account_test

import data.holdfast.lib.fixture_test as fixture

# METADATA
# title: The account, with some facts different
with_facts(changes) := fixture.with_fields({"tables": 12}, changes)
