package awssim

import (
	"encoding/json"
	"net/url"
	"strings"
)

// AWS Backup over restJson1.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Operations_AWS_Backup.html
var backupAPI = service{name: "backup", protocol: restJSON, errorText: "Message", operations: index("backup", backupOperations()...)}

// A route is a path of the API. ARNs are one percent-encoded segment of it, so
// paths are matched escaped; a trailing slash, which older clients send, is cut.
type route struct {
	method    string
	segments  []string // "" matches any one segment, which becomes a label
	operation string
}

func backupOperations() []operation {
	return []operation{
		{name: "ListBackupPlans", handle: listBackupPlans},
		{name: "GetBackupPlan", handle: getBackupPlan},
		{name: "ListBackupPlanVersions", handle: listBackupPlanVersions},
		{name: "CreateBackupPlan", writes: true, handle: createBackupPlan},
		{name: "UpdateBackupPlan", writes: true, handle: updateBackupPlan},
		{name: "DeleteBackupPlan", writes: true, handle: deleteBackupPlan},
		{name: "ListBackupSelections", handle: listBackupSelections},
		{name: "GetBackupSelection", handle: getBackupSelection},
		{name: "CreateBackupSelection", writes: true, handle: createBackupSelection},
		{name: "DeleteBackupSelection", writes: true, handle: deleteBackupSelection},
		{name: "ListBackupVaults", handle: listBackupVaults},
		{name: "DescribeBackupVault", handle: describeBackupVault},
		{name: "CreateBackupVault", writes: true, handle: createBackupVault},
		{name: "CreateLogicallyAirGappedBackupVault", writes: true, handle: createAirGappedVault},
		{name: "DeleteBackupVault", writes: true, handle: deleteBackupVault},
		{name: "PutBackupVaultLockConfiguration", writes: true, handle: putVaultLock},
		{name: "DeleteBackupVaultLockConfiguration", writes: true, handle: deleteVaultLock},
		{name: "GetBackupVaultAccessPolicy", handle: getVaultPolicy},
		{name: "PutBackupVaultAccessPolicy", writes: true, handle: putVaultPolicy},
		{name: "DeleteBackupVaultAccessPolicy", writes: true, handle: deleteVaultPolicy},
		{name: "GetBackupVaultNotifications", handle: getVaultNotifications},
		{name: "PutBackupVaultNotifications", writes: true, handle: putVaultNotifications},
		{name: "DeleteBackupVaultNotifications", writes: true, handle: deleteVaultNotifications},
		{name: "ListRecoveryPointsByBackupVault", handle: listPointsByVault},
		{name: "ListRecoveryPointsByResource", handle: listPointsByResource},
		{name: "DescribeRecoveryPoint", handle: describePoint},
		{name: "DeleteRecoveryPoint", writes: true, handle: deletePoint},
		{name: "UpdateRecoveryPointLifecycle", writes: true, handle: updatePointLifecycle},
		{name: "ListProtectedResources", handle: listProtectedResources},
		{name: "ListProtectedResourcesByBackupVault", handle: listProtectedResourcesByVault},
		{name: "DescribeProtectedResource", handle: describeProtectedResource},
		{name: "ListBackupJobs", handle: listBackupJobs},
		{name: "DescribeBackupJob", handle: describeBackupJob},
		{name: "StartBackupJob", writes: true, handle: startBackupJob},
		{name: "StopBackupJob", writes: true, handle: stopBackupJob},
		{name: "ListCopyJobs", handle: listCopyJobs},
		{name: "StartCopyJob", writes: true, handle: startCopyJob},
		{name: "ListRestoreJobs", handle: listRestoreJobs},
		{name: "ListRestoreJobsByProtectedResource", handle: listRestoreJobsByResource},
		{name: "DescribeRegionSettings", handle: describeRegionSettings},
		{name: "UpdateRegionSettings", writes: true, handle: updateRegionSettings},
		{name: "DescribeGlobalSettings", handle: describeGlobalSettings},
		{name: "UpdateGlobalSettings", writes: true, handle: updateGlobalSettings},
		{name: "ListRestoreTestingPlans", handle: listTestingPlans},
		{name: "GetRestoreTestingPlan", handle: getTestingPlan},
		{name: "CreateRestoreTestingPlan", writes: true, handle: createTestingPlan},
		{name: "DeleteRestoreTestingPlan", writes: true, handle: deleteTestingPlan},
		{name: "ListRestoreTestingSelections", handle: listTestingSelections},
		{name: "GetRestoreTestingSelection", handle: getTestingSelection},
		{name: "CreateRestoreTestingSelection", writes: true, handle: createTestingSelection},
		{name: "DeleteRestoreTestingSelection", writes: true, handle: deleteTestingSelection},
		{name: "ListLegalHolds", handle: listLegalHolds},
		{name: "GetLegalHold", handle: getLegalHold},
		{name: "CreateLegalHold", writes: true, handle: createLegalHold},
		{name: "CancelLegalHold", writes: true, handle: cancelLegalHold},
		{name: "ListRecoveryPointsByLegalHold", handle: listPointsByLegalHold},
		{name: "ListTags", writes: true, handle: listBackupTags}, // it makes room for tags on a point
		{name: "TagResource", writes: true, handle: tagBackupResource},
		{name: "UntagResource", writes: true, handle: untagBackupResource},
	}
}

