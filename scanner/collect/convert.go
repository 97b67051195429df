package collect

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup/types"

	"holdfast/scanner/snapshot"
)

// utc is the same instant in UTC; nil stays nil.
func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// positive is a count that the SDK gives as 0 where AWS sent none.
func positive(n int32) *int64 {
	if n == 0 {
		return nil
	}
	return aws.Int64(int64(n))
}

func texts[S ~string](in []S) []string {
	var out []string
	for _, s := range in {
		out = append(out, string(s))
	}
	return out
}

// checkJSON refuses a document that is not JSON.
func checkJSON(field string, s *string) error {
	if s == nil || !json.Valid([]byte(*s)) {
		return unreadableError{field + " is not JSON"}
	}
	return nil
}

func rawJSON(s *string) json.RawMessage {
	if s == nil {
		return nil
	}
	return json.RawMessage(*s)
}

// document is v as JSON with AWS's names; nil where v has nothing in it.
func document(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil || string(b) == "{}" || string(b) == "null" {
		return nil
	}
	return b
}

// tableOfArn is the name of the table in a table's or its backup's ARN; "" where
// there is none.
func tableOfArn(arn string) string {
	_, rest, ok := strings.Cut(arn, ":table/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func lifecycle(l *types.Lifecycle) *snapshot.Lifecycle {
	if l == nil {
		return nil
	}
	return &snapshot.Lifecycle{
		MoveToColdStorageAfterDays: l.MoveToColdStorageAfterDays, DeleteAfterDays: l.DeleteAfterDays,
		DeleteAfterEvent: string(l.DeleteAfterEvent), OptInToArchiveForSupportedResources: l.OptInToArchiveForSupportedResources,
	}
}

func calculated(c *types.CalculatedLifecycle) *snapshot.CalculatedLifecycle {
	if c == nil {
		return nil
	}
	return &snapshot.CalculatedLifecycle{MoveToColdStorageAt: utc(c.MoveToColdStorageAt), DeleteAt: utc(c.DeleteAt)}
}

func creator(c *types.RecoveryPointCreator) *snapshot.RecoveryPointCreator {
	if c == nil {
		return nil
	}
	return &snapshot.RecoveryPointCreator{
		BackupPlanArn: aws.ToString(c.BackupPlanArn), BackupPlanId: aws.ToString(c.BackupPlanId),
		BackupPlanName: aws.ToString(c.BackupPlanName), BackupPlanVersion: aws.ToString(c.BackupPlanVersion),
		BackupRuleId: aws.ToString(c.BackupRuleId), BackupRuleName: aws.ToString(c.BackupRuleName),
		BackupRuleCron: aws.ToString(c.BackupRuleCron), BackupRuleTimezone: aws.ToString(c.BackupRuleTimezone),
	}
}

// wide is the same number, as rows have it.
func wide(n *int32) *int64 {
	if n == nil {
		return nil
	}
	return aws.Int64(int64(*n))
}

// sorted is a sorted copy.
func sorted(in []string) []string {
	return slices.Sorted(slices.Values(in))
}
