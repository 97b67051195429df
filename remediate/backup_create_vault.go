package remediate

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/scanner/snapshot"
)

// backup.create_vault makes a vault that a plan names and that is not there. It
// looks in ListBackupVaults, since DescribeBackupVault answers 403 for a vault that
// does not exist. An air-gapped vault is locked for good from its first day, and is
// left to a person.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault.html
func createVault() Action {
	return Action{
		Name: "backup.create_vault", Doc: "make a vault that plans name and that does not exist",
		Order: OrderVault, Risk: LowRisk, Undo: UndoYes,
		Cost: "none for the vault; more for the backups that will be in it",
		Permissions: []Permission{
			{Action: "backup:CreateBackupVault", Resource: vaults},
			{Action: "backup:ListBackupVaults", Resource: "*"},
			{Action: "backup-storage:MountCapsule", Resource: "*", Dependent: true},
			{Action: "kms:CreateGrant", Resource: keys, Dependent: true},
			{Action: "kms:Decrypt", Resource: keys, Dependent: true},
			{Action: "kms:DescribeKey", Resource: keys, Dependent: true},
			{Action: "kms:GenerateDataKey", Resource: keys, Dependent: true},
			{Action: "kms:RetireGrant", Resource: keys, Dependent: true},
		},
		UndoPermissions: []Permission{
			{Action: "backup:DeleteBackupVault", Resource: vaults},
			{Action: "backup:GetBackupPlan", Resource: plans},
			{Action: "backup:ListBackupPlans", Resource: "*"},
			{Action: "backup:ListBackupVaults", Resource: "*"},
		},
		propose: proposeVault,
		do: deed([]move{step[vaultParameters, *vaultState]{
			operation: "backup:CreateBackupVault",
			read:      readVault, want: wantVault, write: writeVault, lasting: (*vaultState).lasting,
		}.move()}, []move{step[vaultParameters, *vaultState]{
			operation: "backup:DeleteBackupVault",
			read:      readVault, write: deleteVault, ready: vaultIsUnused, lasting: (*vaultState).lasting,
		}.move()}, textVault),
	}
}

const (
	vaults     = "arn:*:backup:*:*:backup-vault:*"
	plans      = "arn:*:backup:*:*:backup-plan:*"
	keys       = "arn:*:kms:*:*:key/*"
	plainVault = "BACKUP_VAULT"
)

type vaultParameters struct {
	BackupVaultName  string
	EncryptionKeyArn string `json:",omitempty"` // absent: the AWS-managed key aws/backup
}

func (p vaultParameters) target(at Place) string {
	return at.arn("backup", "backup-vault:"+p.BackupVaultName)
}

func (p vaultParameters) check(at Place) error {
	if !vaultName.MatchString(p.BackupVaultName) {
		return fmt.Errorf("%q is no name of a vault", p.BackupVaultName)
	}
	if prefix := at.arn("kms", "key/"); p.EncryptionKeyArn != "" && !strings.HasPrefix(p.EncryptionKeyArn, prefix) {
		return fmt.Errorf("the key %s is not of this account and Region", p.EncryptionKeyArn)
	}
	return nil
}

// vaultState is what CreateBackupVault makes; null: there is none.
type vaultState struct {
	BackupVaultName  string
	VaultType        string
	EncryptionKeyArn string `json:",omitempty"`
	Points           int64  `json:",omitempty"` // approximate
}

// lasting leaves out what is in the vault.
func (v *vaultState) lasting() *vaultState {
	if v == nil {
		return nil
	}
	return &vaultState{BackupVaultName: v.BackupVaultName, VaultType: v.VaultType}
}

func proposeVault(p *proposer, cases []Case) {
	for _, c := range cases {
		var asked struct{ BackupVault string } // a name, or the ARN of a copy's vault
		json.Unmarshal(c.Remediation.Parameters, &asked)
		r, name := p.world.regionOf(c.Account, c.Region), asked.BackupVault
		if strings.HasPrefix(name, "arn:") {
			r = p.world.place(name)
			name = name[strings.LastIndexByte(name, ':')+1:]
		}
		switch {
		case asked.BackupVault == "":
			p.leave(c, "the finding does not say which vault", Text{})
		case r == nil:
			p.leave(c, "the vault "+asked.BackupVault+" belongs to an account or Region that was not scanned", Text{})
		case strings.Contains(c.Message, "air-gapped"):
			p.leave(c, "an air-gapped vault is locked for good from its first day: whoever makes it has to choose its bounds", Text{})
		default:
			p.add(createVault(), r.Place, vaultParameters{BackupVaultName: name}, []any{vaultOf(r.vault(name))}, []Case{c},
				"its key cannot be changed afterwards: it is the AWS-managed key aws/backup; for a key of your own, make the vault by hand")
		}
	}
}

