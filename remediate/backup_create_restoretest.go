package remediate

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/scanner/schedule"
	"holdfast/scanner/snapshot"
)

// backup.create_restore_test lets AWS Backup restore the newest point of each table
// every month, and delete what it restored. A backup that nobody has restored is a
// hope.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
func createRestoreTest() Action {
	return Action{
		Name: "backup.create_restore_test", Doc: "let AWS Backup restore tables every month, to see that it works",
		Order: OrderBackup, Risk: MediumRisk, Undo: UndoWeakens,
		Cost: "more: each test restores every table once a month, and charges for the restore and for the table while it is there",
		Permissions: []Permission{
			{Action: "backup:CreateRestoreTestingPlan", Resource: restoreTests},
			{Action: "backup:CreateRestoreTestingSelection", Resource: restoreTests},
			{Action: "backup:GetRestoreTestingPlan", Resource: restoreTests},
			{Action: "backup:GetRestoreTestingSelection", Resource: restoreTests},
			{Action: "iam:PassRole", Resource: roles, PassedTo: "backup.amazonaws.com", Dependent: true},
		},
		propose: proposeRestoreTests,
		do: deed([]move{step[restoreTestParameters, *restoreTestState]{
			operation: "backup:CreateRestoreTestingPlan",
			read:      readRestoreTest, want: wantRestoreTest, write: writeRestoreTest,
		}.move(), step[restoreTestParameters, *testSelectionState]{
			operation: "backup:CreateRestoreTestingSelection",
			read:      readTestSelection, want: wantTestSelection, write: writeTestSelection,
		}.move()}, nil, textRestoreTest),
	}
}

const restoreTests = "arn:*:backup:*:*:restore-testing-plan:*"

type restoreTestParameters struct {
	RestoreTestingPlanName string
	ScheduleExpression     string
	IamRoleArn             string
}

var testName = regexp.MustCompile(`^[a-zA-Z0-9_]{1,50}$`)

func (p restoreTestParameters) target(at Place) string {
	return at.arn("backup", "restore-testing-plan:"+p.RestoreTestingPlanName)
}

func (p restoreTestParameters) check(at Place) error {
	if !testName.MatchString(p.RestoreTestingPlanName) {
		return fmt.Errorf("%q is no name of a restore-testing plan", p.RestoreTestingPlanName)
	}
	if !strings.HasPrefix(p.IamRoleArn, "arn:"+at.Partition+":iam::"+at.Account+":role/") {
		return fmt.Errorf("the role %s is not of account %s", p.IamRoleArn, at.Account)
	}
	_, err := schedule.Parse(p.ScheduleExpression, "")
	return err
}

// restoreTestState is the plan; null: there is none of that name.
type restoreTestState struct {
	ScheduleExpression  string
	Algorithm           string
	IncludeVaults       []string
	RecoveryPointTypes  []string
	SelectionWindowDays int32
}

// testSelectionState is its selection; null: there is none of that name.
type testSelectionState struct {
	ProtectedResourceType string
	ProtectedResourceArns []string
	IamRoleArn            string
}

const testSelection = "tables"

// proposeRestoreTests makes one plan in each Region of the account that has tables
// and no restore-testing plan.
func proposeRestoreTests(p *proposer, cases []Case) {
	for _, c := range cases {
		made := false
		for _, r := range p.world.places() {
			if r.Account != c.Account || len(r.tables) == 0 || c.Region != "" && c.Region != snapshot.Global && c.Region != r.Region {
				continue
			}
			if r.unread("backup:ListRestoreTestingPlans") != "" || len(r.tests) > 0 || len(r.plans) == 0 {
				continue
			}
			role := p.role(r, nil)
			if role == "" {
				continue
			}
			_, ok := p.add(createRestoreTest(), r.Place, restoreTestParameters{"holdfast_monthly", "cron(0 6 1 * ? *)", role},
				[]any{(*restoreTestState)(nil), (*testSelectionState)(nil)}, []Case{c},
				"the role "+role+" has to be allowed to restore as well", "tables that AWS Backup has no recovery point of are not tested")
			made = made || ok
		}
		if !made {
			p.leave(c, "no Region of the account has tables and plans, but neither a restore-testing plan nor a gap where one could be", Text{})
		}
	}
}

