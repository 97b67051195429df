"""Calls every operation that changes something, and every way to be refused,
through boto3, against the simulator at sys.argv[1] (scenario everything.yaml).

A call that goes otherwise than is written here ends it with 1. What the answers
look like is not looked at here: botocore_model.py judges the record of them.
"""
import json
import sys

from calls import client, wrong
from exercise_guards import guards
from exercise_watchers import watchers

ROLE = "arn:aws:iam::111111111111:role/Backup"
TABLE = "arn:aws:dynamodb:eu-west-1:111111111111:table/"
VAULT = "arn:aws:backup:eu-west-1:111111111111:backup-vault:"
KEY = "arn:aws:kms:eu-west-1:111111111111:key/0a1b2c3d-1111-4a2b-8c3d-444455556666"
ALLOW_ALL = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]})


def rule(name="daily", **more):
    return {"RuleName": name, "TargetBackupVaultName": "made", "ScheduleExpression": "cron(0 3 ? * * *)", **more}


def tables(dynamodb):
    spec = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
    dynamodb("create_table", TableName="made", Tags=[{"Key": "a", "Value": "1"}], DeletionProtectionEnabled=True,
             SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}, **spec)
    dynamodb("create_table", "ResourceInUseException", TableName="made", **spec)
    dynamodb("create_table", "ValidationException", TableName="a", **spec)
    dynamodb("update_table", "ResourceInUseException", TableName="made", DeletionProtectionEnabled=False)
    dynamodb("describe_table", TableName="made")  # the last moment of CREATING
    dynamodb("describe_table", TableName="made")
    dynamodb("describe_time_to_live", TableName="made")
    for operation in ("describe_table", "describe_time_to_live", "update_table", "delete_table"):
        dynamodb(operation, "ResourceNotFoundException", TableName="nothing")
    dynamodb("list_tables", "ValidationException", Limit=101)
    dynamodb("describe_continuous_backups", "TableNotFoundException", TableName="nothing")
    dynamodb("update_continuous_backups", "TableNotFoundException", TableName="nothing",
             PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    dynamodb("update_continuous_backups", "ValidationException", TableName="made",
             PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 36})
    dynamodb("update_continuous_backups", TableName="made",
             PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7})
    dynamodb("describe_continuous_backups", TableName="made")
    arn = dynamodb("create_backup", TableName="made", BackupName="kept")["BackupDetails"]["BackupArn"]
    dynamodb("create_backup", "TableNotFoundException", TableName="nothing", BackupName="kept")
    dynamodb("describe_backup", BackupArn=arn)
    dynamodb("delete_backup", BackupArn=arn)
    dynamodb("delete_backup", "BackupNotFoundException", BackupArn=arn)
    dynamodb("describe_backup", "BackupNotFoundException", BackupArn=arn)
    dynamodb("list_backups", "ValidationException", BackupType="NONE")
    dynamodb("list_backups", BackupType="ALL")
    dynamodb("tag_resource", ResourceArn=TABLE + "made", Tags=[{"Key": "b", "Value": "2"}])
    dynamodb("list_tags_of_resource", ResourceArn=TABLE + "made")
    dynamodb("untag_resource", ResourceArn=TABLE + "made", TagKeys=["b"])
    dynamodb("tag_resource", "ResourceNotFoundException", ResourceArn=TABLE + "nothing", Tags=[])
    dynamodb("list_tags_of_resource", "AccessDeniedException", ResourceArn=TABLE.replace("1111", "2222") + "alpha")
    dynamodb("get_resource_policy", "PolicyNotFoundException", ResourceArn=TABLE + "made")
    dynamodb("put_resource_policy", ResourceArn=TABLE + "made", Policy=ALLOW_ALL)
    dynamodb("get_resource_policy", ResourceArn=TABLE + "made")
    dynamodb("delete_resource_policy", ResourceArn=TABLE + "made")
    dynamodb("delete_table", "ValidationException", TableName="made")
    dynamodb("update_table", TableName="made", DeletionProtectionEnabled=False)
    dynamodb("describe_table", TableName="made")
    dynamodb("delete_table", TableName="made")
    dynamodb("list_backups", TableName="made", BackupType="SYSTEM")


