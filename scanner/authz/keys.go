package authz

import "strings"

// A conditionKey is what is known of a condition key: how its values are read, how
// many there are, and which requests carry it.
type conditionKey struct {
	name    string // ends with / or : where it is the beginning of many
	family  family
	set     bool
	carried carried
}

// carried says which requests have a key.
type carried uint8

const (
	sometimes carried = iota
	always
	inSessions  // of roles and federated users; never with a user's own access keys
	withSession // always in sessions, sometimes else: a user may have temporary credentials too
	perAction   // of the operations, those alone that name it
	byServices  // only where an AWS service is the caller
)

// conditionKeys are the global keys, and those of the services that keep backups.
// A key that is not here may be misspelt, or of a service that nobody here knows;
// what hangs on it is not sure.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
var conditionKeys = indexKeys([]conditionKey{
	{"aws:AssumedRoot", booleans, false, sometimes},
	{"aws:CalledVia", texts, true, sometimes},
	{"aws:CalledViaFirst", texts, false, sometimes},
	{"aws:CalledViaLast", texts, false, sometimes},
	{"aws:ChatbotSourceArn", texts, false, sometimes},
	{"aws:CurrentTime", dates, false, always},
	{"aws:Ec2InstanceSourcePrivateIPv4", addresses, false, sometimes},
	{"aws:Ec2InstanceSourceVpc", texts, false, sometimes},
	{"aws:EpochTime", dates, false, always},
	{"aws:FederatedProvider", texts, false, inSessions},
	{"aws:MultiFactorAuthAge", numbers, false, sometimes},
	{"aws:MultiFactorAuthPresent", booleans, false, sometimes},
	{"aws:PrincipalAccount", texts, false, always},
	{"aws:PrincipalArn", texts, false, always},
	{"aws:PrincipalIsAWSService", booleans, false, always},
	{"aws:PrincipalOrgID", texts, false, sometimes},
	{"aws:PrincipalOrgPaths", texts, true, sometimes},
	{"aws:PrincipalServiceName", texts, false, byServices},
	{"aws:PrincipalServiceNamesList", texts, true, byServices},
	{"aws:PrincipalTag/", texts, false, sometimes},
	{"aws:PrincipalType", texts, false, always},
	{"aws:Referer", texts, false, sometimes},
	{"aws:RequestTag/", texts, false, perAction},
	{"aws:RequestedRegion", texts, false, always},
	{"aws:ResourceAccount", texts, false, sometimes},
	{"aws:ResourceOrgID", texts, false, sometimes},
	{"aws:ResourceOrgPaths", texts, true, sometimes},
	{"aws:ResourceTag/", texts, false, sometimes},
	{"aws:SecureTransport", booleans, false, always},
	{"aws:SourceAccount", texts, false, sometimes},
	{"aws:SourceArn", texts, false, sometimes},
	{"aws:SourceIdentity", texts, false, inSessions},
	{"aws:SourceIp", addresses, false, sometimes},
	{"aws:SourceOrgID", texts, false, sometimes},
	{"aws:SourceOrgPaths", texts, true, sometimes},
	{"aws:SourceVpc", texts, false, sometimes},
	{"aws:SourceVpcArn", texts, false, sometimes},
	{"aws:SourceVpce", texts, false, sometimes},
	{"aws:TagKeys", texts, true, perAction},
	{"aws:TokenIssueTime", dates, false, withSession},
	{"aws:UserAgent", texts, false, sometimes},
	{"aws:ViaAWSService", booleans, false, always},
	{"aws:VpcSourceIp", addresses, false, sometimes},
	{"aws:VpceAccount", texts, false, sometimes},
	{"aws:VpceOrgID", texts, false, sometimes},
	{"aws:VpceOrgPaths", texts, true, sometimes},
	{"aws:userid", texts, false, always},
	{"aws:username", texts, false, sometimes},

	{"account:TargetRegion", texts, false, perAction},
	{"backup:ChangeableForDays", numbers, false, perAction},
	{"backup:CopyTargetOrgPaths", texts, true, perAction},
	{"backup:CopyTargets", texts, true, perAction},
	{"backup:MaxRetentionDays", numbers, false, perAction},
	{"backup:MinRetentionDays", numbers, false, perAction},
	{"backup:MpaApprovalTeamArn", texts, false, perAction},
	{"dynamodb:Attributes", texts, true, perAction},
	{"dynamodb:EnclosingOperation", texts, false, perAction},
	{"dynamodb:FullTableScan", booleans, false, perAction},
	{"dynamodb:LeadingKeys", texts, true, perAction},
	{"dynamodb:ReturnConsumedCapacity", texts, false, perAction},
	{"dynamodb:ReturnValues", texts, false, perAction},
	{"dynamodb:Select", texts, false, perAction},
	{"iam:AWSServiceName", texts, false, perAction},
	{"iam:AssociatedResourceArn", texts, false, perAction},
	{"iam:PassedToService", texts, false, perAction},
	{"iam:PermissionsBoundary", texts, false, perAction},
	{"iam:PolicyARN", texts, false, perAction},
	{"iam:ResourceTag/", texts, false, sometimes},
	{"kms:BypassPolicyLockoutSafetyCheck", booleans, false, perAction},
	{"kms:CallerAccount", texts, false, always},
	{"kms:EncryptionAlgorithm", texts, false, sometimes},
	{"kms:EncryptionContext:", texts, false, sometimes},
	{"kms:EncryptionContextKeys", texts, true, sometimes},
	{"kms:GrantConstraintType", texts, false, sometimes},
	{"kms:GrantIsForAWSResource", booleans, false, perAction},
	{"kms:GrantOperations", texts, true, sometimes},
	{"kms:GranteePrincipal", texts, false, sometimes},
	{"kms:KeyOrigin", texts, false, sometimes},
	{"kms:KeySpec", texts, false, sometimes},
	{"kms:KeyUsage", texts, false, sometimes},
	{"kms:MultiRegion", booleans, false, sometimes},
	{"kms:MultiRegionKeyType", texts, false, sometimes},
	{"kms:PrimaryRegion", texts, false, sometimes},
	{"kms:RequestAlias", texts, false, sometimes},
	{"kms:ResourceAliases", texts, true, sometimes},
	{"kms:RetiringPrincipal", texts, false, sometimes},
	{"kms:ScheduleKeyDeletionPendingWindowInDays", numbers, false, perAction},
	{"kms:TrailingDaysWithoutKeyUsage", numbers, false, perAction},
	{"kms:ViaService", texts, false, sometimes},
	{"organizations:PolicyType", texts, false, perAction},
	{"organizations:ServicePrincipal", texts, false, perAction},
	{"sts:ExternalId", texts, false, sometimes},
	{"sts:RoleSessionName", texts, false, sometimes},
	{"sts:SourceIdentity", texts, false, sometimes},
	{"sts:TransitiveTagKeys", texts, true, sometimes},
})

