# METADATA
# title: Backups are in cold storage once their time has come
# description: >-
#   Cold storage is what makes a year of daily backups affordable. Where a recovery point stays warm though its lifecycle
#   says otherwise, it costs several times as much, month after month.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRecoveryPoint.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
# custom:
#   severity: low
#   evidence: [cold]
#   limits: |
#     AWS tells the storage class of one recovery point at a time. So of each vault and lifecycle the oldest and the newest
#     one that should be cold are asked about, and the others are taken to be like them; the evidence says how many were
#     asked about. A point has two days to move. Points that are not advanced DynamoDB backups have no cold tier.
#   fix: |
#     AWS moves a recovery point with the role that made it. Look whether that role still exists and may do it, and what
#     the recovery point's status message says. A point that was made before advanced DynamoDB backup was turned on never
#     moves.
#
#     **Console.** AWS Backup → Vaults → the vault → the recovery point → Storage class, Status message.
#
#     **CLI.**
#
#     ```sh
#     aws backup describe-recovery-point --backup-vault-name VAULT --recovery-point-arn RECOVERY_POINT_ARN \
#       --query '[StorageClass,CalculatedLifecycle,StatusMessage,IamRoleArn]'
#     ```
#
#     **Terraform.** The role of the `aws_backup_selection` has to stay as long as its backups do; the `lifecycle` of the
#     `aws_backup_plan`'s rule says when they move.
package holdfast.table.cold_after

import data.holdfast.lib.judged

applicable if {
	judged.table(input.TableStatus, input.restore_test) == true
	input.cold.due > 0
}

applicable := false if judged.table(input.TableStatus, input.restore_test) == false

applicable := false if input.cold.due < 1

ok if {
	input.cold.sampled > 0
	input.cold.warm < 1
}

deny contains violation if {
	input.cold.warm > 0
	violation := {
		"message": sprintf("%d of %d recovery points that were asked about are still warm; %d should be in cold storage", [
			input.cold.warm, input.cold.sampled, input.cold.due,
		]),
		"expected": "COLD",
		"actual": "WARM",
	}
}
