package remediate

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"holdfast/scanner/snapshot"
)

// dynamodb.enable_pitr turns point-in-time recovery on, or lengthens its period.
// It always says the period: without one AWS sets 35 days, whatever was set
// before; and never a shorter one, which throws history away at once.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoverySpecification.html
func enablePITR() Action {
	return Action{
		Name: "dynamodb.enable_pitr", Doc: "turn point-in-time recovery on, or lengthen its period",
		Order: OrderTable, Risk: LowRisk, Undo: UndoWeakens,
		Cost: "more: by the size of the table, the same for 1 day as for 35; a longer period costs nothing",
		Permissions: []Permission{
			{Action: "dynamodb:DescribeContinuousBackups", Resource: tables},
			{Action: "dynamodb:DescribeTable", Resource: tables},
			{Action: "dynamodb:UpdateContinuousBackups", Resource: tables},
		},
		propose: proposePITR,
		do: byHand(deed([]move{step[pitrParameters, pitrState]{
			operation: "dynamodb:UpdateContinuousBackups",
			read:      readPITR, want: wantPITR, weaker: weakerPITR, write: writePITR,
		}.move()}, nil, textPITR), backPITR),
	}
}

const tables = "arn:*:dynamodb:*:*:table/*"

type pitrParameters struct {
	TableName            string
	RecoveryPeriodInDays int
}

func (p pitrParameters) target(at Place) string { return at.arn("dynamodb", "table/"+p.TableName) }

func (p pitrParameters) check(Place) error {
	if p.RecoveryPeriodInDays < 1 || p.RecoveryPeriodInDays > 35 {
		return fmt.Errorf("RecoveryPeriodInDays is %d; AWS takes 1 to 35", p.RecoveryPeriodInDays)
	}
	return checkTable(p.TableName)
}

// pitrState is all that UpdateContinuousBackups can change. TableId tells a table
// from a later one of the same name.
type pitrState struct {
	TableId                   string
	PointInTimeRecoveryStatus string
	RecoveryPeriodInDays      int `json:",omitempty"` // 0 while it is off
}

func proposePITR(p *proposer, cases []Case) {
	for r, all := range p.byPlace(cases) {
		for arn, ofTable := range byARN(all) {
			table := r.tables[arn]
			if table == nil || table.ContinuousBackupsDescription == nil || table.ContinuousBackupsDescription.PointInTimeRecoveryDescription == nil {
				p.leaveAll(ofTable, "the snapshot does not say how it is set", Text{})
				continue
			}
			now := pitrOf(table)
			days := now.RecoveryPeriodInDays
			for _, c := range ofTable {
				var asked struct{ RecoveryPeriodInDays int }
				json.Unmarshal(c.Remediation.Parameters, &asked) // a rule that asks for nothing gets what is there
				days = max(days, asked.RecoveryPeriodInDays)
			}
			p.add(enablePITR(), r.Place, pitrParameters{table.TableName, days}, []any{now}, ofTable, globalNote(table)...)
		}
	}
}

func pitrOf(t *snapshot.Table) pitrState {
	d := t.ContinuousBackupsDescription.PointInTimeRecoveryDescription
	s := pitrState{TableId: t.TableId, PointInTimeRecoveryStatus: d.PointInTimeRecoveryStatus}
	if d.RecoveryPeriodInDays != nil {
		s.RecoveryPeriodInDays = *d.RecoveryPeriodInDays
	}
	return s
}

func readPITR(ctx context.Context, t *Target, p pitrParameters) (pitrState, error) {
	table, err := t.table(ctx, p.TableName)
	if err != nil {
		return pitrState{}, err
	}
	out, err := t.dynamodb.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: &p.TableName})
	if err != nil {
		return pitrState{}, asking("dynamodb:DescribeContinuousBackups", err)
	}
	if out.ContinuousBackupsDescription == nil || out.ContinuousBackupsDescription.PointInTimeRecoveryDescription == nil {
		return pitrState{}, fmt.Errorf("asking AWS (dynamodb:DescribeContinuousBackups): the answer says nothing of point-in-time recovery")
	}
	d := out.ContinuousBackupsDescription.PointInTimeRecoveryDescription
	return pitrState{aws.ToString(table.TableId), string(d.PointInTimeRecoveryStatus), int(aws.ToInt32(d.RecoveryPeriodInDays))}, nil
}

func wantPITR(p pitrParameters, now pitrState) (pitrState, error) {
	switch now.PointInTimeRecoveryStatus {
	case "ENABLED", "DISABLED":
	default:
		return now, fmt.Errorf("point-in-time recovery is %q, which this build does not know", now.PointInTimeRecoveryStatus)
	}
	now.PointInTimeRecoveryStatus, now.RecoveryPeriodInDays = "ENABLED", p.RecoveryPeriodInDays
	return now, nil
}

func weakerPITR(before, after pitrState) (weaker []string) {
	if before.PointInTimeRecoveryStatus != "ENABLED" {
		return nil
	}
	if after.PointInTimeRecoveryStatus != "ENABLED" {
		weaker = append(weaker, "point-in-time recovery was on")
	}
	if after.RecoveryPeriodInDays < before.RecoveryPeriodInDays {
		weaker = append(weaker, fmt.Sprintf("RecoveryPeriodInDays %d < %d", after.RecoveryPeriodInDays, before.RecoveryPeriodInDays))
	}
	return weaker
}

func writePITR(ctx context.Context, t *Target, p pitrParameters, _, after pitrState, _ string) (Receipt, error) {
	out, err := t.dynamodbOnce.UpdateContinuousBackups(ctx, &dynamodb.UpdateContinuousBackupsInput{
		TableName: &p.TableName,
		PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: aws.Bool(true), RecoveryPeriodInDays: aws.Int32(int32(after.RecoveryPeriodInDays)),
		},
	})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, ""), nil
}

func textPITR(p pitrParameters, c *Change) Text {
	return Text{
		CLI: command("dynamodb update-continuous-backups", c.Place, "--table-name", p.TableName, "--point-in-time-recovery-specification",
			fmt.Sprintf("PointInTimeRecoveryEnabled=true,RecoveryPeriodInDays=%d", p.RecoveryPeriodInDays)),
		TerraformPatch: tablePatch(p.TableName, fmt.Sprintf("  point_in_time_recovery {\n    enabled                 = true\n    recovery_period_in_days = %d\n  }\n", p.RecoveryPeriodInDays)),
		CloudFormation: tableProperties(p.TableName, fmt.Sprintf("      PointInTimeRecoverySpecification:\n        PointInTimeRecoveryEnabled: true\n        RecoveryPeriodInDays: %d\n", p.RecoveryPeriodInDays)),
	}
}

func backPITR(p pitrParameters, u Undoing) string {
	before, err := decodeLoosely[pitrState](u.Before)
	if err != nil {
		return ""
	}
	setting := "PointInTimeRecoveryEnabled=false"
	if before.PointInTimeRecoveryStatus == "ENABLED" {
		setting = fmt.Sprintf("PointInTimeRecoveryEnabled=true,RecoveryPeriodInDays=%d", before.RecoveryPeriodInDays)
	}
	return command("dynamodb update-continuous-backups", u.Place, "--table-name", p.TableName, "--point-in-time-recovery-specification", setting)
}
