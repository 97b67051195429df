package collect

import (
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"holdfast/scanner/snapshot"
)

// named are the things of other services that a shard's rows name by ARN. What
// collectors ask about once the others are done comes from here.
type named struct {
	mu   sync.Mutex
	arns map[string]map[string]bool // by service as in the ARN: "kms", "sns", "logs"
}

// in notes what a row names.
func (n *named) in(row snapshot.Row) {
	switch {
	case row.Table != nil:
		if s := row.Table.SSEDescription; s != nil {
			n.add("kms", s.KMSMasterKeyArn)
		}
		for _, r := range row.Table.Replicas {
			n.add("kms", r.KMSMasterKeyId)
		}
	case row.RecoveryPoint != nil:
		n.add("kms", row.RecoveryPoint.EncryptionKeyArn)
	case row.BackupVault != nil:
		n.add("kms", row.BackupVault.EncryptionKeyArn)
		if v := row.BackupVault.Notifications; v != nil {
			n.add("sns", v.SNSTopicArn)
		}
	case row.EventRule != nil:
		for _, t := range row.EventRule.Targets {
			n.add("sns", t.Arn)
		}
	case row.MetricAlarm != nil:
		for _, action := range row.MetricAlarm.AlarmActions {
			n.add("sns", action)
		}
	case row.Trail != nil:
		n.add("sns", row.Trail.SnsTopicARN)
		n.add("logs", row.Trail.CloudWatchLogsLogGroupArn)
	}
}

// add takes an ARN if it is one of that service.
func (n *named) add(service, text string) {
	if text == "" || !strings.Contains(text, ":"+service+":") {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.arns == nil {
		n.arns = map[string]map[string]bool{}
	}
	if n.arns[service] == nil {
		n.arns[service] = map[string]bool{}
	}
	n.arns[service][text] = true
}

// of are the ARNs of a service that keep accepts, sorted by their text.
func (n *named) of(service string, keep func(arn.ARN) bool) []arn.ARN {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []arn.ARN
	for text := range n.arns[service] {
		if a, err := arn.Parse(text); err == nil && a.Service == service && keep(a) {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b arn.ARN) int { return strings.Compare(a.String(), b.String()) })
	return all
}