def vaults(backup):
    vault = {"BackupVaultName": "made"}
    backup("create_backup_vault", **vault, BackupVaultTags={"a": "1"}, CreatorRequestId="once", EncryptionKeyArn=KEY)
    backup("create_backup_vault", **vault, CreatorRequestId="once")
    backup("create_backup_vault", "AlreadyExistsException", **vault)
    backup("create_backup_vault", "InvalidParameterValueException", BackupVaultName="no.dots")
    backup("create_logically_air_gapped_backup_vault", BackupVaultName="gap", MinRetentionDays=7, MaxRetentionDays=30)
    backup("create_logically_air_gapped_backup_vault", "MissingParameterValueException", BackupVaultName="gap2")
    backup("describe_backup_vault", **vault)
    backup("describe_backup_vault", "AccessDeniedException", BackupVaultName="nothing")
    backup("put_backup_vault_lock_configuration", **vault, MinRetentionDays=1, MaxRetentionDays=365)
    backup("put_backup_vault_lock_configuration", "InvalidParameterValueException", **vault, MinRetentionDays=9, MaxRetentionDays=8)
    backup("put_backup_vault_lock_configuration", "InvalidRequestException", BackupVaultName="sealed", MinRetentionDays=1)
    backup("delete_backup_vault_lock_configuration", **vault)
    backup("delete_backup_vault_lock_configuration", "InvalidRequestException", BackupVaultName="sealed")
    backup("get_backup_vault_access_policy", "ResourceNotFoundException", **vault)
    backup("put_backup_vault_access_policy", **vault, Policy=ALLOW_ALL)
    backup("get_backup_vault_access_policy", **vault)
    backup("delete_backup_vault_access_policy", **vault)
    backup("get_backup_vault_notifications", "ResourceNotFoundException", **vault)
    backup("put_backup_vault_notifications", **vault, SNSTopicArn="arn:aws:sns:eu-west-1:111111111111:t", BackupVaultEvents=["BACKUP_JOB_FAILED"])
    backup("get_backup_vault_notifications", **vault)
    backup("delete_backup_vault_notifications", **vault)
    backup("delete_backup_vault", "InvalidRequestException", BackupVaultName="Default")
    backup("delete_backup_vault", "ResourceNotFoundException", BackupVaultName="nothing")
    backup("list_recovery_points_by_backup_vault", "AccessDeniedException", BackupVaultName="closed")
    backup("list_recovery_points_by_backup_vault", "ResourceNotFoundException", BackupVaultName="nothing")
    backup("list_backup_vaults", "InvalidParameterValueException", NextToken="forged")
    for name in ("Default", "sealed", "airgap", "grace", "governed"):
        backup("describe_backup_vault", BackupVaultName=name)