func readRestoreTest(ctx context.Context, t *Target, p restoreTestParameters) (*restoreTestState, error) {
	out, err := t.backup.GetRestoreTestingPlan(ctx, &backup.GetRestoreTestingPlanInput{RestoreTestingPlanName: &p.RestoreTestingPlanName})
	if hasCode(err, "ResourceNotFoundException") {
		return nil, nil
	}
	if err != nil {
		return nil, asking("backup:GetRestoreTestingPlan", err)
	}
	if out.RestoreTestingPlan == nil {
		return nil, fmt.Errorf("asking AWS (backup:GetRestoreTestingPlan): the answer has no plan")
	}
	s := &restoreTestState{ScheduleExpression: aws.ToString(out.RestoreTestingPlan.ScheduleExpression)}
	if of := out.RestoreTestingPlan.RecoveryPointSelection; of != nil {
		s.Algorithm, s.IncludeVaults, s.SelectionWindowDays = string(of.Algorithm), of.IncludeVaults, of.SelectionWindowDays
		for _, kind := range of.RecoveryPointTypes {
			s.RecoveryPointTypes = append(s.RecoveryPointTypes, string(kind))
		}
	}
	return s, nil
}

func wantRestoreTest(p restoreTestParameters, now *restoreTestState) (*restoreTestState, error) {
	if now != nil {
		return nil, fmt.Errorf("there is a restore-testing plan of that name already")
	}
	return &restoreTestState{p.ScheduleExpression, string(types.RestoreTestingRecoveryPointSelectionAlgorithmLatestWithinWindow), []string{"*"},
		[]string{string(types.RestoreTestingRecoveryPointTypeSnapshot)}, 30}, nil
}

func writeRestoreTest(ctx context.Context, t *Target, p restoreTestParameters, _, after *restoreTestState, token string) (Receipt, error) {
	out, err := t.backupOnce.CreateRestoreTestingPlan(ctx, &backup.CreateRestoreTestingPlanInput{CreatorRequestId: &token, RestoreTestingPlan: &types.RestoreTestingPlanForCreate{
		RestoreTestingPlanName: &p.RestoreTestingPlanName, ScheduleExpression: &after.ScheduleExpression,
		RecoveryPointSelection: &types.RestoreTestingRecoveryPointSelection{
			Algorithm: types.RestoreTestingRecoveryPointSelectionAlgorithm(after.Algorithm), IncludeVaults: after.IncludeVaults,
			RecoveryPointTypes: []types.RestoreTestingRecoveryPointType{types.RestoreTestingRecoveryPointTypeSnapshot}, SelectionWindowDays: after.SelectionWindowDays,
		},
	}})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, aws.ToString(out.RestoreTestingPlanArn)), nil
}

func readTestSelection(ctx context.Context, t *Target, p restoreTestParameters) (*testSelectionState, error) {
	out, err := t.backup.GetRestoreTestingSelection(ctx, &backup.GetRestoreTestingSelectionInput{RestoreTestingPlanName: &p.RestoreTestingPlanName, RestoreTestingSelectionName: aws.String(testSelection)})
	if hasCode(err, "ResourceNotFoundException") {
		return nil, nil
	}
	if err != nil {
		return nil, asking("backup:GetRestoreTestingSelection", err)
	}
	of := out.RestoreTestingSelection
	if of == nil {
		return nil, fmt.Errorf("asking AWS (backup:GetRestoreTestingSelection): the answer has no selection")
	}
	return &testSelectionState{aws.ToString(of.ProtectedResourceType), slices.Sorted(slices.Values(of.ProtectedResourceArns)), aws.ToString(of.IamRoleArn)}, nil
}

