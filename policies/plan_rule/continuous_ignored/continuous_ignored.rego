# METADATA
# title: The rule asks for no continuous backup, which DynamoDB does not have there
# description: >-
#   AWS Backup makes continuous backups of a few services, and DynamoDB is none of them: for a table the setting does
#   nothing. Who reads the plan believes that point-in-time recovery is on. It is a setting of the table, and of nothing
#   else.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html
#   - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
# custom:
#   severity: low
#   evidence: [EnableContinuousBackup, retention]
#   attributes: [enable_continuous_backup, EnableContinuousBackup]
#   limits: |
#     The same rule may back up services that do have continuous backups; then the setting is right for them. Whether
#     tables have point-in-time recovery is judged by table.pitr_enabled.
#   fix: |
#     Turn it off where the rule is for tables alone. A rule with it cannot keep anything longer than 35 days, so give
#     tables a rule of their own where it serves other services, too. For tables, turn point-in-time recovery on.
#
#     **Console.** AWS Backup → Backup plans → the plan → the rule → Edit → Enable continuous backups for supported
#     resources.
#
#     **CLI.** An update replaces the whole plan, so start from what is there:
#
#     ```sh
#     aws backup get-backup-plan --backup-plan-id PLAN_ID --query BackupPlan --output json \
#       | jq 'del(.Rules[].RuleId)' > plan.json
#     # In plan.json, in the rule: "EnableContinuousBackup": false
#     aws backup update-backup-plan --backup-plan-id PLAN_ID --backup-plan file://plan.json
#     aws dynamodb update-continuous-backups --table-name TABLE \
#       --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true,RecoveryPeriodInDays=35
#     ```
#
#     **Terraform.** `enable_continuous_backup = false` in the `rule` of the `aws_backup_plan`, and
#     `point_in_time_recovery { enabled = true }` in the `aws_dynamodb_table`.
package holdfast.plan_rule.continuous_ignored

applicable := (input.tables_covered + input.tables_ambiguous) > 0

ok if input.EnableContinuousBackup == false

deny contains violation if {
	input.EnableContinuousBackup == true
	violation := {
		"message": "asks for continuous backup, which does nothing for tables",
		"expected": false,
		"actual": true,
	}
}