def plans(backup):
    body = {"BackupPlanName": "made", "Rules": [rule(
        StartWindowMinutes=60, CompletionWindowMinutes=180, Lifecycle={"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 365},
        RecoveryPointTags={"by": "made"}, EnableContinuousBackup=False, ScheduleExpressionTimezone="Europe/Berlin",
        CopyActions=[{"DestinationBackupVaultArn": VAULT + "Default", "Lifecycle": {"DeleteAfterDays": 400}}])],
        "AdvancedBackupSettings": [{"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "enabled"}}]}
    plan = {"BackupPlanId": backup("create_backup_plan", BackupPlan=body, BackupPlanTags={"a": "1"})["BackupPlanId"]}
    backup("create_backup_plan", "AlreadyExistsException", BackupPlan=body)
    backup("create_backup_plan", "InvalidParameterValueException", BackupPlan={
        "BackupPlanName": "bad", "Rules": [rule(Lifecycle={"MoveToColdStorageAfterDays": 31, "DeleteAfterDays": 60})]})
    backup("update_backup_plan", **plan, BackupPlan={"BackupPlanName": "made", "Rules": [rule()]})
    backup("update_backup_plan", "ResourceNotFoundException", BackupPlanId="nothing", BackupPlan={"BackupPlanName": "x", "Rules": [rule()]})
    backup("list_backup_plan_versions", **plan)
    backup("get_backup_plan", **plan, MaxScheduledRunsPreview=10)
    backup("get_backup_plan", "ResourceNotFoundException", BackupPlanId="nothing")
    for old in backup("list_backup_plans", IncludeDeleted=True)["BackupPlansList"]:
        for version in backup("list_backup_plan_versions", BackupPlanId=old["BackupPlanId"])["BackupPlanVersionsList"]:
            backup("get_backup_plan", BackupPlanId=old["BackupPlanId"], VersionId=version["VersionId"])
    chosen = {"SelectionName": "all", "IamRoleArn": ROLE, "Resources": [TABLE + "*"], "NotResources": [TABLE + "beta"],
              "Conditions": {"StringEquals": [{"ConditionKey": "aws:ResourceTag/a", "ConditionValue": "1"}], "StringLike": [],
                             "StringNotEquals": [], "StringNotLike": []}}
    selection = {**plan, "SelectionId": backup("create_backup_selection", **plan, BackupSelection=chosen)["SelectionId"]}
    backup("create_backup_selection", "AlreadyExistsException", **plan, BackupSelection=chosen)
    backup("create_backup_selection", "MissingParameterValueException", **plan, BackupSelection={"SelectionName": "norole"})
    tagged = {"SelectionName": "tagged", "IamRoleArn": ROLE,
              "ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "a", "ConditionValue": "1"}]}
    second = backup("create_backup_selection", **plan, BackupSelection=tagged)["SelectionId"]
    backup("get_backup_selection", **plan, SelectionId=second)
    backup("get_backup_selection", **selection)
    backup("list_backup_selections", **plan)
    backup("delete_backup_plan", "InvalidRequestException", **plan)
    backup("delete_backup_selection", **selection)
    backup("delete_backup_selection", **plan, SelectionId=second)
    backup("delete_backup_selection", "ResourceNotFoundException", **selection)
    backup("delete_backup_plan", **plan)
    backup("delete_backup_plan", "ResourceNotFoundException", **plan)


def points(backup):
    job = backup("start_backup_job", BackupVaultName="made", ResourceArn=TABLE + "alpha", IamRoleArn=ROLE,
                 Lifecycle={"DeleteAfterDays": 30}, RecoveryPointTags={"a": "1"}, IdempotencyToken="once")
    backup("describe_backup_job", BackupJobId=job["BackupJobId"])
    backup("describe_backup_job", "ResourceNotFoundException", BackupJobId="nothing")
    backup("stop_backup_job", BackupJobId=job["BackupJobId"])
    backup("stop_backup_job", "InvalidRequestException", BackupJobId=job["BackupJobId"])
    backup("start_backup_job", "ResourceNotFoundException", BackupVaultName="made", ResourceArn=TABLE + "nothing", IamRoleArn=ROLE)
    backup("start_backup_job", "InvalidParameterValueException", BackupVaultName="made", ResourceArn=TABLE + "alpha", IamRoleArn=ROLE, StartWindowMinutes=5)
    held = backup("list_recovery_points_by_backup_vault", BackupVaultName="daily", ByResourceArn=TABLE + "gamma")["RecoveryPoints"]
    free = backup("list_recovery_points_by_backup_vault", BackupVaultName="Default")["RecoveryPoints"]
    point = {"BackupVaultName": "Default", "RecoveryPointArn": free[0]["RecoveryPointArn"]}
    for each in held[:3] + free:
        backup("describe_recovery_point", BackupVaultName=each["BackupVaultName"], RecoveryPointArn=each["RecoveryPointArn"])
        if ":backup:" in each["RecoveryPointArn"]:
            backup("list_tags", ResourceArn=each["RecoveryPointArn"])
    backup("start_copy_job", RecoveryPointArn=held[0]["RecoveryPointArn"], SourceBackupVaultName="daily", IamRoleArn=ROLE,
           DestinationBackupVaultArn=VAULT + "Default", Lifecycle={"DeleteAfterDays": 40})
    backup("start_copy_job", "ResourceNotFoundException", RecoveryPointArn="arn:nothing", SourceBackupVaultName="daily", IamRoleArn=ROLE,
           DestinationBackupVaultArn=VAULT + "Default")
    backup("update_recovery_point_lifecycle", **point, Lifecycle={"DeleteAfterDays": 500})
    backup("update_recovery_point_lifecycle", "InvalidParameterValueException", **point,
           Lifecycle={"MoveToColdStorageAfterDays": 31, "DeleteAfterDays": 60})
    hold = {"LegalHoldId": backup("create_legal_hold", Title="made", Description="d", Tags={"a": "1"}, RecoveryPointSelection={
        "VaultNames": ["Default"]})["LegalHoldId"]}
    backup("create_legal_hold", "MissingParameterValueException", Title="made", Description="")
    backup("delete_recovery_point", "InvalidRequestException", **point)
    backup("get_legal_hold", **hold)
    backup("list_recovery_points_by_legal_hold", **hold)
    backup("cancel_legal_hold", **hold, CancelDescription="over")
    backup("cancel_legal_hold", "InvalidResourceStateException", **hold, CancelDescription="over")
    for each in backup("list_legal_holds")["LegalHolds"]:
        if each["Status"] == "ACTIVE":
            backup("cancel_legal_hold", LegalHoldId=each["LegalHoldId"], CancelDescription="over")
        backup("get_legal_hold", LegalHoldId=each["LegalHoldId"])
    backup("get_legal_hold", "ResourceNotFoundException", LegalHoldId="nothing")
    backup("delete_recovery_point", **point)
    backup("delete_recovery_point", "ResourceNotFoundException", **point)
    backup("delete_recovery_point", "AccessDeniedException", BackupVaultName="governed", RecoveryPointArn=backup(
        "list_recovery_points_by_backup_vault", BackupVaultName="governed")["RecoveryPoints"][0]["RecoveryPointArn"])
    for each in backup("list_protected_resources")["Results"]:
        backup("describe_protected_resource", ResourceArn=each["ResourceArn"])
        backup("list_recovery_points_by_resource", ResourceArn=each["ResourceArn"])
        backup("list_restore_jobs_by_protected_resource", ResourceArn=each["ResourceArn"])
    backup("describe_protected_resource", "ResourceNotFoundException", ResourceArn=TABLE + "nothing")
    backup("list_protected_resources_by_backup_vault", BackupVaultName="daily")
    for operation in ("list_backup_jobs", "list_copy_jobs", "list_restore_jobs"):
        backup(operation)
    backup("list_backup_jobs", ByState="FAILED", ByAccountId="*")
    backup("delete_backup_vault", BackupVaultName="made")
    backup("delete_backup_vault", "InvalidRequestException", BackupVaultName="daily")


def the_rest(backup):
    testing = {"RestoreTestingPlanName": "made"}
    body = {**testing, "ScheduleExpression": "cron(0 3 ? * * *)", "StartWindowHours": 24, "RecoveryPointSelection": {
        "Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"], "SelectionWindowDays": 30}}
    backup("create_restore_testing_plan", RestoreTestingPlan=body, Tags={"a": "1"})
    backup("create_restore_testing_plan", "AlreadyExistsException", RestoreTestingPlan=body)
    backup("create_restore_testing_plan", "InvalidParameterValueException", RestoreTestingPlan={**body, "RestoreTestingPlanName": "no-dash"})
    backup("get_restore_testing_plan", **testing)
    backup("get_restore_testing_plan", "ResourceNotFoundException", RestoreTestingPlanName="nothing")
    selection = {**testing, "RestoreTestingSelectionName": "tables"}
    backup("create_restore_testing_selection", **testing, RestoreTestingSelection={
        "RestoreTestingSelectionName": "tables", "IamRoleArn": ROLE, "ProtectedResourceType": "DynamoDB", "ProtectedResourceArns": ["*"],
        "RestoreMetadataOverrides": {"encryptionType": "Default"}, "ValidationWindowHours": 4,
        "ProtectedResourceConditions": {"StringEquals": [{"Key": "aws:ResourceTag/a", "Value": "1"}]}})
    backup("get_restore_testing_selection", **selection)
    backup("get_restore_testing_selection", "ResourceNotFoundException", **testing, RestoreTestingSelectionName="nothing")
    backup("list_restore_testing_selections", **testing)
    backup("delete_restore_testing_plan", "InvalidRequestException", **testing)
    backup("delete_restore_testing_selection", **selection)
    backup("delete_restore_testing_plan", **testing)
    backup("list_restore_testing_plans")
    for name in ("rt1", "rt2"):
        backup("get_restore_testing_plan", RestoreTestingPlanName=name)
        for each in backup("list_restore_testing_selections", RestoreTestingPlanName=name)["RestoreTestingSelections"]:
            backup("get_restore_testing_selection", RestoreTestingPlanName=name, RestoreTestingSelectionName=each["RestoreTestingSelectionName"])
    backup("describe_region_settings")
    backup("update_region_settings", ResourceTypeOptInPreference={"DynamoDB": True}, ResourceTypeManagementPreference={"DynamoDB": True})
    backup("describe_global_settings")
    backup("update_global_settings", GlobalSettings={"isCrossAccountBackupEnabled": "false"})
    backup("tag_resource", ResourceArn=VAULT + "daily", Tags={"new": "tag"})
    backup("list_tags", ResourceArn=VAULT + "daily")
    backup("untag_resource", ResourceArn=VAULT + "daily", TagKeyList=["new"])
    backup("list_tags", "InvalidParameterValueException", ResourceArn=TABLE + "alpha")
    backup("list_tags", "ResourceNotFoundException", ResourceArn=VAULT + "nothing")


def identities():
    sts, tagging, account = client("sts"), client("resourcegroupstaggingapi"), client("account")
    sts("get_caller_identity")
    session = sts("assume_role", RoleArn="arn:aws:iam::111111111111:role/Open", RoleSessionName="s")["Credentials"]
    client("sts", session["AccessKeyId"], session["SessionToken"])("get_caller_identity")
    sts("assume_role", "AccessDenied", RoleArn="arn:aws:iam::111111111111:role/Guarded", RoleSessionName="s")
    sts("assume_role", "ValidationError", RoleArn="nothing", RoleSessionName="s")
    tagging("get_resources", ResourceTypeFilters=["dynamodb:table"], TagFilters=[{"Key": "backup", "Values": ["daily"]}])
    tagging("get_resources", "InvalidParameterException", ResourcesPerPage=101)
    tagging("get_resources", "PaginationTokenExpiredException", PaginationToken="forged")
    account("list_regions", RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"])
    account("list_regions")
    for name, operation, code in (("dynamodb", "list_tables", "UnrecognizedClientException"), ("backup", "list_backup_vaults", "UnrecognizedClientException"),
                                  ("sts", "get_caller_identity", "InvalidClientTokenId"), ("account", "list_regions", "UnrecognizedClientException"),
                                  ("resourcegroupstaggingapi", "get_resources", "UnrecognizedClientException")):
        client(name, "AKIANOBODY")(operation, code)


tables(client("dynamodb"))
vaults(client("backup"))
plans(client("backup"))
points(client("backup"))
the_rest(client("backup"))
client("backup", "AKIATWO")("update_global_settings", "InvalidRequestException", GlobalSettings={"isCrossAccountBackupEnabled": "false"})
identities()
guards(client)
watchers(client)
if wrong:
    print("\n".join(wrong))
sys.exit(1 if wrong else 0)
