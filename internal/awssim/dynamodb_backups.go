package awssim

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A tableBackup is one that DynamoDB keeps itself: USER or SYSTEM.
type tableBackup struct {
	arn, name, kind   string
	status            string
	created, expires  time.Time
	size              int64
	tableArn, tableID string
	tableCreated      time.Time
	tableName         string
	sse               *sseDescription
}

// newTableBackup is a backup of t as it is now.
func newTableBackup(t *table, name, kind string, created time.Time) *tableBackup {
	return &tableBackup{
		arn:  t.arn + "/backup/" + backupID(created.UnixMilli(), hash("backup", t.arn, t.id, name, created.String())),
		name: name, kind: kind, status: "AVAILABLE", created: created, size: t.size,
		tableArn: t.arn, tableID: t.id, tableCreated: t.created, tableName: t.name, sse: t.sse,
	}
}

// backupID is the last segment of a DynamoDB backup's ARN: time, then id.
func backupID(ms int64, id uint64) string { return fmt.Sprintf("%014d-%s", ms, shortID(id, 8)) }

// backupSummary is one row of ListBackups.
type backupSummary struct {
	TableName              string
	TableId                string `json:",omitempty"`
	TableArn               string
	BackupArn              string
	BackupName             string
	BackupCreationDateTime epoch
	BackupExpiryDateTime   epoch `json:",omitempty"`
	BackupStatus           string
	BackupType             string
	BackupSizeBytes        int64
}

func (b *tableBackup) summary() backupSummary {
	return backupSummary{TableName: b.tableName, TableId: b.tableID, TableArn: b.tableArn, BackupArn: b.arn,
		BackupName: b.name, BackupCreationDateTime: epochOf(b.created), BackupExpiryDateTime: epochOf(b.expires),
		BackupStatus: b.status, BackupType: b.kind, BackupSizeBytes: b.size}
}

// exists is false once a SYSTEM backup has expired.
func (b *tableBackup) exists(now time.Time) bool { return b.expires.IsZero() || now.Before(b.expires) }

// backups are the DynamoDB backups of a resource, sorted by ARN: its own, and
// AWS Backup's points that are not advanced, whose ARN is a DynamoDB backup's.
func (res *resource) backups(now time.Time) []backupSummary {
	rows := make([]backupSummary, 0, len(res.native))
	for _, b := range res.native {
		if b.exists(now) {
			rows = append(rows, b.summary())
		}
	}
	for _, p := range res.points {
		if res.plain == 0 {
			break
		}
		if p.advanced {
			continue
		}
		status := "AVAILABLE"
		if p.statusAt(now) == "CREATING" {
			status = "CREATING"
		}
		rows = append(rows, backupSummary{TableName: res.name, TableArn: res.arn, BackupArn: p.arn(),
			BackupName: "awsbackup-" + uuid(p.id), BackupCreationDateTime: epochMillis(p.created),
			BackupStatus: status, BackupType: "AWS_BACKUP", BackupSizeBytes: p.size})
	}
	slices.SortFunc(rows, func(a, b backupSummary) int { return strings.Compare(a.BackupArn, b.BackupArn) })
	return rows
}

var backupArnPattern = regexp.MustCompile(`^arn:[^:]+:dynamodb:[^:]+:[0-9]{12}:table/([a-zA-Z0-9_.-]{3,255})/backup/[0-9]{14}-[0-9a-f]{8}$`)

// listTableBackups is ListBackups. Its token is the ARN of the last backup; a
// full page has one even where nothing follows. AWS's pages contradict each other
// on whether AWS Backup's own backups are listed; here AWS_BACKUP and ALL list them.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListBackups.html
func listTableBackups(c *call) (any, error) {
	in := struct {
		TableName               string
		Limit                   *int
		TimeRangeLowerBound     *float64
		TimeRangeUpperBound     *float64
		ExclusiveStartBackupArn string
		BackupType              string
	}{BackupType: "USER"}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	limit, err := c.dynamoLimit(in.Limit, 100)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"USER", "SYSTEM", "AWS_BACKUP", "ALL"}, in.BackupType) {
		return nil, validation("Value '%s' at 'backupType' failed to satisfy constraint: Member must satisfy enum value set: [USER, SYSTEM, AWS_BACKUP, ALL]", in.BackupType)
	}
	after, fromTable := in.ExclusiveStartBackupArn, ""
	if after != "" {
		m := backupArnPattern.FindStringSubmatch(after)
		if m == nil {
			return nil, validation("Invalid ExclusiveStartBackupArn: %s", after)
		}
		fromTable = m[1]
	}
	local := c.region.arn("dynamodb", "table/")
	only := strings.TrimPrefix(in.TableName, local)
	rows := make([]backupSummary, 0, limit)
	for _, res := range c.region.resourceBy {
		if res.name < fromTable || only != "" && res.name != only || !strings.HasPrefix(res.arn, local) {
			continue
		}
		for _, b := range res.backups(c.now) {
			seconds := float64(b.BackupCreationDateTime)
			switch {
			case res.name == fromTable && b.BackupArn <= after,
				in.BackupType != "ALL" && b.BackupType != in.BackupType,
				in.TimeRangeLowerBound != nil && seconds < *in.TimeRangeLowerBound,
				in.TimeRangeUpperBound != nil && seconds >= *in.TimeRangeUpperBound:
				continue
			}
			rows = append(rows, b)
			if len(rows) == limit {
				return obj{"BackupSummaries": rows, "LastEvaluatedBackupArn": b.BackupArn}, nil
			}
		}
	}
	return obj{"BackupSummaries": rows}, nil
}

