package remediate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// backup.create_selection puts tables into a plan, all that lack one into one
// selection. It names tables by their ARNs, so that it covers these and no others,
// whether or not the Region is opted in to DynamoDB.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
func createSelection() Action {
	return Action{
		Name: "backup.create_selection", Doc: "put tables into a backup plan; makes plan and vault where none will do",
		Order: OrderSelection, Risk: MediumRisk, Undo: UndoWeakens,
		Cost: "more: backups of each table, by size, for as long as the plan keeps them",
		Permissions: []Permission{
			{Action: "backup:CreateBackupSelection", Resource: plans},
			{Action: "backup:GetBackupSelection", Resource: plans},
			{Action: "backup:ListBackupPlans", Resource: "*"},
			{Action: "backup:ListBackupSelections", Resource: plans},
			{Action: "iam:PassRole", Resource: roles, PassedTo: "backup.amazonaws.com", Dependent: true},
		},
		propose: proposeSelections,
		do: byHand(deed([]move{step[selectionParameters, *selectionState]{
			operation: "backup:CreateBackupSelection",
			read:      readSelection, want: wantSelection, write: writeSelection,
		}.move()}, nil, textSelection), backSelection),
	}
}

const roles = "arn:*:iam::*:role/*"

// selectionParameters name the plan by its id, or, where it is yet to be made, by
// its name.
type selectionParameters struct {
	BackupPlanId   string `json:",omitempty"`
	BackupPlanName string `json:",omitempty"`
	Selection      selectionState
}

// selectionState is a selection as CreateBackupSelection takes it; null: there is
// none of that name in the plan.
type selectionState struct {
	SelectionName string
	IamRoleArn    string
	Resources     []string             `json:",omitempty"` // sorted
	NotResources  []string             `json:",omitempty"` // sorted
	ListOfTags    []snapshot.Condition `json:",omitempty"`
	Conditions    *snapshot.Conditions `json:",omitempty"`
}

func (p selectionParameters) target(at Place) string {
	plan := p.BackupPlanId
	if plan == "" {
		plan = p.BackupPlanName
	}
	return at.arn("backup", "backup-plan:"+plan+"/"+p.Selection.SelectionName)
}

// maxResources is AWS's limit for a selection without wildcards.
const maxResources = 500

func (p selectionParameters) check(at Place) error {
	if (p.BackupPlanId == "") == (p.BackupPlanName == "") {
		return fmt.Errorf("it needs BackupPlanId or BackupPlanName, one of them")
	}
	if p.BackupPlanId != "" && !planID.MatchString(p.BackupPlanId) || p.BackupPlanName != "" && !backupName.MatchString(p.BackupPlanName) {
		return fmt.Errorf("%q is no plan", p.BackupPlanId+p.BackupPlanName)
	}
	return p.Selection.check(at)
}

// check allows selections of DynamoDB tables of this account and Region, named one
// by one or by a tag, and nothing else: an empty selection takes everything.
func (s selectionState) check(at Place) error {
	switch {
	case !backupName.MatchString(s.SelectionName):
		return fmt.Errorf("%q is no name of a selection", s.SelectionName)
	case !strings.HasPrefix(s.IamRoleArn, "arn:"+at.Partition+":iam::"+at.Account+":role/"):
		return fmt.Errorf("the role %s is not of account %s", s.IamRoleArn, at.Account)
	case len(s.Resources) == 0:
		return fmt.Errorf("it names no table")
	case len(s.Resources) > maxResources:
		return fmt.Errorf("it names %d resources; AWS takes %d", len(s.Resources), maxResources)
	case !slices.IsSorted(s.Resources):
		return fmt.Errorf("its resources are not sorted")
	}
	for _, arn := range s.Resources {
		name, ok := strings.CutPrefix(arn, at.arn("dynamodb", "table/"))
		if !ok {
			return fmt.Errorf("%s is no table of this account and Region", arn)
		}
		if err := checkTable(name); err != nil {
			return err
		}
	}
	if s.NotResources != nil || s.ListOfTags != nil || s.Conditions != nil {
		return fmt.Errorf("it selects by more than ARNs")
	}
	return nil
}

func readSelection(ctx context.Context, t *Target, p selectionParameters) (*selectionState, error) {
	plan, err := t.planOf(ctx, p)
	if err != nil {
		return nil, err
	}
	_, found, err := t.selection(ctx, plan, p.Selection.SelectionName)
	return found, err
}

func (t *Target) planOf(ctx context.Context, p selectionParameters) (id string, err error) {
	if p.BackupPlanId != "" {
		return p.BackupPlanId, nil
	}
	id, err = t.planNamed(ctx, p.BackupPlanName)
	if err == nil && id == "" {
		err = fmt.Errorf("there is no plan called %s", p.BackupPlanName)
	}
	return id, err
}

