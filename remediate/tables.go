package remediate

import (
	"context"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"holdfast/scanner/snapshot"
)

// What actions on tables share.

var tableName = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

func checkTable(name string) error {
	if !tableName.MatchString(name) {
		return fmt.Errorf("%q is no name of a table", name)
	}
	return nil
}

// table describes a table that can be changed now.
func (t *Target) table(ctx context.Context, name string) (*types.TableDescription, error) {
	out, err := t.dynamodb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	switch {
	case err != nil:
		return nil, asking("dynamodb:DescribeTable", err)
	case out.Table == nil:
		return nil, fmt.Errorf("asking AWS (dynamodb:DescribeTable): the answer has no Table")
	case out.Table.TableStatus == types.TableStatusUpdating, out.Table.TableStatus == types.TableStatusCreating:
		return nil, notReady{"the table is " + string(out.Table.TableStatus)}
	case out.Table.TableStatus != types.TableStatusActive:
		return nil, fmt.Errorf("the table is %s", out.Table.TableStatus)
	}
	return out.Table, nil
}

// byARN groups cases by their subject, sorted.
func byARN(cases []Case) iter.Seq2[string, []Case] {
	groups := map[string][]Case{}
	var arns []string
	for _, c := range cases {
		if groups[c.ARN] == nil {
			arns = append(arns, c.ARN)
		}
		groups[c.ARN] = append(groups[c.ARN], c)
	}
	slices.Sort(arns)
	return func(yield func(string, []Case) bool) {
		for _, arn := range arns {
			if !yield(arn, groups[arn]) {
				return
			}
		}
	}
}

// globalNote tells that replicas share neither recovery, protection nor tags.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
func globalNote(t *snapshot.Table) []string {
	if len(t.Replicas) == 0 {
		return nil
	}
	var regions []string
	for _, r := range t.Replicas {
		regions = append(regions, r.RegionName)
	}
	slices.Sort(regions)
	return []string{"the replicas in " + strings.Join(regions, ", ") + " are not changed by it: each replica has a setting of its own"}
}

// tablePatch is what changes in the Terraform resource of a table.
func tablePatch(name, lines string) string {
	return fmt.Sprintf("resource \"aws_dynamodb_table\" %s {\n%s}\n", hcl(label(name)), lines)
}

// tableProperties is what changes in the CloudFormation resource of a table.
func tableProperties(name, lines string) string {
	return fmt.Sprintf("  %s:\n    Type: AWS::DynamoDB::Table\n    Properties:\n%s", logical(name), lines)
}
