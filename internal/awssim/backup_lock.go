package awssim

import (
	"encoding/json"
	"slices"
	"time"
)

const maxRetention = 36500 // days

// A lock is AWS Backup Vault Lock. Without a date it is in governance mode, with
// one in compliance mode, which nobody can change once the date is past.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
type lock struct {
	on       bool
	min, max *int64 // days; nil: no bound
	date     time.Time
	since    time.Time // put: jobs before it did not know it
}

// final says that the lock cannot be changed any more.
func (l lock) final(now time.Time) bool { return l.on && !l.date.IsZero() && !now.Before(l.date) }

// refuses says why a job with that lifecycle fails, "" where it may go on.
func (l lock) refuses(lc *Lifecycle, at time.Time) string {
	if !l.on || at.Before(l.since) {
		return ""
	}
	days, ends := lc.deleteAfter()
	switch {
	case l.max != nil && (!ends || days > *l.max):
		return "Retention period is greater than the maximum retention period of the backup vault's lock"
	case l.min != nil && ends && days < *l.min:
		return "Retention period is less than the minimum retention period of the backup vault's lock"
	}
	return ""
}

func putVaultLock(c *call) (any, error) {
	in := struct{ MinRetentionDays, MaxRetentionDays, ChangeableForDays *int64 }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	v, err := c.vault()
	if err != nil {
		return nil, err
	}
	if v.lock.final(c.now) {
		return nil, invalidRequest("Backup vault %s is locked and its lock configuration cannot be changed", v.name)
	}
	if v.denies("backup:PutBackupVaultLockConfiguration") {
		return nil, insufficient()
	}
	if err := checkBounds(in.MinRetentionDays, in.MaxRetentionDays); err != nil {
		return nil, err
	}
	l := lock{on: true, min: in.MinRetentionDays, max: in.MaxRetentionDays, since: c.now}
	if d := in.ChangeableForDays; d != nil {
		if *d < 3 || *d > maxRetention {
			return nil, invalidParameter("ChangeableForDays must be between 3 and %d", maxRetention)
		}
		l.date = c.now.AddDate(0, 0, int(*d))
	}
	v.lock = l
	return nil, nil
}

func checkBounds(least, most *int64) error {
	for _, d := range []*int64{least, most} {
		if d != nil && (*d < 1 || *d > maxRetention) {
			return invalidParameter("Retention days must be between 1 and %d", maxRetention)
		}
	}
	if least != nil && most != nil && *least > *most {
		return invalidParameter("MinRetentionDays must not be greater than MaxRetentionDays")
	}
	return nil
}

func deleteVaultLock(c *call) (any, error) {
	v, err := c.vault()
	if err != nil {
		return nil, err
	}
	if v.lock.final(c.now) {
		return nil, invalidRequest("Backup vault %s is locked and its lock configuration cannot be deleted", v.name)
	}
	v.lock = lock{}
	return nil, nil
}

func getVaultPolicy(c *call) (any, error) {
	v, err := c.vault()
	if err != nil {
		return nil, err
	}
	if v.policy == "" {
		return nil, notFound("Backup vault access policy not found")
	}
	return obj{"BackupVaultName": v.name, "BackupVaultArn": v.arn, "Policy": v.policy}, nil
}

func putVaultPolicy(c *call) (any, error) {
	in := struct{ Policy string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	v, err := c.vault()
	if err != nil {
		return nil, err
	}
	if v.denies("backup:PutBackupVaultAccessPolicy") {
		return nil, insufficient()
	}
	if !isJSON(in.Policy) {
		return nil, invalidParameter("Policy is not valid JSON")
	}
	v.policy = in.Policy
	return nil, nil
}

func deleteVaultPolicy(c *call) (any, error) {
	v, err := c.vault()
	if err != nil {
		return nil, err
	}
	v.policy = ""
	return nil, nil
}

// denies reads the plainest form of a vault policy, which is enough for a test
// double: a Deny for everyone ("*"), without conditions, that names the action.
func (v *vault) denies(action string) bool {
	var policy struct {
		Statement []struct {
			Effect            string
			Principal, Action any
			Condition         any
		}
	}
	if v.policy == "" || json.Unmarshal([]byte(v.policy), &policy) != nil {
		return false
	}
	return slices.ContainsFunc(policy.Statement, func(s struct {
		Effect            string
		Principal, Action any
		Condition         any
	}) bool {
		return s.Effect == "Deny" && s.Condition == nil && names(s.Principal, "*") && names(s.Action, action)
	})
}

// names says whether a policy element is, or contains, the value; for principals
// also {"AWS": value}.
func names(element any, value string) bool {
	switch e := element.(type) {
	case string:
		return e == value
	case []any:
		return slices.ContainsFunc(e, func(x any) bool { return names(x, value) })
	case map[string]any:
		return names(e["AWS"], value)
	}
	return false
}

func getVaultNotifications(c *call) (any, error) {
	v, err := c.vault()
	if err != nil {
		return nil, err
	}
	if v.notifications == nil {
		return nil, notFound("Backup vault notifications not found")
	}
	return obj{"BackupVaultName": v.name, "BackupVaultArn": v.arn, "SNSTopicArn": v.notifications.SNSTopicArn,
		"BackupVaultEvents": v.notifications.BackupVaultEvents}, nil
}

func putVaultNotifications(c *call) (any, error) {
	in := vaultNotifications{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	v, err := c.vault()
	if err != nil {
		return nil, err
	}
	if in.SNSTopicArn == "" || len(in.BackupVaultEvents) == 0 {
		return nil, missingParameter("SNSTopicArn and BackupVaultEvents are required")
	}
	v.notifications = &in
	return nil, nil
}

func deleteVaultNotifications(c *call) (any, error) {
	v, err := c.vault()
	if err != nil {
		return nil, err
	}
	v.notifications = nil
	return nil, nil
}
