"""The calls of exercise.py about who may do what: IAM, Organizations, KMS."""
import json

ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "backup:List*", "Resource": "*"}]})
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
OWN = "arn:aws:iam::111111111111:policy/own"
AWS = "arn:aws:iam::aws:policy/AdministratorAccess"


def guards(client):
    identities(client("iam"))
    policies(client("iam"))
    account(client("iam"))
    organization(client("organizations"), client("organizations", "AKIATWO"), client("organizations", "AKIASIX"))
    keys(client("kms"), client("kms", "AKIATWO"))


def identities(iam):
    for kind, more in (("User", {}), ("Role", {"AssumeRolePolicyDocument": TRUST}), ("Group", {})):
        low, name = kind.lower(), {kind + "Name": "made"}
        nobody = {kind + "Name": "nobody"}
        iam(f"create_{low}", **name, Path="/made/", **more)
        iam(f"create_{low}", "EntityAlreadyExists", **name, **more)
        iam(f"get_{low}", **name)
        iam(f"get_{low}", "NoSuchEntity", **nobody)
        iam(f"list_{low}s")
        iam(f"list_{low}s", "ValidationError", Marker="forged")
        iam(f"put_{low}_policy", **name, PolicyName="p", PolicyDocument=ALLOW)
        iam(f"put_{low}_policy", "MalformedPolicyDocument", **name, PolicyName="p", PolicyDocument="{")
        iam(f"get_{low}_policy", **name, PolicyName="p")
        iam(f"get_{low}_policy", "NoSuchEntity", **name, PolicyName="nothing")
        iam(f"list_{low}_policies", **name)
        iam(f"attach_{low}_policy", **name, PolicyArn=OWN)
        iam(f"attach_{low}_policy", "NoSuchEntity", **name, PolicyArn=OWN + "-not")
        iam(f"list_attached_{low}_policies", **name)
        iam(f"delete_{low}", "DeleteConflict", **name)
        if kind != "Group":
            tagged(iam, low, name)
            iam(f"put_{low}_permissions_boundary", **name, PermissionsBoundary=OWN)
            iam(f"get_{low}", **name)
        iam("get_account_authorization_details")
        if kind != "Group":
            iam(f"delete_{low}_permissions_boundary", **name)
    membership(iam)
    iam("update_assume_role_policy", RoleName="made", PolicyDocument=TRUST)
    iam("update_assume_role_policy", "NoSuchEntity", RoleName="nobody", PolicyDocument=TRUST)
    iam("list_instance_profiles_for_role", RoleName="made")
    for low, name in (("user", {"UserName": "made"}), ("role", {"RoleName": "made"}), ("group", {"GroupName": "made"})):
        iam(f"delete_{low}_policy", **name, PolicyName="p")
        iam(f"delete_{low}_policy", "NoSuchEntity", **name, PolicyName="p")
        iam(f"detach_{low}_policy", **name, PolicyArn=OWN)
        iam(f"detach_{low}_policy", "NoSuchEntity", **name, PolicyArn=OWN)
        iam(f"delete_{low}", **name)
        iam(f"delete_{low}", "NoSuchEntity", **name)


def tagged(iam, low, name):
    iam(f"tag_{low}", **name, Tags=[{"Key": "a", "Value": "1"}])
    iam(f"list_{low}_tags", **name)
    iam(f"untag_{low}", **name, TagKeys=["a"])


def membership(iam):
    both = {"UserName": "made", "GroupName": "made"}
    iam("add_user_to_group", **both)
    iam("add_user_to_group", "NoSuchEntity", UserName="made", GroupName="nothing")
    iam("list_groups_for_user", UserName="made")
    iam("list_groups_for_user", "NoSuchEntity", UserName="nobody")
    iam("get_group", GroupName="made")
    iam("delete_group", "DeleteConflict", GroupName="made")
    iam("remove_user_from_group", **both)


def policies(iam):
    arn = {"PolicyArn": iam("create_policy", PolicyName="made", PolicyDocument=ALLOW, Description="d", Tags=[{"Key": "a", "Value": "1"}])["Policy"]["Arn"]}
    iam("create_policy", "EntityAlreadyExists", PolicyName="made", PolicyDocument=ALLOW)
    iam("create_policy", "MalformedPolicyDocument", PolicyName="bad", PolicyDocument="no JSON")
    iam("get_policy", **arn)
    iam("get_policy", PolicyArn=AWS)
    iam("get_policy", "NoSuchEntity", PolicyArn=OWN + "-not")
    for scope in ("All", "AWS", "Local"):
        iam("list_policies", Scope=scope)
    for _ in range(4):
        iam("create_policy_version", **arn, PolicyDocument=ALLOW)
    iam("create_policy_version", "LimitExceeded", **arn, PolicyDocument=ALLOW)
    iam("create_policy_version", "AccessDenied", PolicyArn=AWS, PolicyDocument=ALLOW)
    iam("list_policy_versions", **arn)
    iam("get_policy_version", **arn, VersionId="v2")
    iam("get_policy_version", "NoSuchEntity", **arn, VersionId="v9")
    iam("set_default_policy_version", **arn, VersionId="v2")
    iam("delete_policy_version", "DeleteConflict", **arn, VersionId="v2")
    iam("delete_policy", "DeleteConflict", **arn)
    for version in ("v1", "v3", "v4", "v5"):
        iam("delete_policy_version", **arn, VersionId=version)
    iam("delete_policy", **arn)


