package snapshot

import (
	"sort"
	"strings"
	"time"
)

// Format is the version of the shard format that this build writes. Older ones
// are read, newer ones refused.
const Format = 1

// Global is the Region of the shard that holds what has no Region.
const Global = "global"

// OrganizationShard is the Region of the shard that holds the organization; its
// account is the one that asked.
const OrganizationShard = "organization"

// A Header is the first line of a shard.
type Header struct {
	Format      int
	Tool        string    // "holdfast 0.1.0"
	Partition   string    // "aws", "aws-cn", "aws-us-gov" …
	Account     string    // 12 digits
	Region      string    // "eu-west-1", Global or OrganizationShard
	Caller      string    `json:",omitempty"` // ARN of who asked
	CollectedAt time.Time // AWS's clock at the first answer; ages are relative to it
	Collectors  []string  // names of the collectors that ran, sorted
	Tables      []string  `json:",omitempty"` // name patterns that the rows were limited to; absent: all tables
	// RegionsNamed: the Regions were asked for by name, so it does not matter
	// whether the account has more.
	RegionsNamed bool `json:",omitempty"`
}

// A Gap is a question that AWS did not answer. Its operation and parameters are
// those of the call; what it hides is worked out by package facts.
type Gap struct {
	Operation  string            // "dynamodb:DescribeContinuousBackups"
	Parameters map[string]string `json:",omitempty"` // without paging tokens
	Reason     Reason
	Code       string `json:",omitempty"` // AWS's error code, if the answer had one
	Message    string `json:",omitempty"`
}

// A Reason says in one word why a call has no answer.
type Reason string

const (
	Denied     Reason = "denied"     // 401, 403 and their codes
	Throttled  Reason = "throttled"  // still throttled after all retries
	Timeout    Reason = "timeout"    // no answer in time, or a cut connection
	Unreadable Reason = "unreadable" // an answer that is not AWS's: HTML, malformed JSON, a repeated page
	Failed     Reason = "failed"     // any other error
	NotAsked   Reason = "not_asked"  // not tried, because what it needs is itself a gap
)

// ID names the call that failed, as CallID does.
func (g Gap) ID() string { return CallID(g.Operation, g.Parameters) }

// A Call is one request that was answered or given up, kept as evidence.
type Call struct {
	Operation  string            // "backup:ListRecoveryPointsByBackupVault"
	Parameters map[string]string `json:",omitempty"` // without paging tokens
	Page       int               `json:",omitempty"` // 1, 2 … for lists
	Time       time.Time         // AWS's clock (the answer's Date), else ours
	RequestId  string            `json:",omitempty"`
	Attempts   int               `json:",omitempty"` // 1 where the first try was answered
	Error      string            `json:",omitempty"` // AWS's error code, for answers that mean "none" and for gaps
	Response   any               `json:",omitempty"` // the response fields that were used; for lists how many items
}

// ID names the question, whatever page or time: "dynamodb:DescribeTable TableName=Orders".
// Facts and findings refer to calls by it.
func (c Call) ID() string { return CallID(c.Operation, c.Parameters) }

// CallID names a question: the operation, then its parameters sorted by name.
func CallID(operation string, parameters map[string]string) string {
	if len(parameters) == 0 {
		return operation
	}
	keys := make([]string, 0, len(parameters))
	for k := range parameters {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var b strings.Builder
	b.WriteString(operation)
	for _, k := range keys {
		b.WriteByte(' ')
		b.WriteString(k)
		b.WriteByte('=')
		b.WriteString(parameters[k])
	}
	return b.String()
}

// An End is the last line of a shard: without it the shard was cut.
type End struct {
	Rows int // lines between header and end
}

// A Row is one line of a shard: exactly one field is set. A shard holds the
// header, the gaps (first, so that a single pass knows what is missing), the
// rows in the order of these fields, the calls, and the end.
//
// Recovery points and jobs are sorted by (ResourceArn, CreationDate, ARN or id),
// tables and the rest by ARN or id; calls by (ID, Page, Time).
type Row struct {
	Header                  *Header                  `json:"header,omitempty"`
	Gap                     *Gap                     `json:"gap,omitempty"`
	Unread                  *Unread                  `json:"unread,omitempty"`
	AccountRegion           *AccountRegion           `json:"account_region,omitempty"`
	GlobalSettings          *GlobalSettings          `json:"global_settings,omitempty"`
	RegionSettings          *RegionSettings          `json:"region_settings,omitempty"`
	Organization            *Organization            `json:"organization,omitempty"`
	OrganizationRoot        *OrganizationRoot        `json:"organization_root,omitempty"`
	OrganizationalUnit      *OrganizationalUnit      `json:"organizational_unit,omitempty"`
	OrganizationAccount     *OrganizationAccount     `json:"organization_account,omitempty"`
	OrganizationPolicy      *OrganizationPolicy      `json:"organization_policy,omitempty"`
	DelegatedAdministrator  *DelegatedAdministrator  `json:"delegated_administrator,omitempty"`
	EffectivePolicyError    *EffectivePolicyError    `json:"effective_policy_error,omitempty"`
	EffectivePolicy         *EffectivePolicy         `json:"effective_policy,omitempty"`
	AccountSummary          *AccountSummary          `json:"account_summary,omitempty"`
	IAMUser                 *IAMUser                 `json:"iam_user,omitempty"`
	IAMGroup                *IAMGroup                `json:"iam_group,omitempty"`
	IAMRole                 *IAMRole                 `json:"iam_role,omitempty"`
	IAMPolicy               *IAMPolicy               `json:"iam_policy,omitempty"`
	KMSKey                  *KMSKey                  `json:"kms_key,omitempty"`
	Trail                   *Trail                   `json:"trail,omitempty"`
	TrailEvent              *TrailEvent              `json:"trail_event,omitempty"`
	EventRule               *EventRule               `json:"event_rule,omitempty"`
	MetricAlarm             *MetricAlarm             `json:"metric_alarm,omitempty"`
	MetricFilter            *MetricFilter            `json:"metric_filter,omitempty"`
	Topic                   *Topic                   `json:"topic,omitempty"`
	BackupVault             *BackupVault             `json:"backup_vault,omitempty"`
	BackupPlan              *BackupPlan              `json:"backup_plan,omitempty"`
	BackupSelection         *BackupSelection         `json:"backup_selection,omitempty"`
	RestoreTestingPlan      *RestoreTestingPlan      `json:"restore_testing_plan,omitempty"`
	RestoreTestingSelection *RestoreTestingSelection `json:"restore_testing_selection,omitempty"`
	LegalHold               *LegalHold               `json:"legal_hold,omitempty"`
	Table                   *Table                   `json:"table,omitempty"`
	TableBackup             *TableBackup             `json:"table_backup,omitempty"`
	ProtectedResource       *ProtectedResource       `json:"protected_resource,omitempty"`
	BackupJob               *BackupJob               `json:"backup_job,omitempty"`
	CopyJob                 *CopyJob                 `json:"copy_job,omitempty"`
	RestoreJob              *RestoreJob              `json:"restore_job,omitempty"`
	RecoveryPoint           *RecoveryPoint           `json:"recovery_point,omitempty"`
	Call                    *Call                    `json:"call,omitempty"`
	End                     *End                     `json:"end,omitempty"`
}