func vaultOf(v *snapshot.BackupVault) *vaultState {
	if v == nil {
		return nil
	}
	return &vaultState{BackupVaultName: v.BackupVaultName, VaultType: v.VaultType, EncryptionKeyArn: v.EncryptionKeyArn}
}

func readVault(ctx context.Context, t *Target, p vaultParameters) (*vaultState, error) {
	v, err := t.vault(ctx, p.BackupVaultName)
	if err != nil || v == nil {
		return nil, err
	}
	if v.VaultState == types.VaultStateCreating {
		return nil, notReady{"the vault is being made"}
	}
	return &vaultState{p.BackupVaultName, string(v.VaultType), aws.ToString(v.EncryptionKeyArn), v.NumberOfRecoveryPoints}, nil
}

// vault finds a vault in the list; nil: there is none of that name.
func (t *Target) vault(ctx context.Context, name string) (*types.BackupVaultListMember, error) {
	pages := backup.NewListBackupVaultsPaginator(t.backup, &backup.ListBackupVaultsInput{})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, asking("backup:ListBackupVaults", err)
		}
		for i := range out.BackupVaultList {
			if v := &out.BackupVaultList[i]; aws.ToString(v.BackupVaultName) == name {
				return v, nil
			}
		}
	}
	return nil, nil
}

func wantVault(p vaultParameters, now *vaultState) (*vaultState, error) {
	if now != nil {
		return nil, fmt.Errorf("there is a vault of that name already")
	}
	return &vaultState{BackupVaultName: p.BackupVaultName, VaultType: plainVault, EncryptionKeyArn: p.EncryptionKeyArn}, nil
}

func writeVault(ctx context.Context, t *Target, p vaultParameters, _, _ *vaultState, token string) (Receipt, error) {
	in := &backup.CreateBackupVaultInput{BackupVaultName: &p.BackupVaultName, CreatorRequestId: &token}
	if p.EncryptionKeyArn != "" {
		in.EncryptionKeyArn = &p.EncryptionKeyArn
	}
	out, err := t.backupOnce.CreateBackupVault(ctx, in)
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, aws.ToString(out.BackupVaultArn)), nil
}

// vaultIsUnused: nothing is in it, and no plan of the Region names it.
func vaultIsUnused(ctx context.Context, t *Target, p vaultParameters, now *vaultState) error {
	if now.Points > 0 {
		return fmt.Errorf("the vault holds %d recovery points", now.Points)
	}
	all, err := t.everyPlan(ctx)
	if err != nil {
		return err
	}
	for _, plan := range all {
		for _, rule := range plan.Rules {
			if rule.TargetBackupVaultName == p.BackupVaultName {
				return fmt.Errorf("rule %s of plan %s sends backups there", rule.RuleName, plan.BackupPlanName)
			}
		}
	}
	return nil
}

// deleteVault takes an empty vault away; AWS refuses one that is not.
func deleteVault(ctx context.Context, t *Target, p vaultParameters, _, _ *vaultState, _ string) (Receipt, error) {
	out, err := t.backupOnce.DeleteBackupVault(ctx, &backup.DeleteBackupVaultInput{BackupVaultName: &p.BackupVaultName})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, ""), nil
}

func textVault(p vaultParameters, c *Change) Text {
	options := []string{"--backup-vault-name", p.BackupVaultName}
	key, property := "", ""
	if p.EncryptionKeyArn != "" {
		options = append(options, "--encryption-key-arn", p.EncryptionKeyArn)
		key = "  kms_key_arn = " + hcl(p.EncryptionKeyArn) + "\n"
		property = "      EncryptionKeyArn: " + yaml(p.EncryptionKeyArn) + "\n"
	}
	name := label(p.BackupVaultName)
	return Text{
		CLI: command("backup create-backup-vault", c.Place, options...),
		Terraform: fmt.Sprintf("resource \"aws_backup_vault\" %s {\n  name = %s\n%s}\n\n", hcl(name), hcl(p.BackupVaultName), key) +
			imported("aws_backup_vault."+name, p.BackupVaultName),
		CloudFormation: fmt.Sprintf("  %s:\n    Type: AWS::Backup::BackupVault\n    DeletionPolicy: Retain\n    Properties:\n      BackupVaultName: %s\n%s",
			logical(p.BackupVaultName), yaml(p.BackupVaultName), property),
	}
}
