package remediate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// backup.replace_selection makes a selection anew without the entries that match
// nothing, and takes the old one away once the new one has been read back: AWS has
// no call that changes a selection. It is the one action that deletes anything.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupSelection.html
func replaceSelection() Action {
	return Action{
		Name: "backup.replace_selection", Doc: "make a selection anew without entries that match nothing, then take the old one away",
		Order: OrderSelection, Risk: MediumRisk, Undo: UndoWeakens,
		Cost: "none",
		Permissions: []Permission{
			{Action: "backup:CreateBackupSelection", Resource: plans},
			{Action: "backup:DeleteBackupSelection", Resource: plans},
			{Action: "backup:GetBackupSelection", Resource: plans},
			{Action: "backup:ListBackupSelections", Resource: plans},
			{Action: "dynamodb:DescribeTable", Resource: tables},
			{Action: "iam:PassRole", Resource: roles, PassedTo: "backup.amazonaws.com", Dependent: true},
		},
		propose: proposeReplacements,
		do: deed([]move{step[replaceParameters, *selectionState]{
			operation: "backup:CreateBackupSelection",
			read:      readReplacement, want: wantReplacement, write: writeReplacement, ready: oldIsStill,
		}.move(), step[replaceParameters, *selectionState]{
			operation: "backup:DeleteBackupSelection",
			read:      readReplaced, want: wantReplaced, write: deleteReplaced, ready: newIsThere,
		}.move()}, nil, textReplacement),
	}
}

type replaceParameters struct {
	BackupPlanId string
	SelectionId  string // of the old one
	Old          selectionState
	Dropped      []string // entries of Resources and NotResources, sorted
	NewName      string
}

func (p replaceParameters) target(at Place) string {
	return at.arn("backup", "backup-plan:"+p.BackupPlanId+"/selection/"+p.SelectionId)
}

// replacement is the old selection without what was dropped.
func (p replaceParameters) replacement() selectionState {
	s := p.Old
	s.SelectionName = p.NewName
	s.Resources, s.NotResources = without(s.Resources, p.Dropped), without(s.NotResources, p.Dropped)
	return s
}

func without(all, dropped []string) (left []string) {
	for _, s := range all {
		if !slices.Contains(dropped, s) {
			left = append(left, s)
		}
	}
	return left
}

func (p replaceParameters) check(at Place) error {
	s := p.replacement()
	switch {
	case !planID.MatchString(p.BackupPlanId) || !planID.MatchString(p.SelectionId):
		return fmt.Errorf("%q is no selection", p.SelectionId)
	case !backupName.MatchString(p.NewName) || p.NewName == p.Old.SelectionName:
		return fmt.Errorf("%q is no name for the new selection", p.NewName)
	case !strings.HasPrefix(s.IamRoleArn, "arn:"+at.Partition+":iam::"+at.Account+":role/"):
		return fmt.Errorf("the role %s is not of account %s", s.IamRoleArn, at.Account)
	case len(p.Dropped) == 0 || !slices.IsSorted(p.Dropped):
		return fmt.Errorf("it drops nothing, or not in order")
	case len(s.Resources)+len(s.ListOfTags) == 0:
		return fmt.Errorf("nothing would be left, and a selection of nothing takes everything")
	}
	for _, entry := range p.Dropped {
		if strings.Contains(entry, "*") {
			return fmt.Errorf("%s is a pattern: what it may match one day is not known", entry)
		}
		if !slices.Contains(p.Old.Resources, entry) && !slices.Contains(p.Old.NotResources, entry) {
			return fmt.Errorf("the old selection does not name %s", entry)
		}
	}
	return nil
}

func proposeReplacements(p *proposer, cases []Case) {
	for r, all := range p.byPlace(cases) {
		for _, c := range all {
			plan, id, _ := strings.Cut(c.ARN, "/selection/")
			i := slices.IndexFunc(r.selections, func(s *snapshot.BackupSelection) bool { return s.SelectionId == id })
			if i < 0 || strings.Contains(plan, ":backup-plan:orgs/") {
				p.leave(c, "the selection is not one that this account can change", Text{})
				continue
			}
			old := selectionOf(r.selections[i])
			parameters := replaceParameters{BackupPlanId: r.selections[i].BackupPlanId, SelectionId: id, Old: *old, Dropped: r.deadEntries(*old)}
			parameters.NewName = newName(old.SelectionName, parameters)
			p.add(replaceSelection(), r.Place, parameters, []any{(*selectionState)(nil), old}, []Case{c},
				"the plan keeps what it covers: the new selection has to be there before the old one goes")
		}
	}
}