// selection finds a selection of a plan by its name; nil: there is none.
func (t *Target) selection(ctx context.Context, plan, name string) (id string, found *selectionState, err error) {
	pages := backup.NewListBackupSelectionsPaginator(t.backup, &backup.ListBackupSelectionsInput{BackupPlanId: &plan})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return "", nil, asking("backup:ListBackupSelections", err)
		}
		for _, s := range out.BackupSelectionsList {
			if aws.ToString(s.SelectionName) == name {
				found, err := t.readSelection(ctx, plan, aws.ToString(s.SelectionId))
				return aws.ToString(s.SelectionId), found, err
			}
		}
	}
	return "", nil, nil
}

func (t *Target) readSelection(ctx context.Context, plan, id string) (*selectionState, error) {
	out, err := t.backup.GetBackupSelection(ctx, &backup.GetBackupSelectionInput{BackupPlanId: &plan, SelectionId: &id})
	if hasCode(err, "ResourceNotFoundException") {
		return nil, nil
	}
	if err != nil {
		return nil, asking("backup:GetBackupSelection", err)
	}
	if out.BackupSelection == nil {
		return nil, fmt.Errorf("asking AWS (backup:GetBackupSelection): the answer has no BackupSelection")
	}
	return selectionFrom(out.BackupSelection)
}

// selectionFrom is the SDK's selection as our own; both have AWS's names.
func selectionFrom(in *types.BackupSelection) (*selectionState, error) {
	s, err := decodeLoosely[selectionState](pruned(in))
	slices.Sort(s.Resources)
	slices.Sort(s.NotResources)
	return &s, err
}

func wantSelection(p selectionParameters, now *selectionState) (*selectionState, error) {
	if now != nil {
		return nil, fmt.Errorf("the plan has a selection of that name already")
	}
	return &p.Selection, nil
}

func writeSelection(ctx context.Context, t *Target, p selectionParameters, _, after *selectionState, token string) (Receipt, error) {
	plan, err := t.planOf(ctx, p)
	if err != nil {
		return Receipt{}, err
	}
	in, err := decodeLoosely[types.BackupSelection](encode(after))
	if err != nil {
		return Receipt{}, err
	}
	out, err := t.backupOnce.CreateBackupSelection(ctx, &backup.CreateBackupSelectionInput{BackupPlanId: &plan, BackupSelection: &in, CreatorRequestId: &token})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, plan+"|"+aws.ToString(out.SelectionId)), nil
}

func textSelection(p selectionParameters, c *Change) Text {
	id, reference := p.BackupPlanId, hcl(p.BackupPlanId)
	property := yaml(p.BackupPlanId)
	if id == "" {
		id, reference, property = "PLAN_ID", "aws_backup_plan."+label(p.BackupPlanName)+".id", "!Ref "+logical(p.BackupPlanName)
	}
	s, name := p.Selection, label(p.Selection.SelectionName)
	resources := "          - " + strings.Join(s.Resources, "\n          - ") + "\n"
	return Text{
		CLI: command("backup create-backup-selection", c.Place, "--backup-plan-id", id, "--backup-selection", string(encode(s))),
		Terraform: fmt.Sprintf("resource \"aws_backup_selection\" %s {\n  name         = %s\n  plan_id      = %s\n  iam_role_arn = %s\n  resources    = %s\n}\n\n",
			hcl(name), hcl(s.SelectionName), reference, hcl(s.IamRoleArn), hclList(s.Resources)) +
			imported("aws_backup_selection."+name, c.idOf(c.ID, id+"|SELECTION_ID")),
		CloudFormation: fmt.Sprintf("  %s:\n    Type: AWS::Backup::BackupSelection\n    Properties:\n      BackupPlanId: %s\n      BackupSelection:\n"+
			"        SelectionName: %s\n        IamRoleArn: %s\n        Resources:\n%s", logical(s.SelectionName), property, yaml(s.SelectionName), yaml(s.IamRoleArn), resources),
	}
}

// covers says whether a selection covers exactly these tables of a Region, and no
// others.
func covers(r *region, s selectionState, wanted []string) error {
	compiled := selection.Compile(snapshot.BackupSelection{Resources: s.Resources, NotResources: s.NotResources, ListOfTags: s.ListOfTags, Conditions: s.Conditions})
	for arn, table := range r.tables {
		in := slices.Contains(wanted, arn)
		m := compiled.Match(r.resource(table), selection.Region{OptedIn: r.optedIn()})
		if in != (m.Verdict == selection.Yes) {
			return fmt.Errorf("the selection would leave %s %s", table.TableName, m.Verdict)
		}
	}
	return nil
}

func backSelection(_ selectionParameters, u Undoing) string {
	plan, id, _ := strings.Cut(u.Result, "|")
	return command("backup delete-backup-selection", u.Place, "--backup-plan-id", plan, "--selection-id", id)
}
