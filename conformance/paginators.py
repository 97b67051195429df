"""Reads every list of the simulator (scenario everything.yaml) two items a page, with
boto3's paginators or with the AWS CLI, and holds what they find against the whole
list.

Usage: paginators.py URL boto3|aws
"""
import json
import os
import subprocess
import sys

import boto3
from botocore import xform_name

URL, CLIENT = sys.argv[1:]
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAONE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_PAGER": "",
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled"}
os.environ.update(KEYS)
for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"):
    os.environ.pop(name, None)

TABLE = "arn:aws:dynamodb:eu-west-1:111111111111:table/"
ALPHA, DAILY = TABLE + "alpha", {"BackupVaultName": "daily"}

SERVICES = ("account", "backup", "cloudtrail", "cloudwatch", "dynamodb", "events", "iam", "kms", "logs", "organizations", "resourcegroupstaggingapi", "sns")
clients = {name: boto3.client(name, endpoint_url=URL) for name in SERVICES}
backup, dynamodb = clients["backup"], clients["dynamodb"]
plan = {"BackupPlanId": next(p["BackupPlanId"] for p in backup.list_backup_plans()["BackupPlansList"] if p["BackupPlanName"] == "daily-plan")}
hold = {"LegalHoldId": backup.create_legal_hold(Title="all", Description="all", RecoveryPointSelection={"VaultNames": ["daily"]})["LegalHoldId"]}
dynamodb.untag_resource(ResourceArn=ALPHA, TagKeys=["a", "b", "c", "backup"])
TAGS = [{"Key": f"k{i}", "Value": "v"} for i in range(25)]
dynamodb.tag_resource(ResourceArn=ALPHA, Tags=TAGS)

root = {"ParentId": clients["organizations"].list_roots()["Roots"][0]["Id"]}
units = clients["organizations"].list_organizational_units_for_parent(**root)["OrganizationalUnits"]
closed = {"ParentId": next(unit["Id"] for unit in units if unit["Name"] == "Closed")}
clients["organizations"].create_organizational_unit(**root, Name="Third")
for i in range(101):  # SNS has pages of a hundred, whatever one asks for
    topic = {"TopicArn": clients["sns"].create_topic(Name=f"t{i}")["TopicArn"]}
