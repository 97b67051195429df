# METADATA
# title: What a vault's lock demands of the backups that land in it
# description: >-
#   AWS Backup fails a job whose lifecycle is shorter than MinRetentionDays or longer than MaxRetentionDays of the
#   vault's lock, in whatever mode the lock is. A bound that is not set is not enforced, and a backup without
#   DeleteAfterDays is kept for ever, which is longer than any maximum.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html
package holdfast.lib.bounds

_locked := {"air_gapped", "compliance", "governance", "grace"}

# METADATA
# title: Whether a vault takes backups of this retention
# description: >-
#   True or false; undefined where it is not known how the vault is locked or how long the backups are kept. A vault
#   that does not exist has no bounds.
fits(_, vault) if vault.exists == false

fits(_, vault) if vault.lock == "none"

fits(retention, vault) if {
	vault.lock in _locked
	_long_enough(retention, vault) == true
	_short_enough(retention, vault) == true
}

fits(retention, vault) := false if {
	vault.lock in _locked
	_long_enough(retention, vault) == false
}

fits(retention, vault) := false if {
	vault.lock in _locked
	_short_enough(retention, vault) == false
}

# METADATA
# title: What a vault refuses about a retention, and what it would take
# description: Only where fits is false.
refusal(retention, vault) := {
	"kept": sprintf("%d days", [retention.DeleteAfterDays]),
	"limit": sprintf("at least %d days", [vault.MinRetentionDays]),
	"message": sprintf("%d < %d days", [retention.DeleteAfterDays, vault.MinRetentionDays]),
} if {
	_long_enough(retention, vault) == false
} else := {
	"kept": "for ever",
	"limit": sprintf("at most %d days", [vault.MaxRetentionDays]),
	"message": sprintf("for ever > %d days", [vault.MaxRetentionDays]),
} if {
	retention.kept_for_ever == true
	vault.MaxRetentionDays
} else := {
	"kept": sprintf("%d days", [retention.DeleteAfterDays]),
	"limit": sprintf("at most %d days", [vault.MaxRetentionDays]),
	"message": sprintf("%d > %d days", [retention.DeleteAfterDays, vault.MaxRetentionDays]),
} if {
	_short_enough(retention, vault) == false
}

_long_enough(_, vault) if not vault.MinRetentionDays

_long_enough(retention, _) if retention.kept_for_ever == true

_long_enough(retention, vault) := retention.DeleteAfterDays >= vault.MinRetentionDays if {
	retention.kept_for_ever == false
}

_short_enough(_, vault) if not vault.MaxRetentionDays

_short_enough(retention, vault) := false if {
	retention.kept_for_ever == true
	vault.MaxRetentionDays
}

_short_enough(retention, vault) := retention.DeleteAfterDays <= vault.MaxRetentionDays if {
	retention.kept_for_ever == false
}