def account(iam):
    iam("create_account_alias", AccountAlias="one-alias")
    iam("list_account_aliases")
    iam("get_account_summary")
    for kind in ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"):
        iam("get_account_authorization_details", Filter=[kind])


def organization(org, member, outsider):
    root = org("list_roots")["Roots"][0]["Id"]
    unit = org("list_organizational_units_for_parent", ParentId=root)["OrganizationalUnits"][0]["Id"]
    org("describe_organization")
    member("describe_organization")
    outsider("describe_organization", "AWSOrganizationsNotInUseException")
    outsider("list_accounts", "AWSOrganizationsNotInUseException")
    org("list_accounts")
    org("list_accounts", "InvalidInputException", NextToken="forged")
    org("describe_account", AccountId="222222222222")
    org("describe_account", "AccountNotFoundException", AccountId="999999999999")
    org("list_accounts_for_parent", ParentId=unit)
    org("list_accounts_for_parent", "ParentNotFoundException", ParentId="r-none")
    org("describe_organizational_unit", OrganizationalUnitId=unit)
    org("describe_organizational_unit", "OrganizationalUnitNotFoundException", OrganizationalUnitId="ou-none-00000000")
    for kind in ("ACCOUNT", "ORGANIZATIONAL_UNIT"):
        org("list_children", ParentId=root, ChildType=kind)
    org("list_parents", ChildId="222222222222")
    org("list_parents", ChildId=unit)
    org("list_parents", "ChildNotFoundException", ChildId="999999999999")
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "BACKUP_POLICY"):
        for policy in org("list_policies", Filter=kind)["Policies"]:
            org("describe_policy", PolicyId=policy["Id"])
            org("list_targets_for_policy", PolicyId=policy["Id"])
        org("list_policies_for_target", TargetId=root, Filter=kind)
    org("describe_policy", "PolicyNotFoundException", PolicyId="p-00000000")
    org("list_policies_for_target", "TargetNotFoundException", TargetId="999999999999", Filter="BACKUP_POLICY")
    org("list_delegated_administrators")
    org("list_delegated_services_for_account", AccountId="333333333333")
    org("list_delegated_services_for_account", "AccountNotRegisteredException", AccountId="444444444444")
    org("list_aws_service_access_for_organization")
    effective(org, member)


def effective(org, member):
    backup = {"PolicyType": "BACKUP_POLICY"}
    for client in (org, member):
        client("describe_effective_policy", **backup)
    org("describe_effective_policy", **backup, TargetId="222222222222")
    org("describe_effective_policy", "TargetNotFoundException", **backup, TargetId="999999999999")
    org("describe_effective_policy", "EffectivePolicyNotFoundException", PolicyType="TAG_POLICY")
    org("list_accounts_with_invalid_effective_policy", **backup)
    org("list_effective_policy_validation_errors", AccountId="222222222222", **backup)
    org("list_effective_policy_validation_errors", "AccountNotFoundException", AccountId="999999999999", **backup)


def keys(kms, other):
    key = {"KeyId": kms("create_key", Description="made", Tags=[{"TagKey": "a", "TagValue": "1"}])["KeyMetadata"]["KeyId"]}
    nothing = {"KeyId": "00000000-0000-4000-8000-000000000000"}
    kms("create_key", MultiRegion=True, Policy=TRUST)
    kms("create_key", Origin="EXTERNAL")
    kms("create_alias", AliasName="alias/made", TargetKeyId=key["KeyId"])
    kms("create_alias", "AlreadyExistsException", AliasName="alias/made", TargetKeyId=key["KeyId"])
    kms("describe_key", KeyId="alias/made")
    kms("describe_key", "NotFoundException", **nothing)
    kms("describe_key", "InvalidArnException", KeyId="arn:aws:s3:::nothing")
    other("get_key_policy", "AccessDeniedException", KeyId="arn:aws:kms:eu-west-1:111111111111:key/" + key["KeyId"])
    for each in kms("list_keys")["Keys"]:
        kms("describe_key", KeyId=each["KeyArn"])
        kms("get_key_policy", KeyId=each["KeyId"], PolicyName="default")
    kms("list_keys", "InvalidMarkerException", Marker="forged")
    kms("list_aliases")
    kms("put_key_policy", **key, Policy=TRUST)
    kms("put_key_policy", "MalformedPolicyDocumentException", **key, Policy="{")
    kms("get_key_policy", "NotFoundException", **key, PolicyName="other")
    kms("enable_key_rotation", **key)
    kms("get_key_rotation_status", **key)
    kms("create_grant", **key, GranteePrincipal="arn:aws:iam::111111111111:role/Backup", Operations=["Decrypt"], Name="g")
    kms("list_grants", **key)
    kms("list_resource_tags", **key)
    kms("disable_key", **key)
    kms("describe_key", **key)
    kms("enable_key", **key)
    kms("schedule_key_deletion", **key, PendingWindowInDays=7)
    kms("describe_key", **key)
    kms("enable_key", "KMSInvalidStateException", **key)
    kms("cancel_key_deletion", **key)
    kms("cancel_key_deletion", "KMSInvalidStateException", **key)