for i in range(101):
    clients["sns"].subscribe(**topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:eu-west-1:111111111111:q{i}")
SCP, DETAILS = {"Filter": "SERVICE_CONTROL_POLICY"}, ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")

# Service, operation, its list or lists, parameters. Pages of two need three items at
# least, those of ALONE have one.
LISTS = [
    ("backup", "ListBackupVaults", "BackupVaultList", {}),
    ("backup", "ListBackupPlans", "BackupPlansList", {}),
    ("backup", "ListBackupPlanVersions", "BackupPlanVersionsList", plan),
    ("backup", "ListBackupSelections", "BackupSelectionsList", plan),
    ("backup", "ListBackupJobs", "BackupJobs", {"ByState": "COMPLETED"}),
    ("backup", "ListCopyJobs", "CopyJobs", {}),
    ("backup", "ListRestoreJobs", "RestoreJobs", {}),
    ("backup", "ListRestoreJobsByProtectedResource", "RestoreJobs", {"ResourceArn": ALPHA}),
    ("backup", "ListProtectedResources", "Results", {}),
    ("backup", "ListProtectedResourcesByBackupVault", "Results", DAILY),
    ("backup", "ListRecoveryPointsByBackupVault", "RecoveryPoints", DAILY),
    ("backup", "ListRecoveryPointsByResource", "RecoveryPoints", {"ResourceArn": ALPHA}),
    ("backup", "ListRecoveryPointsByLegalHold", "RecoveryPoints", hold),
    ("backup", "ListLegalHolds", "LegalHolds", {}),
    ("backup", "ListRestoreTestingPlans", "RestoreTestingPlans", {}),
    ("backup", "ListRestoreTestingSelections", "RestoreTestingSelections", {"RestoreTestingPlanName": "rt1"}),
    ("dynamodb", "ListTables", "TableNames", {}),
    ("dynamodb", "ListBackups", "BackupSummaries", {"BackupType": "ALL"}),
    ("dynamodb", "ListTagsOfResource", "Tags", {"ResourceArn": ALPHA}),  # the server chooses the page
    ("resourcegroupstaggingapi", "GetResources", "ResourceTagMappingList", {}),
    ("account", "ListRegions", "Regions", {}),
    ("iam", "GetAccountAuthorizationDetails", DETAILS, {}),
    ("iam", "ListPolicies", "Policies", {}),
    ("iam", "ListUsers", "Users", {}),
    ("iam", "ListUserPolicies", "PolicyNames", {"UserName": "bob+co"}),
    ("iam", "ListUserTags", "Tags", {"UserName": "alice"}),
    ("iam", "ListPolicyVersions", "Versions", {"PolicyArn": "arn:aws:iam::111111111111:policy/own"}),
    ("organizations", "ListAccounts", "Accounts", {}),
    ("organizations", "ListAccountsForParent", "Accounts", closed),
    ("organizations", "ListOrganizationalUnitsForParent", "OrganizationalUnits", root),
    ("organizations", "ListChildren", "Children", {**root, "ChildType": "ORGANIZATIONAL_UNIT"}),
    ("organizations", "ListPolicies", "Policies", SCP),
    ("organizations", "ListTargetsForPolicy", "Targets", {"PolicyId": "p-FullAWSAccess"}),
    ("organizations", "ListDelegatedAdministrators", "DelegatedAdministrators", {}),
    ("organizations", "ListEffectivePolicyValidationErrors", "EffectivePolicyValidationErrors", {"AccountId": "222222222222", "PolicyType": "BACKUP_POLICY"}),
    ("kms", "ListKeys", "Keys", {}),
    ("kms", "ListAliases", "Aliases", {}),
    ("kms", "ListGrants", "Grants", {"KeyId": "0a1b2c3d-0000-4000-8000-000000000001"}),
    ("events", "ListRules", "Rules", {}),
    ("events", "ListTargetsByRule", "Targets", {"Rule": "failures"}),
    ("sns", "ListTopics", "Topics", {}),
    ("sns", "ListSubscriptionsByTopic", "Subscriptions", topic),
    ("cloudtrail", "LookupEvents", "Events", {}),
    ("cloudwatch", "DescribeAlarms", ("MetricAlarms", "CompositeAlarms"), {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}),
    ("logs", "DescribeMetricFilters", "metricFilters", {}),
]
SERVER_PAGES = {"ListTagsOfResource", "ListTopics", "ListSubscriptionsByTopic"}
ALONE = {"ListRestoreJobsByProtectedResource", "ListAccountsForParent", "ListDelegatedAdministrators", "ListEffectivePolicyValidationErrors"}
MORE = ("NextToken", "PaginationToken", "IsTruncated", "Truncated", "nextToken")


def items_of(answer, key):
    return [item for name in ([key] if isinstance(key, str) else key) for item in answer.get(name, [])]


def whole(service, operation, key, parameters):
    """What one page holds that is as large as AWS allows; of what has pages of the server, what was made."""
    answer = getattr(clients[service], xform_name(operation))(**parameters)
    items = items_of(answer, key)
    if operation == "ListTagsOfResource":
        return TAGS
    while operation in SERVER_PAGES and answer.get("NextToken"):
        answer = getattr(clients[service], xform_name(operation))(**parameters, NextToken=answer["NextToken"])
        items += items_of(answer, key)
    if any(answer.get(name) for name in MORE):
        sys.exit(f"{operation}: the whole list does not fit on a page")
    return items


def with_boto3(service, operation, key, parameters, most):
    size = {"PaginationConfig": {"PageSize": most}} if most else {}
    pages = [items_of(page, key) for page in clients[service].get_paginator(xform_name(operation)).paginate(**parameters, **size)]
    if len(pages) < 2 or most and any(len(page) > most for page in pages):
        wrong.append(f"{operation}: pages of {[len(page) for page in pages]} items")
    return [item for page in pages for item in page]


def with_aws(service, operation, key, parameters, most):
    command = ["aws", service, xform_name(operation, "-"), "--endpoint-url", URL, "--output", "json"]
    for name, value in parameters.items():
        command += ["--" + xform_name(name, "-"), *([value] if isinstance(value, str) else value)]
    if most:
        command += ["--page-size", str(most)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode:
        wrong.append(f"{' '.join(command)}: {done.stderr.strip()}")
        return []
    return items_of(json.loads(done.stdout), key)


def names(items):
    """What tells the items apart, without times, which each client writes in its own way."""
    return sorted(json.dumps(item if isinstance(item, str) else {k: v for k, v in item.items() if isinstance(v, str) and not k.endswith("Date")},
                             sort_keys=True) for item in items)


def check(service, operation, key, parameters):
    most = None if operation in SERVER_PAGES else 1 if operation in ALONE else 2
    items = whole(service, operation, key, parameters)
    found = {"boto3": with_boto3, "aws": with_aws}[CLIENT](service, operation, key, parameters, most)
    if len(items) <= (most or (10 if operation == "ListTagsOfResource" else 100)):
        wrong.append(f"{operation}: {len(items)} items prove nothing")
    if names(found) != names(items):
        wrong.append(f"{operation}: {len(found)} items by page, {len(items)} in the whole list, or not the same ones")


wrong = []
for each in LISTS:
    check(*each)

if CLIENT == "boto3":  # ListTags has pages, but no paginator
    vault, tags, token = "arn:aws:backup:eu-west-1:111111111111:backup-vault:daily", {}, {}
    while True:
        answer = backup.list_tags(ResourceArn=vault, MaxResults=2, **token)
        tags.update(answer["Tags"])
        if not answer.get("NextToken"):
            break
        token = {"NextToken": answer["NextToken"]}
    if tags != backup.list_tags(ResourceArn=vault)["Tags"] or len(tags) < 3:
        wrong.append(f"ListTags: pages hold {tags}")

print("\n".join(wrong + [f"{len(LISTS)} lists, by page as whole"]))
sys.exit(1 if wrong else 0)
