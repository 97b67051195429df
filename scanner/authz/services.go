package authz

import "strings"

// What single services do beside the general model. Each rule names its source.

// rcpServices are the services whose resources RCPs bind, as far as operations of
// this package's table belong to them. AWS Backup, IAM and Organizations are not
// among them: no RCP protects a recovery point of AWS Backup's own form.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
var rcpServices = map[string]bool{
	"dynamodb": true, "kms": true, "sts": true, "s3": true, "sqs": true, "secretsmanager": true,
}

// rcpBinds says whether RCPs apply to the action.
func rcpBinds(a action) bool {
	return rcpServices[a.service] && !(a.service == "kms" && a.verb == "retiregrant")
}

// onKey says whether the request is about a KMS key, whose policy alone decides
// who may have anything to do with it: identity policies count only where it
// names the account.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
func onKey(a action, arn string) bool {
	return a.service == "kms" && strings.Contains(arn, ":key/")
}

// needsAccountGrant says whether the account's identity policies count only where
// the resource policy names the account: KMS keys, and roles to be assumed.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html
func needsAccountGrant(a action, arn string) bool {
	return onKey(a, arn) || a.service == "sts" && (strings.HasPrefix(a.verb, "assumerole") || a.verb == "tagsession" || a.verb == "setsourceidentity")
}

// kmsAcross are the KMS operations that other accounts may be allowed.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
var kmsAcross = map[string]bool{
	"creategrant": true, "decrypt": true, "derivesharedsecret": true, "describekey": true, "encrypt": true, "generatedatakey": true,
	"generatedatakeypair": true, "generatedatakeypairwithoutplaintext": true, "generatedatakeywithoutplaintext": true, "generatemac": true,
	"getkeyrotationstatus": true, "getpublickey": true, "listgrants": true, "reencryptfrom": true, "reencryptto": true, "retiregrant": true,
	"revokegrant": true, "sign": true, "verify": true, "verifymac": true,
}

// dynamodbAtHome are DynamoDB operations that no policy opens to other accounts.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-iam-actions.html
var dynamodbAtHome = map[string]bool{
	"createbackup": true, "updatecontinuousbackups": true, "restoretabletopointintime": true, "putresourcepolicy": true,
	"deleteresourcepolicy": true, "deletebackup": true, "restoretablefrombackup": true,
}

const refusesAcross = "the service refuses this to other accounts, whatever the policies say"

// refusedAcross says whether the service refuses the action to other accounts
// whatever the policies say.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html
func refusedAcross(a action) bool {
	switch a.service {
	case "backup":
		return a.verb != "copyintobackupvault"
	case "kms":
		return !kmsAcross[a.verb]
	case "dynamodb":
		return dynamodbAtHome[a.verb]
	}
	return false
}

// withoutResourcePolicy says whether the action is authorized on something that
// has no policy of its own, so that its table's says nothing.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-iam-actions.html
func withoutResourcePolicy(a action) bool {
	return a.service == "dynamodb" && (a.verb == "deletebackup" || a.verb == "restoretablefrombackup")
}

// rootOverrides: the root user may change a table's policy even where the policy
// itself denies it, so that nobody locks an account out of its table.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html
func rootOverrides(c caller, a action) bool {
	return c.Type == Root && a.service == "dynamodb" && (a.verb == "putresourcepolicy" || a.verb == "deleteresourcepolicy")
}

const iamRefuses = "IAM refuses this on AWS's own policies and on service-linked roles"

// unmodifiable says whether IAM refuses the action whatever the policies say:
// nobody changes AWS's own policies, or a service-linked role but to delete it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
func unmodifiable(a action, arn string) bool {
	if a.service != "iam" {
		return false
	}
	switch a.verb {
	case "createpolicyversion", "setdefaultpolicyversion", "deletepolicyversion", "deletepolicy":
		return strings.Contains(arn, ":iam::aws:policy/")
	case "deleterole", "putrolepolicy", "deleterolepolicy", "attachrolepolicy", "detachrolepolicy", "putrolepermissionsboundary",
		"deleterolepermissionsboundary", "updateassumerolepolicy":
		return strings.Contains(arn, ":role/aws-service-role/")
	}
	return false
}