// newName is the old name with a mark, as long as AWS allows.
func newName(old string, p replaceParameters) string {
	mark := "-" + digest("replace", string(encode(p)))[:8]
	return old[:min(len(old), 50-len(mark))] + mark
}

func selectionOf(s *snapshot.BackupSelection) *selectionState {
	state := &selectionState{SelectionName: s.SelectionName, IamRoleArn: s.IamRoleArn, Resources: slices.Sorted(slices.Values(s.Resources)),
		NotResources: slices.Sorted(slices.Values(s.NotResources)), ListOfTags: s.ListOfTags, Conditions: s.Conditions}
	return state
}

// deadEntries are the entries that name one table of this account and Region that is
// not there, or something that is no ARN at all.
func (r *region) deadEntries(s selectionState) (dead []string) {
	for _, entry := range slices.Concat(s.Resources, s.NotResources) {
		_, there := r.tables[entry]
		if strings.Contains(entry, "*") || there {
			continue
		}
		if strings.HasPrefix(entry, r.arn("dynamodb", "table/")) || len(selection.Compile(snapshot.BackupSelection{Resources: []string{entry}}).Notes()) > 0 {
			dead = append(dead, entry)
		}
	}
	slices.Sort(dead)
	return slices.Compact(dead)
}

func readReplacement(ctx context.Context, t *Target, p replaceParameters) (*selectionState, error) {
	_, found, err := t.selection(ctx, p.BackupPlanId, p.NewName)
	return found, err
}

func wantReplacement(p replaceParameters, now *selectionState) (*selectionState, error) {
	if now != nil {
		return nil, fmt.Errorf("the plan has a selection of that name already")
	}
	s := p.replacement()
	return &s, nil
}

// oldIsStill: the old selection is what it was, and what is dropped is still dead.
func oldIsStill(ctx context.Context, t *Target, p replaceParameters, _ *selectionState) error {
	old, err := t.readSelection(ctx, p.BackupPlanId, p.SelectionId)
	if err != nil {
		return err
	}
	if old == nil || !same(encode(old), encode(p.Old)) {
		return fmt.Errorf("the old selection was changed since the plan was made")
	}
	for _, entry := range p.Dropped {
		name, isTable := strings.CutPrefix(entry, t.arn("dynamodb", "table/"))
		if !isTable {
			continue
		}
		_, err := t.dynamodb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
		if err == nil {
			return fmt.Errorf("the table %s is there by now", name)
		}
		if !hasCode(err, "ResourceNotFoundException") {
			return asking("dynamodb:DescribeTable", err)
		}
	}
	return nil
}

func writeReplacement(ctx context.Context, t *Target, p replaceParameters, before, after *selectionState, token string) (Receipt, error) {
	return writeSelection(ctx, t, selectionParameters{BackupPlanId: p.BackupPlanId}, before, after, token)
}

func readReplaced(ctx context.Context, t *Target, p replaceParameters) (*selectionState, error) {
	return t.readSelection(ctx, p.BackupPlanId, p.SelectionId)
}

func wantReplaced(_ replaceParameters, now *selectionState) (*selectionState, error) {
	if now == nil {
		return nil, fmt.Errorf("the old selection is gone")
	}
	return nil, nil
}

// newIsThere is the condition of the one deletion that Holdfast does: the new
// selection can be read, and is what was planned; the old one still is dead where it
// was.
func newIsThere(ctx context.Context, t *Target, p replaceParameters, now *selectionState) error {
	if err := oldIsStill(ctx, t, p, now); err != nil {
		return err
	}
	_, found, err := t.selection(ctx, p.BackupPlanId, p.NewName)
	if err != nil {
		return err
	}
	if found == nil || !same(encode(found), encode(p.replacement())) {
		return fmt.Errorf("the new selection is not there as planned, so the old one stays")
	}
	return nil
}

func deleteReplaced(ctx context.Context, t *Target, p replaceParameters, _, _ *selectionState, _ string) (Receipt, error) {
	out, err := t.backupOnce.DeleteBackupSelection(ctx, &backup.DeleteBackupSelectionInput{BackupPlanId: &p.BackupPlanId, SelectionId: aws.String(p.SelectionId)})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, ""), nil
}

func textReplacement(p replaceParameters, c *Change) Text {
	text := textSelection(selectionParameters{BackupPlanId: p.BackupPlanId, Selection: p.replacement()}, c)
	text.CLI += command("backup delete-backup-selection", c.Place, "--backup-plan-id", p.BackupPlanId, "--selection-id", p.SelectionId)
	text.Terraform, text.TerraformPatch = "", "# Take these entries out of the selection's resources:\n#   "+strings.Join(p.Dropped, "\n#   ")+"\n"
	return text
}