func wantTestSelection(p restoreTestParameters, now *testSelectionState) (*testSelectionState, error) {
	if now != nil {
		return nil, fmt.Errorf("there is a selection of that name already")
	}
	return &testSelectionState{"DynamoDB", []string{"*"}, p.IamRoleArn}, nil
}

func writeTestSelection(ctx context.Context, t *Target, p restoreTestParameters, _, after *testSelectionState, token string) (Receipt, error) {
	out, err := t.backupOnce.CreateRestoreTestingSelection(ctx, &backup.CreateRestoreTestingSelectionInput{RestoreTestingPlanName: &p.RestoreTestingPlanName, CreatorRequestId: &token,
		RestoreTestingSelection: &types.RestoreTestingSelectionForCreate{RestoreTestingSelectionName: aws.String(testSelection), IamRoleArn: &after.IamRoleArn,
			ProtectedResourceType: &after.ProtectedResourceType, ProtectedResourceArns: after.ProtectedResourceArns}})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, aws.ToString(out.RestoreTestingPlanArn)), nil
}

func textRestoreTest(p restoreTestParameters, c *Change) Text {
	name := p.RestoreTestingPlanName
	return Text{
		CLI: command("backup create-restore-testing-plan", c.Place, "--restore-testing-plan", string(encode(map[string]any{
			"RestoreTestingPlanName": name, "ScheduleExpression": p.ScheduleExpression,
			"RecoveryPointSelection": map[string]any{"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": []string{"*"}, "RecoveryPointTypes": []string{"SNAPSHOT"}}}))) +
			command("backup create-restore-testing-selection", c.Place, "--restore-testing-plan-name", name, "--restore-testing-selection", string(encode(map[string]any{
				"RestoreTestingSelectionName": testSelection, "ProtectedResourceType": "DynamoDB", "ProtectedResourceArns": []string{"*"}, "IamRoleArn": p.IamRoleArn}))),
		Terraform: fmt.Sprintf(`resource "aws_backup_restore_testing_plan" %s {
  name                = %s
  schedule_expression = %s

  recovery_point_selection {
    algorithm            = "LATEST_WITHIN_WINDOW"
    include_vaults       = ["*"]
    recovery_point_types = ["SNAPSHOT"]
  }
}

resource "aws_backup_restore_testing_selection" %s {
  name                      = %s
  restore_testing_plan_name = aws_backup_restore_testing_plan.%s.name
  protected_resource_type   = "DynamoDB"
  protected_resource_arns   = ["*"]
  iam_role_arn              = %s
}

`, hcl(name), hcl(name), hcl(p.ScheduleExpression), hcl(name), hcl(testSelection), name, hcl(p.IamRoleArn)) +
			imported("aws_backup_restore_testing_plan."+name, name) + imported("aws_backup_restore_testing_selection."+name, testSelection+":"+name),
		CloudFormation: fmt.Sprintf(`  %s:
    Type: AWS::Backup::RestoreTestingPlan
    Properties:
      RestoreTestingPlanName: %s
      ScheduleExpression: %s
      RecoveryPointSelection:
        Algorithm: LATEST_WITHIN_WINDOW
        IncludeVaults: ["*"]
        RecoveryPointTypes: [SNAPSHOT]
  %sTables:
    Type: AWS::Backup::RestoreTestingSelection
    Properties:
      RestoreTestingPlanName: !Ref %s
      RestoreTestingSelectionName: %s
      ProtectedResourceType: DynamoDB
      ProtectedResourceArns: ["*"]
      IamRoleArn: %s
`, logical(name), yaml(name), yaml(p.ScheduleExpression), logical(name), logical(name), testSelection, yaml(p.IamRoleArn)),
	}
}
