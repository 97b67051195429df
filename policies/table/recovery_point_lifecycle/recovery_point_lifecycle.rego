# METADATA
# title: Each backup is kept as its plan promised
# description: >-
#   A plan's retention is copied into each recovery point when it is made. Whoever may change a single recovery point can
#   shorten its life afterwards, to a day, while the plan still says a year: a deletion that nobody notices.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRecoveryPointLifecycle.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/updating-a-backup-plan.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
# custom:
#   severity: critical
#   severities: [low, critical]
#   evidence: [promises]
#   limits: |
#     The promise is that of the plan's version that made the recovery point, or of its copy action: a copy that names no
#     retention, or −1, is kept as long as its source. Points that were made before a plan was edited keep their old
#     promise; the evidence counts them as `older`, and they fail nothing. Points made by hand were promised nothing, and
#     those of a plan or version that is not there any more are counted as `unknown`. Whole days are compared.
#   fix: |
#     Set the recovery point back to what was promised. Send both numbers: what is left out may be reset. A longer
#     retention can be set at any time, also in a locked vault whose maximum allows it; a shorter one not.
#
#     **Console.** AWS Backup → Vaults → the vault → the recovery point → Edit → Total retention period.
#
#     **CLI.**
#
#     ```sh
#     aws backup list-recovery-points-by-backup-vault --backup-vault-name VAULT --by-resource-arn TABLE_ARN \
#       --query 'RecoveryPoints[].[RecoveryPointArn,CreationDate,CalculatedLifecycle.DeleteAt]' --output table
#     aws backup update-recovery-point-lifecycle --backup-vault-name VAULT \
#       --recovery-point-arn RECOVERY_POINT_ARN --lifecycle MoveToColdStorageAfterDays=31,DeleteAfterDays=366
#     ```
#
#     Find out who changed it: CloudTrail → Event name → UpdateRecoveryPointLifecycle.
#
#     **Terraform.** It knows no single recovery points. A lock on the vault (`aws_backup_vault_lock_configuration`)
#     refuses to shorten them.
package holdfast.table.recovery_point_lifecycle

import data.holdfast.lib.judged

applicable if {
	judged.table(input.TableStatus, input.restore_test) == true
	input.promises.known > 0
}

applicable := false if judged.table(input.TableStatus, input.restore_test) == false

applicable := false if input.promises.known < 1

ok if count(input.promises.deviations) == 0

deny contains violation if {
	some deviation in input.promises.deviations
	violation := {
		"severity": _severity(deviation),
		"message": sprintf("%s in vault %s (%s): kept %s, promised %s", [
			_points(deviation), deviation.BackupVaultName, deviation.region,
			_kept(deviation.retention), _kept(deviation.promised),
		]),
		"expected": _kept(deviation.promised),
		"actual": _kept(deviation.retention),
	}
}

_severity(deviation) := "critical" if deviation.earlier

_severity(deviation) := "low" if deviation.earlier == false

_points(deviation) := sprintf("%d %s", [deviation.points, _noun(deviation)])

_noun(deviation) := "copy" if {
	deviation.copy
	deviation.points == 1
} else := "copies" if {
	deviation.copy
} else := "recovery point" if {
	deviation.points == 1
} else := "recovery points"

_kept(retention) := "for ever" if retention.kept_for_ever

_kept(retention) := sprintf("%d days", [retention.DeleteAfterDays]) if retention.kept_for_ever == false