func (c *call) tableBackup() (*resource, *tableBackup, error) {
	in := struct{ BackupArn string }{}
	if err := c.decode(&in); err != nil {
		return nil, nil, err
	}
	m := backupArnPattern.FindStringSubmatch(in.BackupArn)
	if m == nil {
		return nil, nil, validation("Invalid BackupArn: %s", in.BackupArn)
	}
	res := c.region.resources[c.region.arn("dynamodb", "table/"+m[1])]
	if res == nil {
		return nil, nil, fail(http.StatusBadRequest, "BackupNotFoundException", "Backup not found: %s", in.BackupArn)
	}
	for _, b := range res.native {
		if b.arn == in.BackupArn && b.exists(c.now) {
			return res, b, nil
		}
	}
	for _, p := range res.points {
		if !p.advanced && p.arn() == in.BackupArn {
			return res, &tableBackup{arn: in.BackupArn, name: "awsbackup-" + uuid(p.id), kind: "AWS_BACKUP", status: "AVAILABLE",
				created: time.UnixMilli(p.created), size: p.size, tableArn: res.arn, tableName: res.name}, nil
		}
	}
	return nil, nil, fail(http.StatusBadRequest, "BackupNotFoundException", "Backup not found: %s", in.BackupArn)
}

func (b *tableBackup) description() obj {
	details := obj{"BackupArn": b.arn, "BackupName": b.name, "BackupSizeBytes": b.size, "BackupStatus": b.status,
		"BackupType": b.kind, "BackupCreationDateTime": epochOf(b.created)}
	details.set("BackupExpiryDateTime", epochOf(b.expires))
	source := obj{"TableName": b.tableName, "TableId": b.tableID, "TableArn": b.tableArn, "TableSizeBytes": b.size,
		"KeySchema": defaultKeySchema, "TableCreationDateTime": epochOf(b.tableCreated), "ItemCount": b.size / 400,
		"ProvisionedThroughput": obj{"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}, "BillingMode": "PAY_PER_REQUEST"}
	features := obj{}
	if b.sse != nil {
		features["SSEDescription"] = b.sse
	}
	return obj{"BackupDetails": details, "SourceTableDetails": source, "SourceTableFeatureDetails": features}
}

func describeTableBackup(c *call) (any, error) {
	_, b, err := c.tableBackup()
	if err != nil {
		return nil, err
	}
	return obj{"BackupDescription": b.description()}, nil
}

func createTableBackup(c *call) (any, error) {
	in := struct{ TableName, BackupName string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if !tableNamePattern.MatchString(in.BackupName) {
		return nil, validation("Invalid BackupName: %s", in.BackupName)
	}
	t, err := c.tableOf(in.TableName, "TableNotFoundException")
	if err != nil {
		return nil, err
	}
	b := newTableBackup(t, in.BackupName, "USER", c.now)
	for slices.ContainsFunc(t.resource.native, func(x *tableBackup) bool { return x.arn == b.arn }) {
		b.created = b.created.Add(time.Millisecond) // the same name again is another backup
		b.arn = t.arn + "/backup/" + backupID(b.created.UnixMilli(), hash("backup", t.arn, t.id, b.name, b.created.String()))
	}
	t.resource.addNative(b)
	details := b.description()["BackupDetails"].(obj)
	details["BackupStatus"] = "CREATING"
	return obj{"BackupDetails": details}, nil
}

// deleteTableBackup deletes USER and SYSTEM backups. Whether AWS lets a user
// delete AWS Backup's own is not documented; the simulator refuses.
func deleteTableBackup(c *call) (any, error) {
	res, b, err := c.tableBackup()
	if err != nil {
		return nil, err
	}
	if b.kind == "AWS_BACKUP" {
		return nil, c.accessDenied(b.arn)
	}
	res.native = slices.DeleteFunc(res.native, func(x *tableBackup) bool { return x == b })
	d := b.description()
	d["BackupDetails"].(obj)["BackupStatus"] = "DELETED"
	return obj{"BackupDescription": d}, nil
}