var backupRoutes = parseRoutes(`
GET    /backup/plans                                        ListBackupPlans
PUT    /backup/plans                                        CreateBackupPlan
GET    /backup/plans/{}                                     GetBackupPlan
POST   /backup/plans/{}                                     UpdateBackupPlan
DELETE /backup/plans/{}                                     DeleteBackupPlan
GET    /backup/plans/{}/versions                            ListBackupPlanVersions
GET    /backup/plans/{}/selections                          ListBackupSelections
PUT    /backup/plans/{}/selections                          CreateBackupSelection
GET    /backup/plans/{}/selections/{}                       GetBackupSelection
DELETE /backup/plans/{}/selections/{}                       DeleteBackupSelection
GET    /backup-vaults                                       ListBackupVaults
GET    /backup-vaults/{}                                    DescribeBackupVault
PUT    /backup-vaults/{}                                    CreateBackupVault
DELETE /backup-vaults/{}                                    DeleteBackupVault
PUT    /logically-air-gapped-backup-vaults/{}               CreateLogicallyAirGappedBackupVault
PUT    /backup-vaults/{}/vault-lock                         PutBackupVaultLockConfiguration
DELETE /backup-vaults/{}/vault-lock                         DeleteBackupVaultLockConfiguration
GET    /backup-vaults/{}/access-policy                      GetBackupVaultAccessPolicy
PUT    /backup-vaults/{}/access-policy                      PutBackupVaultAccessPolicy
DELETE /backup-vaults/{}/access-policy                      DeleteBackupVaultAccessPolicy
GET    /backup-vaults/{}/notification-configuration         GetBackupVaultNotifications
PUT    /backup-vaults/{}/notification-configuration         PutBackupVaultNotifications
DELETE /backup-vaults/{}/notification-configuration         DeleteBackupVaultNotifications
GET    /backup-vaults/{}/recovery-points                    ListRecoveryPointsByBackupVault
GET    /backup-vaults/{}/recovery-points/{}                 DescribeRecoveryPoint
POST   /backup-vaults/{}/recovery-points/{}                 UpdateRecoveryPointLifecycle
DELETE /backup-vaults/{}/recovery-points/{}                 DeleteRecoveryPoint
GET    /backup-vaults/{}/resources                          ListProtectedResourcesByBackupVault
GET    /resources                                           ListProtectedResources
GET    /resources/{}                                        DescribeProtectedResource
GET    /resources/{}/recovery-points                        ListRecoveryPointsByResource
GET    /resources/{}/restore-jobs                           ListRestoreJobsByProtectedResource
GET    /backup-jobs                                         ListBackupJobs
PUT    /backup-jobs                                         StartBackupJob
GET    /backup-jobs/{}                                      DescribeBackupJob
POST   /backup-jobs/{}                                      StopBackupJob
GET    /copy-jobs                                           ListCopyJobs
PUT    /copy-jobs                                           StartCopyJob
GET    /restore-jobs                                        ListRestoreJobs
GET    /account-settings                                    DescribeRegionSettings
PUT    /account-settings                                    UpdateRegionSettings
GET    /global-settings                                     DescribeGlobalSettings
PUT    /global-settings                                     UpdateGlobalSettings
GET    /restore-testing/plans                               ListRestoreTestingPlans
PUT    /restore-testing/plans                               CreateRestoreTestingPlan
GET    /restore-testing/plans/{}                            GetRestoreTestingPlan
DELETE /restore-testing/plans/{}                            DeleteRestoreTestingPlan
GET    /restore-testing/plans/{}/selections                 ListRestoreTestingSelections
PUT    /restore-testing/plans/{}/selections                 CreateRestoreTestingSelection
GET    /restore-testing/plans/{}/selections/{}              GetRestoreTestingSelection
DELETE /restore-testing/plans/{}/selections/{}              DeleteRestoreTestingSelection
GET    /legal-holds                                         ListLegalHolds
POST   /legal-holds                                         CreateLegalHold
GET    /legal-holds/{}                                      GetLegalHold
DELETE /legal-holds/{}                                      CancelLegalHold
GET    /legal-holds/{}/recovery-points                      ListRecoveryPointsByLegalHold
GET    /tags/{}                                             ListTags
POST   /tags/{}                                             TagResource
POST   /untag/{}                                            UntagResource
`)

func parseRoutes(text string) []route {
	var routes []route
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		segments := strings.Split(strings.ReplaceAll(f[1], "{}", ""), "/")[1:]
		routes = append(routes, route{f[0], segments, f[2]})
	}
	return routes
}

// matchRoute finds the operation of an escaped path, "" when there is none.
func matchRoute(method, path string) (operation string, labels []string) {
	have := strings.Split(strings.TrimPrefix(path, "/"), "/")
next:
	for _, r := range backupRoutes {
		if r.method != method || len(r.segments) != len(have) {
			continue
		}
		labels = nil
		for i, want := range r.segments {
			if want != "" && want != have[i] || have[i] == "" {
				continue next
			}
			if want == "" {
				label, err := url.PathUnescape(have[i])
				if err != nil {
					continue next
				}
				labels = append(labels, label)
			}
		}
		return r.operation, labels
	}
	return "", nil
}

func isJSON(s string) bool { return json.Valid([]byte(s)) }
