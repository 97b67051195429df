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

clients = {name: boto3.client(name, endpoint_url=URL) for name in ("backup", "dynamodb", "resourcegroupstaggingapi", "account")}
backup, dynamodb = clients["backup"], clients["dynamodb"]
plan = {"BackupPlanId": next(p["BackupPlanId"] for p in backup.list_backup_plans()["BackupPlansList"] if p["BackupPlanName"] == "daily-plan")}
hold = {"LegalHoldId": backup.create_legal_hold(Title="all", Description="all", RecoveryPointSelection={"VaultNames": ["daily"]})["LegalHoldId"]}
dynamodb.untag_resource(ResourceArn=ALPHA, TagKeys=["a", "b", "c", "backup"])
TAGS = [{"Key": f"k{i}", "Value": "v"} for i in range(25)]
dynamodb.tag_resource(ResourceArn=ALPHA, Tags=TAGS)

# Service, operation, its list, parameters. Pages of two need three items at least,
# those of ALONE have one.
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
]
SERVER_PAGES, ALONE = {"ListTagsOfResource"}, {"ListRestoreJobsByProtectedResource"}


def whole(service, operation, key, parameters):
    answer = getattr(clients[service], xform_name(operation))(**parameters)
    if operation not in SERVER_PAGES and (answer.get("NextToken") or answer.get("PaginationToken")):
        sys.exit(f"{operation}: the whole list does not fit on a page")
    return TAGS if operation in SERVER_PAGES else answer[key]


def with_boto3(service, operation, key, parameters, most):
    size = {"PaginationConfig": {"PageSize": most}} if most else {}
    pages = [page[key] for page in clients[service].get_paginator(xform_name(operation)).paginate(**parameters, **size)]
    if len(pages) < 2 or most and any(len(page) > most for page in pages):
        wrong.append(f"{operation}: pages of {[len(page) for page in pages]} items")
    return [item for page in pages for item in page]


def with_aws(service, operation, key, parameters, most):
    command = ["aws", service, xform_name(operation, "-"), "--endpoint-url", URL, "--output", "json"]
    for name, value in parameters.items():
        command += ["--" + xform_name(name, "-"), value]
    if most:
        command += ["--page-size", str(most)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode:
        wrong.append(f"{' '.join(command)}: {done.stderr.strip()}")
        return []
    return json.loads(done.stdout)[key]


def names(items):
    """What tells the items apart, without times, which each client writes in its own way."""
    return sorted(json.dumps(item if isinstance(item, str) else {k: v for k, v in item.items() if isinstance(v, str) and not k.endswith("Date")},
                             sort_keys=True) for item in items)


def check(service, operation, key, parameters):
    most = None if operation in SERVER_PAGES else 1 if operation in ALONE else 2
    items = whole(service, operation, key, parameters)
    found = {"boto3": with_boto3, "aws": with_aws}[CLIENT](service, operation, key, parameters, most)
    if len(items) <= (most or 10):
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
