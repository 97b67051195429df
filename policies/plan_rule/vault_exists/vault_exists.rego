# METADATA
# title: Every vault that a plan rule names exists
# description: >-
#   AWS Backup takes a plan that names a vault which does not exist. The jobs then fail, night after night, and a copy
#   that cannot land is one that is missing when the Region is.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
# custom:
#   severity: high
#   evidence: [vault, air_gapped_vault, copies]
#   attributes: [target_vault_name, TargetBackupVault]
#   remediation: backup.create_vault
#   limits: |
#     Vaults are looked up in the Regions and accounts of the scan. A copy into any other place is unknown: add that
#     account to the scan, or record it as an expected gap.
#   fix: |
#     A vault belongs to one Region of one account: the same plan in another Region needs a vault of its own there.
#
#     **Console.** AWS Backup → the Region → Vaults → Create new vault.
#
#     **CLI.** A key cannot be changed afterwards.
#
#     ```sh
#     aws backup create-backup-vault --region REGION --backup-vault-name VAULT --encryption-key-arn KEY_ARN
#     ```
#
#     **Terraform.**
#
#     ```hcl
#     resource "aws_backup_vault" "this" {
#       name        = "VAULT"
#       kms_key_arn = aws_kms_key.backup.arn
#     }
#     ```
package holdfast.plan_rule.vault_exists

applicable := (input.tables_covered + input.tables_ambiguous) > 0

ok if {
	input.vault.exists == true
	_air_gapped_vault_exists
	every copy in input.copies {
		copy.vault.exists == true
	}
}

deny contains violation if {
	input.vault.exists == false
	violation := _missing("vault", input.vault.BackupVaultName)
}

deny contains violation if {
	input.air_gapped_vault.exists == false
	violation := _missing("air-gapped vault", input.air_gapped_vault.BackupVaultName)
}

deny contains violation if {
	some copy in input.copies
	copy.vault.exists == false
	violation := _missing("copy vault", copy.DestinationBackupVaultArn)
}

# A vault that is missing is missing, whatever else could not be read.
ambiguous contains sprintf("copies into %s, where it was not read whether that vault exists", [vault]) if {
	count(deny) == 0
	some copy in input.copies
	not copy.vault.exists
	vault := copy.DestinationBackupVaultArn
}

_air_gapped_vault_exists if not input.air_gapped_vault

_air_gapped_vault_exists if input.air_gapped_vault.exists == true

_missing(kind, name) := {
	"message": sprintf("names the %s %s, which does not exist", [kind, name]),
	"expected": name,
	"actual": "does not exist",
	"remediation": {"BackupVault": name},
}
