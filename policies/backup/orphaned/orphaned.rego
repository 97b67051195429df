# METADATA
# title: No backups are left over from a deleted table without somebody knowing why
# description: >-
#   Backups outlive their table. They may be the only way back to data that somebody still needs, or personal data that
#   should be gone by now, and DynamoDB's on-demand backups are kept, and paid for, until someone deletes them.
# related_resources:
#   - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Backup-and-Restore.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-backups.html
# custom:
#   severity: low
#   evidence: [user_backups, recovery_points, kept_for_ever, newest_age_days, oldest_age_days, recreated, vaults]
#   limits: |
#     One finding stands for all backups of one deleted table. Backups that DynamoDB itself made when the table was
#     deleted or archived are left out: the former expire after 35 days. Whether the data is still needed, only its
#     owner can say; a waiver records the answer.
#   fix: |
#     Find the owner and agree how long the data has to stay. Nothing here should be deleted before that: a backup
#     cannot be brought back.
#
#     **Console.** DynamoDB → Backups, and AWS Backup → Vaults → the vault → filter by the table's ARN.
#
#     **CLI.**
#
#     ```sh
#     aws dynamodb list-backups --table-name TABLE --backup-type ALL
#     aws backup list-recovery-points-by-resource --resource-arn TABLE_ARN
#     ```
#
#     If it has to stay, record that as a waiver in `holdfast.yaml`, with owner and expiry. To give a recovery point an
#     end, change its lifecycle with care: the days count from its creation, and one that is older goes at once.
#
#     **Terraform.** Backups are not resources of it; take the deleted table out of the state and the code, and keep the
#     vault.
package holdfast.backup.orphaned

applicable if {
	input.deleted_table == true
	_orphans > 0
}

applicable := false if input.deleted_table == false

applicable := false if _orphans == 0

ok if _orphans == 0

deny contains violation if {
	_orphans > 0
	violation := {
		"message": sprintf("%s %s: confirm owner and retention", [_gone, _left]),
		"expected": "an owner and a retention",
		"actual": {
			"user_backups": input.user_backups,
			"recovery_points": input.recovery_points,
			"kept_for_ever": input.kept_for_ever,
		},
	}
}

# Backups that DynamoDB made of its own accord are no orphans.
_orphans := input.user_backups + input.recovery_points

_left := concat("", ["left ", concat(" and ", _kinds), _for_ever])

# A table of that name may exist again; these backups are not of it.
_gone := "was deleted and made again, and the earlier table" if input.recreated == true

_gone := "is deleted, but" if input.recreated == false

_kinds := [sprintf("%d %s", [n, name]) |
	some [n, one, many] in [
		[input.user_backups, "on-demand backup", "on-demand backups"],
		[input.recovery_points, "recovery point", "recovery points"],
	]
	n > 0
	name := {true: one, false: many}[n == 1]
]

_for_ever := sprintf(", %d of them kept for ever", [input.kept_for_ever]) if {
	input.kept_for_ever > 0
} else := ""
