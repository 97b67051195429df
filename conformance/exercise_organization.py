"""Makes an organization at the simulator at sys.argv[1] (scenario alone.yaml, which
has none), through every call that does so. It ends as exercise.py does.
"""
import json
import sys

from calls import client, wrong

ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def organization(org):
    org("create_organizational_unit", "AWSOrganizationsNotInUseException", ParentId="r-none", Name="x")
    org("create_organization", FeatureSet="ALL")
    org("create_organization", "AlreadyInOrganizationException", FeatureSet="ALL")
    root = org("list_roots")["Roots"][0]["Id"]
    unit = org("create_organizational_unit", ParentId=root, Name="Made")["OrganizationalUnit"]["Id"]
    org("create_organizational_unit", "DuplicateOrganizationalUnitException", ParentId=root, Name="Made")
    org("create_organizational_unit", "ParentNotFoundException", ParentId="r-none", Name="x")
    request = org("create_account", AccountName="made", Email="made@example.com")["CreateAccountStatus"]["Id"]
    account = org("describe_create_account_status", CreateAccountRequestId=request)["CreateAccountStatus"]["AccountId"]
    org("describe_create_account_status", "CreateAccountStatusNotFoundException", CreateAccountRequestId="car-00000000000000000000000000000000")
    org("move_account", AccountId=account, SourceParentId=root, DestinationParentId=unit)
    org("move_account", "SourceParentNotFoundException", AccountId=account, SourceParentId=root, DestinationParentId=unit)
    org("move_account", "DestinationParentNotFoundException", AccountId=account, SourceParentId=unit, DestinationParentId="ou-none-00000000")
    org("move_account", "AccountNotFoundException", AccountId="999999999999", SourceParentId=root, DestinationParentId=unit)
    org("enable_policy_type", RootId=root, PolicyType="TAG_POLICY")
    org("enable_policy_type", RootId=root, PolicyType="RESOURCE_CONTROL_POLICY")
    org("enable_policy_type", "PolicyTypeAlreadyEnabledException", RootId=root, PolicyType="TAG_POLICY")
    org("enable_policy_type", "RootNotFoundException", RootId="r-none", PolicyType="BACKUP_POLICY")
    policy = {"Name": "made", "Type": "SERVICE_CONTROL_POLICY", "Description": "d", "Content": ALLOW}
    attached = {"PolicyId": org("create_policy", **policy)["Policy"]["PolicySummary"]["Id"], "TargetId": unit}
    org("create_policy", "DuplicatePolicyException", **policy)
    org("create_policy", "MalformedPolicyDocumentException", **{**policy, "Name": "bad", "Content": "{"})
    org("attach_policy", **attached)
    org("attach_policy", "DuplicatePolicyAttachmentException", **attached)
    org("attach_policy", "TargetNotFoundException", PolicyId=attached["PolicyId"], TargetId="999999999999")
    org("enable_aws_service_access", ServicePrincipal="config.amazonaws.com")
    delegate = {"AccountId": account, "ServicePrincipal": "config.amazonaws.com"}
    org("register_delegated_administrator", **delegate)
    org("register_delegated_administrator", "AccountAlreadyRegisteredException", **delegate)
    org("list_accounts_for_parent", ParentId=unit)
    org("list_parents", ChildId=account)
    org("list_targets_for_policy", PolicyId=attached["PolicyId"])
    org("list_delegated_administrators")


organization(client("organizations"))
if wrong:
    print("\n".join(wrong))
sys.exit(1 if wrong else 0)