func indexKeys(keys []conditionKey) map[string]*conditionKey {
	index := make(map[string]*conditionKey, len(keys))
	for i := range keys {
		index[strings.ToLower(keys[i].name)] = &keys[i]
	}
	return index
}

// keyNamed finds a key by its name in lower case; nil where it is not known.
func keyNamed(name string) *conditionKey {
	if k := conditionKeys[name]; k != nil {
		return k
	}
	if at := strings.IndexByte(name, '/'); at >= 0 {
		return conditionKeys[name[:at+1]]
	}
	if at := strings.LastIndexByte(name, ':'); at > 0 && strings.IndexByte(name, ':') < at {
		return conditionKeys[name[:at+1]]
	}
	return nil
}

// service is what stands before the colon, "aws" for global keys.
func (k *conditionKey) service() string {
	service, _, _ := strings.Cut(k.name, ":")
	return service
}

// mayHave says whether requests for the action can carry the key at all.
func (k *conditionKey) mayHave(a action) bool {
	if service := k.service(); service != "aws" && service != a.service {
		return false
	}
	operation, known := operationAt(a.index)
	if k.carried != perAction || !known || k.service() == "aws" && (operation.Effect.Creates() || operation.Effect.Restores()) {
		return true // what creates something may take tags for it
	}
	for _, name := range operation.Keys {
		if name == k.name || name == strings.TrimSuffix(k.name, "/") {
			return true
		}
	}
	return false
}
