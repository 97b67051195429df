package remediate

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// dynamodb.enable_deletion_protection makes a table that nobody can delete before
// somebody turns the protection off again. It sends nothing else, since UpdateTable
// takes one kind of change at a time.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html#WorkingWithTables.Basics.DeletionProtection
func enableDeletionProtection() Action {
	return Action{
		Name: "dynamodb.enable_deletion_protection", Doc: "turn deletion protection of a table on",
		Order: OrderTable, Risk: LowRisk, Undo: UndoWeakens,
		Cost: "none",
		Permissions: []Permission{
			{Action: "dynamodb:DescribeTable", Resource: tables},
			{Action: "dynamodb:UpdateTable", Resource: tables},
		},
		propose: proposeDeletionProtection,
		do: byHand(deed([]move{step[tableParameters, protectionState]{
			operation: "dynamodb:UpdateTable",
			read:      readProtection, want: wantProtection, weaker: weakerProtection, write: writeProtection,
		}.move()}, nil, textProtection), backProtection),
	}
}

type tableParameters struct{ TableName string }

func (p tableParameters) target(at Place) string { return at.arn("dynamodb", "table/"+p.TableName) }
func (p tableParameters) check(Place) error      { return checkTable(p.TableName) }

type protectionState struct {
	TableId                   string
	DeletionProtectionEnabled bool
}

func proposeDeletionProtection(p *proposer, cases []Case) {
	for r, all := range p.byPlace(cases) {
		for arn, ofTable := range byARN(all) {
			table := r.tables[arn]
			if table == nil || table.DeletionProtectionEnabled == nil {
				p.leaveAll(ofTable, "the snapshot does not say how it is set", Text{})
				continue
			}
			p.add(enableDeletionProtection(), r.Place, tableParameters{table.TableName},
				[]any{protectionState{table.TableId, *table.DeletionProtectionEnabled}}, ofTable, globalNote(table)...)
		}
	}
}

func readProtection(ctx context.Context, t *Target, p tableParameters) (protectionState, error) {
	table, err := t.table(ctx, p.TableName)
	if err != nil {
		return protectionState{}, err
	}
	return protectionState{aws.ToString(table.TableId), aws.ToBool(table.DeletionProtectionEnabled)}, nil
}

func wantProtection(_ tableParameters, now protectionState) (protectionState, error) {
	now.DeletionProtectionEnabled = true
	return now, nil
}

func weakerProtection(before, after protectionState) []string {
	if before.DeletionProtectionEnabled && !after.DeletionProtectionEnabled {
		return []string{"deletion protection was on"}
	}
	return nil
}

func writeProtection(ctx context.Context, t *Target, p tableParameters, _, _ protectionState, _ string) (Receipt, error) {
	out, err := t.dynamodbOnce.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: &p.TableName, DeletionProtectionEnabled: aws.Bool(true)})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, ""), nil
}

func textProtection(p tableParameters, c *Change) Text {
	return Text{
		CLI:            command("dynamodb update-table", c.Place, "--table-name", p.TableName, "--deletion-protection-enabled", ""),
		TerraformPatch: tablePatch(p.TableName, "  deletion_protection_enabled = true\n"),
		CloudFormation: tableProperties(p.TableName, "      DeletionProtectionEnabled: true\n"),
	}
}

func backProtection(p tableParameters, u Undoing) string {
	return command("dynamodb update-table", u.Place, "--table-name", p.TableName, "--no-deletion-protection-enabled", "")
}
