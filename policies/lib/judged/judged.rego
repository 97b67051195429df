# METADATA
# title: Which tables are judged
# description: >-
#   DynamoDB does not let anyone protect a table while it is being made, deleted or archived; such a table is counted,
#   not judged. A status that this build does not know gives no answer, so that it can never read as a pass.
# related_resources:
#   - https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
package holdfast.lib.judged

_judged := {"ACTIVE", "UPDATING"}

_not_judged := {"ARCHIVED", "ARCHIVING", "CREATING", "DELETING", "INACCESSIBLE_ENCRYPTION_CREDENTIALS"}

# METADATA
# title: Whether a table is judged at all
# description: >-
#   True or false; undefined for a status that is not known. AWS Backup's own restore tests make tables that nobody has
#   to protect.
table(status, restore_test) if {
	status in _judged
	restore_test == false
}

table(status, _) := false if status in _not_judged

table(_, restore_test) := false if restore_test == true

# METADATA
# title: Whether the rules on plans and retention judge a table
# description: >-
#   True or false; undefined for a status that is not known. Not before grace_hours have passed since the table was
#   made, and only where plans are among the mechanisms that back it up.
by_plans(status, restore_test, age_hours, grace_hours, mechanisms) if {
	table(status, restore_test) == true
	age_hours >= grace_hours
	"plan" in mechanisms
}

by_plans(status, restore_test, _, _, _) := false if table(status, restore_test) == false

by_plans(_, _, age_hours, grace_hours, _) := false if age_hours < grace_hours

by_plans(_, _, _, _, mechanisms) := false if not "plan" in mechanisms
