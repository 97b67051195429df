package source

import (
	"slices"
	"strings"
)

// Kinds of resources that code defines. The rules of a plan are parts of it.
const (
	KindPlan      = "plan"
	KindSelection = "selection"
	KindTable     = "table"
	KindVault     = "vault"
)

// A resourceType says how one type of infrastructure code describes one kind of
// resource. Paths are those of element.all.
type resourceType struct {
	id   string // "aws_dynamodb_table", "AWS::DynamoDB::Table"; a module's source, where the module is well known
	kind string

	name string // where it says its own name
	tags string // where its tags stand: a map, or a list of Key and Value

	parts    string // where the parts of it stand that are resources of their own: a plan's rules
	partName string // where each of them says its name

	replicas string // where its replicas in other Regions stand
	region   string // where each of them says its Region
}

// types are sorted by id.
var types = []resourceType{
	{id: "AWS::Backup::BackupPlan", kind: KindPlan, name: "BackupPlan.BackupPlanName", tags: "BackupPlanTags",
		parts: "BackupPlan.BackupPlanRule", partName: "RuleName"},
	{id: "AWS::Backup::BackupSelection", kind: KindSelection, name: "BackupSelection.SelectionName"},
	{id: "AWS::Backup::BackupVault", kind: KindVault, name: "BackupVaultName", tags: "BackupVaultTags"},
	{id: "AWS::Backup::LogicallyAirGappedBackupVault", kind: KindVault, name: "BackupVaultName", tags: "BackupVaultTags"},
	{id: "AWS::DynamoDB::GlobalTable", kind: KindTable, name: "TableName", tags: "Replicas.Tags", replicas: "Replicas", region: "Region"},
	{id: "AWS::DynamoDB::Table", kind: KindTable, name: "TableName", tags: "Tags"},
	{id: "AWS::Serverless::SimpleTable", kind: KindTable, name: "TableName", tags: "Tags"},
	{id: "aws_backup_logically_air_gapped_vault", kind: KindVault, name: "name", tags: "tags"},
	{id: "aws_backup_plan", kind: KindPlan, name: "name", tags: "tags", parts: "rule", partName: "rule_name"},
	{id: "aws_backup_selection", kind: KindSelection, name: "name"},
	{id: "aws_backup_vault", kind: KindVault, name: "name", tags: "tags"},
	{id: "aws_dynamodb_table", kind: KindTable, name: "name", tags: "tags", replicas: "replica", region: "region_name"},
	{id: "terraform-aws-modules/dynamodb-table/aws", kind: KindTable, name: "name", tags: "tags", replicas: "replica_regions", region: "region_name"},
}

func typeOf(id string) *resourceType {
	i, found := slices.BinarySearchFunc(types, id, func(t resourceType, id string) int { return strings.Compare(t.id, id) })
	if !found {
		return nil
	}
	return &types[i]
}

// companions are Terraform resources that say more about another resource, which
// an attribute of theirs names. Their attributes are found below their own type:
// "aws_backup_vault_lock_configuration.changeable_for_days" of a vault.
var companions = map[string]struct{ of, by string }{
	"aws_backup_vault_lock_configuration": {of: "aws_backup_vault", by: "backup_vault_name"},
	"aws_backup_vault_notifications":      {of: "aws_backup_vault", by: "backup_vault_name"},
	"aws_backup_vault_policy":             {of: "aws_backup_vault", by: "backup_vault_name"},
}
