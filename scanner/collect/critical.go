package collect

import (
	"encoding/json"
	"slices"
	"strings"
)

// critical are the calls that destroy backups, shorten their life, or take away
// what guards them, as CloudTrail names them, by the service that EventBridge
// names as their source.
var critical = map[string][]string{
	"aws.backup": {
		"DeleteBackupPlan", "DeleteBackupSelection", "DeleteBackupVault", "DeleteBackupVaultAccessPolicy",
		"DeleteBackupVaultLockConfiguration", "DeleteBackupVaultNotifications", "DeleteRecoveryPoint", "CancelLegalHold",
		"PutBackupVaultAccessPolicy", "PutBackupVaultLockConfiguration", "StopBackupJob", "UpdateBackupPlan",
		"UpdateGlobalSettings", "UpdateRecoveryPointLifecycle", "UpdateRegionSettings",
	},
	"aws.dynamodb": {
		"DeleteBackup", "DeleteTable", "DeleteTableReplica", "DisassociateTableReplica", "UpdateContinuousBackups",
	},
	"aws.kms": {
		"DeleteImportedKeyMaterial", "DisableKey", "PutKeyPolicy", "RetireGrant", "RevokeGrant", "ScheduleKeyDeletion",
	},
	"aws.iam": {
		"DeleteRole", "DeleteRolePermissionsBoundary", "DeleteServiceLinkedRole", "DetachRolePolicy", "UpdateAssumeRolePolicy",
	},
	"aws.organizations": {
		"CloseAccount", "DeletePolicy", "DetachPolicy", "DisablePolicyType", "LeaveOrganization", "MoveAccount",
		"RemoveAccountFromOrganization", "UpdatePolicy",
	},
}

// criticalNames are all names in critical, sorted.
func criticalNames() []string {
	var names []string
	for _, of := range critical {
		names = append(names, of...)
	}
	slices.Sort(names)
	return names
}

// mayTell says whether an event pattern may match an event of AWS Backup, or a
// critical call of any service. What it does not understand may.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
func mayTell(pattern string) bool {
	var p struct {
		Source json.RawMessage `json:"source"`
		Detail struct {
			EventSource json.RawMessage `json:"eventSource"`
			EventName   json.RawMessage `json:"eventName"`
		} `json:"detail"`
	}
	if err := json.Unmarshal([]byte(pattern), &p); err != nil {
		return true
	}
	for source, names := range critical {
		if !mayMatch(p.Source, source) {
			continue
		}
		if source == "aws.backup" && len(p.Detail.EventName) == 0 { // its own events: jobs, copies, vaults
			return true
		}
		calledAs := strings.TrimPrefix(source, "aws.") + ".amazonaws.com"
		if mayMatch(p.Detail.EventSource, calledAs) && slices.ContainsFunc(names, func(name string) bool { return mayMatch(p.Detail.EventName, name) }) {
			return true
		}
	}
	return false
}

// mayMatch says whether a field's matchers may accept a value. An absent field
// accepts all; a matcher that is not a plain text, such as {"prefix": …}, may.
func mayMatch(matchers json.RawMessage, value string) bool {
	var all []any
	if len(matchers) == 0 || json.Unmarshal(matchers, &all) != nil {
		return true
	}
	return slices.ContainsFunc(all, func(m any) bool {
		text, plain := m.(string)
		return !plain && m != nil || text == value
	})
}
