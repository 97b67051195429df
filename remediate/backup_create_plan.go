package remediate

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"

	"holdfast/scanner/snapshot"
)

// backup.create_plan makes a plan with one rule. Without selections it backs
// nothing up. Findings do not ask for it: backup.create_selection does, where no
// plan of the Region will do.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupPlan.html
func createPlan() Action {
	return Action{
		Name: "backup.create_plan", Doc: "make a plan with one rule, for selections to come",
		Order: OrderPlan, Risk: LowRisk, Undo: UndoYes,
		Cost: "none for the plan; more for the backups that its selections bring",
		Permissions: []Permission{
			{Action: "backup:CreateBackupPlan", Resource: plans},
			{Action: "backup:GetBackupPlan", Resource: plans},
			{Action: "backup:ListBackupPlans", Resource: "*"},
		},
		UndoPermissions: []Permission{
			{Action: "backup:DeleteBackupPlan", Resource: plans},
			{Action: "backup:GetBackupPlan", Resource: plans},
			{Action: "backup:ListBackupPlans", Resource: "*"},
			{Action: "backup:ListBackupSelections", Resource: plans},
		},
		propose: func(*proposer, []Case) {},
		do: deed([]move{step[planParameters, *planState]{
			operation: "backup:CreateBackupPlan",
			read:      readNamedPlan, want: wantPlan, write: writePlan,
			known: (*planState).known, lasting: (*planState).lasting,
		}.move()}, []move{step[planParameters, *planState]{
			operation: "backup:DeleteBackupPlan",
			read:      readNamedPlan, write: deletePlan, ready: planIsUnused,
			known: (*planState).known, lasting: (*planState).lasting,
		}.move()}, textPlan),
	}
}

type planParameters struct {
	BackupPlanName string
	Rule           snapshot.BackupRule
}

// target names the plan by its name: it has no id before it is made.
func (p planParameters) target(at Place) string {
	return at.arn("backup", "backup-plan:"+p.BackupPlanName)
}

func (p planParameters) check(Place) error {
	if !backupName.MatchString(p.BackupPlanName) {
		return fmt.Errorf("%q is no name of a plan", p.BackupPlanName)
	}
	return checkRule(p.Rule)
}

func readNamedPlan(ctx context.Context, t *Target, p planParameters) (*planState, error) {
	id, err := t.planNamed(ctx, p.BackupPlanName)
	if err != nil || id == "" {
		return nil, err
	}
	return t.readPlan(ctx, id)
}

// planNamed is the id of the plan of that name; "" where there is none. AWS lets
// two plans have one name: then it is an error, since nobody can tell which one is
// meant.
func (t *Target) planNamed(ctx context.Context, name string) (id string, err error) {
	pages := backup.NewListBackupPlansPaginator(t.backup, &backup.ListBackupPlansInput{})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return "", asking("backup:ListBackupPlans", err)
		}
		for _, p := range out.BackupPlansList {
			if aws.ToString(p.BackupPlanName) != name {
				continue
			}
			if id != "" {
				return "", fmt.Errorf("two plans are called %s", name)
			}
			id = aws.ToString(p.BackupPlanId)
		}
	}
	return id, nil
}

// everyPlan reads all plans of the Region.
func (t *Target) everyPlan(ctx context.Context) (all []*planState, err error) {
	var ids []string
	pages := backup.NewListBackupPlansPaginator(t.backup, &backup.ListBackupPlansInput{})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, asking("backup:ListBackupPlans", err)
		}
		for _, p := range out.BackupPlansList {
			ids = append(ids, aws.ToString(p.BackupPlanId))
		}
	}
	for _, id := range ids {
		p, err := t.readPlan(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func wantPlan(p planParameters, now *planState) (*planState, error) {
	if now != nil {
		return nil, fmt.Errorf("there is a plan of that name already")
	}
	return &planState{BackupPlanName: p.BackupPlanName, Rules: []snapshot.BackupRule{p.Rule}}, nil
}

func writePlan(ctx context.Context, t *Target, _ planParameters, _, after *planState, token string) (Receipt, error) {
	in, err := after.input()
	if err != nil {
		return Receipt{}, err
	}
	out, err := t.backupOnce.CreateBackupPlan(ctx, &backup.CreateBackupPlanInput{BackupPlan: in, CreatorRequestId: &token})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, aws.ToString(out.BackupPlanArn)), nil
}

func planIsUnused(ctx context.Context, t *Target, _ planParameters, now *planState) error {
	out, err := t.backup.ListBackupSelections(ctx, &backup.ListBackupSelectionsInput{BackupPlanId: &now.BackupPlanId})
	if err != nil {
		return asking("backup:ListBackupSelections", err)
	}
	if n := len(out.BackupSelectionsList); n > 0 {
		return fmt.Errorf("the plan has %s", counted(n, "selection"))
	}
	return nil
}

// deletePlan takes a plan away that has no selections; AWS refuses one that has.
func deletePlan(ctx context.Context, t *Target, _ planParameters, before, _ *planState, _ string) (Receipt, error) {
	out, err := t.backupOnce.DeleteBackupPlan(ctx, &backup.DeleteBackupPlanInput{BackupPlanId: &before.BackupPlanId})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, ""), nil
}

func textPlan(p planParameters, c *Change) Text {
	state := &planState{BackupPlanName: p.BackupPlanName, Rules: []snapshot.BackupRule{p.Rule}}
	name := label(p.BackupPlanName)
	return Text{
		CLI:       command("backup create-backup-plan", c.Place, "--backup-plan", string(encode(state))),
		Terraform: planResource(name, state) + "\n" + imported("aws_backup_plan."+name, c.idOf(c.ID, "PLAN_ID")),
		CloudFormation: fmt.Sprintf("  %s:\n    Type: AWS::Backup::BackupPlan\n    DeletionPolicy: Retain\n    Properties:\n      BackupPlan:\n%s",
			logical(p.BackupPlanName), planProperties(state)),
	}
}
