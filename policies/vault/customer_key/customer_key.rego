# METADATA
# title: The vault's key is the customer's own
# description: >-
#   The key that AWS makes for AWS Backup has a policy that nobody can change: it cannot be given to another account, so
#   its backups cannot be copied there, and nobody can say who may use it. With a key of your own you decide both.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html
#   - https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html
# custom:
#   severity: low
#   evidence: [key, VaultType, lock]
#   attributes: [kms_key_arn, encryption_key_arn, EncryptionKeyArn]
#   limits: |
#     A logically air-gapped vault with a key that AWS owns passes: nobody in the account could delete it. What the key's
#     own policy says is not judged here. Backups that were made without advanced DynamoDB backup are encrypted with the
#     table's key, whatever the vault's.
#   fix: |
#     The key of a vault is fixed when the vault is made: make a new one, and let the plan rules send their backups
#     there. What is in the old vault stays as it is.
#
#     **Console.** AWS Backup → Vaults → Create new vault → Encryption key → a key of yours; then Backup plans → the plan
#     → the rule → Edit → Backup vault.
#
#     **CLI.**
#
#     ```sh
#     aws backup create-backup-vault --backup-vault-name NEW_VAULT --encryption-key-arn KEY_ARN
#     ```
#
#     **Terraform.**
#
#     ```hcl
#     resource "aws_backup_vault" "this" {
#       name        = "tables"
#       kms_key_arn = aws_kms_key.backups.arn
#     }
#     ```
package holdfast.vault.customer_key

ok if input.key.owner == "customer"

ok if {
	input.key.owner == "aws_owned"
	input.lock == "air_gapped"
}

deny contains violation if {
	input.key.owner == "aws_managed"
	violation := {
		"message": "key is the one that AWS manages for AWS Backup, whose policy nobody can change",
		"expected": "customer",
		"actual": "aws_managed",
	}
}
