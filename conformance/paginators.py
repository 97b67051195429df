"""Reads every list of the simulator at sys.argv[1] (scenario everything.yaml) with
boto3's paginators and, where `aws` is here, with the AWS CLI, two items a page,
and holds both against the whole list.
"""
import json
import os
import shutil
import subprocess
import sys

import boto3
from botocore import xform_name

URL, REGION = sys.argv[1], "eu-west-1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAONE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": REGION, "AWS_PAGER": "",
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
dynamodb.tag_resource(ResourceArn=ALPHA, Tags=[{"Key": f"k{i}", "Value": "v"} for i in range(25)])

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


def texts(items):
    return [json.dumps(item, sort_keys=True, default=str) for item in items]


def check(service, operation, key, parameters):
    client, method = clients[service], xform_name(operation)
    most = 1 if operation in ALONE else 2
    size = {} if operation in SERVER_PAGES else {"PaginationConfig": {"PageSize": most}}
    pages = [page[key] for page in client.get_paginator(method).paginate(**parameters, **size)]
    paged = [item for page in pages for item in page]
    if operation in SERVER_PAGES:
        whole = [{"Key": t["Key"], "Value": t["Value"]} for t in paged]
        if len(whole) < 25 or len({t["Key"] for t in whole}) != len(whole):
            yield f"{len(whole)} tags"
    else:
        answer = getattr(client, method)(**parameters)
        whole = answer[key]
        if answer.get("NextToken") or answer.get("PaginationToken"):
            yield "the whole list does not fit on a page"
        if any(len(page) > most for page in pages):
            yield f"a page has more than {most} items"
    if len(pages) < 2 or len(whole) <= most:
        yield f"{len(whole)} items on {len(pages)} pages prove nothing"
    if sorted(texts(paged)) != sorted(texts(whole)):
        yield f"pages hold {len(paged)} items, the list {len(whole)}"
    if shutil.which("aws"):
        yield from check_cli(service, operation, key, parameters, whole)


def check_cli(service, operation, key, parameters, whole):
    command = ["aws", service, method_name(operation), "--endpoint-url", URL, "--output", "json"]
    for name, value in parameters.items():
        command += ["--" + method_name(name), value]
    if operation not in SERVER_PAGES:
        command += ["--page-size", "2"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ}, timeout=60)
    if done.returncode:
        yield f"{' '.join(command)}: {done.stderr.strip()}"
    elif len(json.loads(done.stdout)[key]) != len(whole):
        yield f"aws finds {len(json.loads(done.stdout)[key])} items, the list has {len(whole)}"


def method_name(name):
    return xform_name(name, "-")


wrong = [f"{operation}: {problem}" for service, operation, key, parameters in LISTS for problem in check(service, operation, key, parameters)]

# ListTags has pages, but no paginator.
vault, tags, token = "arn:aws:backup:eu-west-1:111111111111:backup-vault:daily", {}, {}
while True:
    answer = backup.list_tags(ResourceArn=vault, MaxResults=2, **token)
    tags.update(answer["Tags"])
    if not answer.get("NextToken"):
        break
    token = {"NextToken": answer["NextToken"]}
if tags != backup.list_tags(ResourceArn=vault)["Tags"] or len(tags) < 3:
    wrong.append(f"ListTags: pages hold {tags}")

if wrong:
    print("\n".join(wrong))
print(f"{len(LISTS) + 1} lists, by page and whole, {'boto3 and aws' if shutil.which('aws') else 'boto3; aws is not here'}")
sys.exit(1 if wrong else 0)
