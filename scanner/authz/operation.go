package authz

import (
	"strings"
)

// An Operation is an action that matters to backups: one that can destroy, shorten
// or silently stop one, or one that people need to make and restore them.
type Operation struct {
	Action string
	Effect Effects
	// On names the resource types that the action is authorized on, any of them; "*"
	// for an action without resource types.
	On []string
	// Keys are the condition keys that the action carries beside the global ones and
	// those of its resource types. aws:RequestTag stands for all tags of a request.
	Keys []string
	Note string
}

// Effects says what an operation does to backups, a letter each:
//
//	D  destroys what exists
//	S  shortens its life, or dates its end earlier
//	U  makes it unrecoverable
//	N  stops new ones
//	W  weakens a guard, or blinds who watches
//	c  people need it to create tables and backups
//	r  people need it to restore
type Effects string

// Destroys says whether existing backups suffer.
func (e Effects) Destroys() bool { return strings.ContainsAny(string(e), "DSU") }

// StopsNew says whether backups to come suffer.
func (e Effects) StopsNew() bool { return strings.Contains(string(e), "N") }

// Weakens says whether a guard suffers.
func (e Effects) Weakens() bool { return strings.Contains(string(e), "W") }

// Creates and Restores say whether people need it.
func (e Effects) Creates() bool  { return strings.Contains(string(e), "c") }
func (e Effects) Restores() bool { return strings.Contains(string(e), "r") }

// Resources returns what the operation is authorized on in an account: any of these
// ARNs, whose names stay open, as does the Region where it is "".
func (o Operation) Resources(partition, region, account string) []string {
	var arns []string
	for _, name := range o.On {
		if t, ok := TypeNamed(name); ok {
			arns = append(arns, t.In(partition, region, account))
		} else {
			arns = append(arns, name)
		}
	}
	return arns
}

// A ResourceType is a form of ARN as the Service Authorization Reference writes it.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
type ResourceType struct {
	Name   string
	Format string // arn:${Partition}:backup:${Region}:${Account}:backup-vault:${BackupVaultName}
	// Taggable says that requests for it may carry aws:ResourceTag.
	Taggable bool
}

// In returns the format for one partition and account. The Region and the names
// stay open; In replaces the Region too, unless it is "".
func (t ResourceType) In(partition, region, account string) string {
	pairs := []string{"${Partition}", partition, "${Account}", account}
	if region != "" {
		pairs = append(pairs, "${Region}", region)
	}
	return strings.NewReplacer(pairs...).Replace(t.Format)
}

// TypeNamed returns a resource type.
func TypeNamed(name string) (ResourceType, bool) {
	for _, t := range ResourceTypes {
		if t.Name == name {
			return t, true
		}
	}
	return ResourceType{}, false
}

// OperationOf returns the row of an action, whatever its case.
func OperationOf(name string) (Operation, bool) {
	return operationAt(lookUp(name).index)
}

func operationAt(index int) (Operation, bool) {
	if index < 0 || index >= len(Operations) {
		return Operation{}, false
	}
	return Operations[index], true
}

// knownActions are those that compiled policies keep an index of: the operations,
// and the steps by which people come to them.
var knownActions, actionIndex = listActions()

var otherActions = []string{
	"backup:DescribeBackupVault", "backup:DescribeRecoveryPoint", "backup:ListRecoveryPointsByBackupVault",
	"dynamodb:DeleteItem", "dynamodb:DescribeContinuousBackups", "dynamodb:PutItem",
	"iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreatePolicy", "iam:CreateRole", "iam:CreateUser", "iam:TagRole", "iam:TagUser",
	"iam:UntagRole", "iam:UntagUser", "iam:UpdateLoginProfile", "kms:DescribeKey",
	"sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:TagSession",
}

func listActions() ([]action, map[string]int) {
	var names []string
	for _, o := range Operations {
		names = append(names, o.Action)
	}
	names = append(names, otherActions...)
	actions := make([]action, len(names))
	index := make(map[string]int, 2*len(names))
	for i, name := range names {
		service, verb, _ := strings.Cut(strings.ToLower(name), ":")
		actions[i] = action{name, service, verb, i}
		index[name] = i
		index[service+":"+verb] = i
	}
	return actions, index
}
