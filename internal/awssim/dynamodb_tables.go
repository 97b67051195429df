package awssim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

// A table is one DynamoDB table.
type table struct {
	region             *region
	name, arn, id      string
	status             string
	settling           atomic.Value // string: the status that the next DescribeTable sees, once
	created            time.Time
	deletionProtection bool
	sse                *sseDescription
	archival           *archivalSummary
	restore            *restoreSummary
	replicas           []replica
	consistency        string
	keySchema          json.RawMessage
	attributes         json.RawMessage
	pitr               pitr
	tags               tags
	policy             string
	revisions          int // of the resource policy
	items, size        int64
	resource           *resource
}

type sseDescription struct {
	Status                         string `json:",omitempty"`
	SSEType                        string `json:",omitempty"`
	KMSMasterKeyArn                string `json:",omitempty"`
	InaccessibleEncryptionDateTime epoch  `json:",omitempty"`
}

type archivalSummary struct {
	ArchivalReason    string `json:",omitempty"`
	ArchivalBackupArn string `json:",omitempty"`
	ArchivalDateTime  epoch  `json:",omitempty"`
}

type restoreSummary struct {
	SourceBackupArn   string `json:",omitempty"`
	SourceTableArn    string `json:",omitempty"`
	RestoreDateTime   epoch
	RestoreInProgress bool
}

type replica struct {
	RegionName     string
	ReplicaArn     string `json:",omitempty"`
	ReplicaStatus  string
	KMSMasterKeyId string `json:",omitempty"`
}

// tableDescription is DescribeTable's answer.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
type tableDescription struct {
	TableName                 string
	TableArn                  string
	TableId                   string
	TableStatus               string
	CreationDateTime          epoch
	AttributeDefinitions      json.RawMessage
	KeySchema                 json.RawMessage
	BillingModeSummary        obj
	ProvisionedThroughput     obj
	TableSizeBytes            int64
	ItemCount                 int64
	DeletionProtectionEnabled bool
	SSEDescription            *sseDescription  `json:",omitempty"`
	ArchivalSummary           *archivalSummary `json:",omitempty"`
	RestoreSummary            *restoreSummary  `json:",omitempty"`
	GlobalTableVersion        string           `json:",omitempty"`
	Replicas                  []replica        `json:",omitempty"`
	MultiRegionConsistency    string           `json:",omitempty"`
}

var (
	defaultKeySchema  = json.RawMessage(`[{"AttributeName":"Id","KeyType":"HASH"}]`)
	defaultAttributes = json.RawMessage(`[{"AttributeName":"Id","AttributeType":"S"}]`)
	onDemandBilling   = obj{"BillingMode": "PAY_PER_REQUEST"}
	noThroughput      = obj{"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
)

func (t *table) describe() tableDescription {
	d := tableDescription{TableName: t.name, TableArn: t.arn, TableId: t.id, TableStatus: t.status,
		CreationDateTime: epochOf(t.created), AttributeDefinitions: t.attributes, KeySchema: t.keySchema,
		BillingModeSummary: onDemandBilling, ProvisionedThroughput: noThroughput,
		TableSizeBytes: t.size, ItemCount: t.items, DeletionProtectionEnabled: t.deletionProtection,
		SSEDescription: t.sse, ArchivalSummary: t.archival, RestoreSummary: t.restore,
		Replicas: t.replicas, MultiRegionConsistency: t.consistency}
	if len(t.replicas) > 0 {
		d.GlobalTableVersion = "2019.11.21"
	}
	return d
}

// addTable puts a new table into the Region.
func (r *region) addTable(name string, created time.Time) *table {
	t := &table{region: r, name: name, arn: r.arn("dynamodb", "table/"+name), status: "ACTIVE", created: created,
		keySchema: defaultKeySchema, attributes: defaultAttributes}
	t.id = uuid(hash("table", t.arn, strconv.FormatInt(created.UnixMilli(), 10)))
	t.size = int64(hash("size", t.arn) % (1 << 30))
	t.items = t.size / 400
	t.resource = r.resourceOf(t.arn)
	if r.tables == nil {
		r.tables = map[string]*table{}
	}
	r.tables[name] = t
	i, _ := slices.BinarySearch(r.tableNames, name)
	r.tableNames = slices.Insert(r.tableNames, i, name)
	return t
}

// settle makes the next DescribeTable see a status in between, as AWS's tables
// change asynchronously; a standing clock must not leave them there.
func (t *table) settle(status string) { t.settling.Store(status) }

func (t *table) changing() bool {
	s, _ := t.settling.Load().(string)
	return s != "" || t.status == "UPDATING" || t.status == "CREATING" || t.status == "DELETING"
}

func listTables(c *call) (any, error) {
	in := struct {
		ExclusiveStartTableName string
		Limit                   *int
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	limit, err := c.dynamoLimit(in.Limit, 100)
	if err != nil {
		return nil, err
	}
	if s := in.ExclusiveStartTableName; s != "" && !tableNamePattern.MatchString(s) {
		return nil, validation("The provided ExclusiveStartTableName is invalid: %s", s)
	}
	names := c.region.tableNames
	start, found := slices.BinarySearch(names, in.ExclusiveStartTableName)
	if found {
		start++
	}
	end := min(start+limit, len(names))
	out := obj{"TableNames": append([]string{}, names[start:end]...)}
	if end < len(names) {
		out["LastEvaluatedTableName"] = names[end-1]
	}
	return out, nil
}

// dynamoLimit is the page size of DynamoDB's lists, whose tokens are names.
func (c *call) dynamoLimit(asked *int, maximum int) (int, error) {
	limit := maximum
	if asked != nil {
		if *asked < 1 || *asked > maximum {
			return 0, validation("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and %d", *asked, maximum)
		}
		limit = *asked
	}
	if c.sim.PageSize > 0 {
		limit = min(limit, c.sim.PageSize)
	}
	return limit, nil
}

func describeTable(c *call) (any, error) {
	in := struct{ TableName string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.tableOf(in.TableName, "ResourceNotFoundException")
	if err != nil {
		return nil, err
	}
	d := t.describe()
	if s, _ := t.settling.Swap("").(string); s != "" {
		d.TableStatus = s
	}
	return obj{"Table": d}, nil
}

// describeTimeToLive is here for Terraform, which asks it of every table. No item
// of a simulated table expires.
func describeTimeToLive(c *call) (any, error) {
	in := struct{ TableName string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if _, err := c.tableOf(in.TableName, "ResourceNotFoundException"); err != nil {
		return nil, err
	}
	return obj{"TimeToLiveDescription": obj{"TimeToLiveStatus": "DISABLED"}}, nil
}

func createTable(c *call) (any, error) {
	in := struct {
		TableName                 string
		AttributeDefinitions      json.RawMessage
		KeySchema                 json.RawMessage
		DeletionProtectionEnabled bool
		SSESpecification          *struct {
			Enabled                 bool
			SSEType, KMSMasterKeyId string
		}
		Tags           []tag
		ResourcePolicy string
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if !tableNamePattern.MatchString(in.TableName) {
		return nil, validation("TableName must be at least 3 characters long and at most 255 characters long, and match [a-zA-Z0-9_.-]+")
	}
	if c.region.tables[in.TableName] != nil {
		return nil, fail(http.StatusBadRequest, "ResourceInUseException", "Table already exists: %s", in.TableName)
	}
	t := c.region.addTable(in.TableName, c.now)
	t.size, t.items = 0, 0
	t.deletionProtection = in.DeletionProtectionEnabled
	if in.KeySchema != nil {
		t.keySchema, t.attributes = in.KeySchema, in.AttributeDefinitions
	}
	if s := in.SSESpecification; s != nil && s.Enabled {
		key := s.KMSMasterKeyId
		if key == "" {
			key = c.region.arn("kms", "key/"+uuid(hash("aws/dynamodb", c.region.account.id, c.region.name)))
		}
		t.sse = &sseDescription{Status: "ENABLED", SSEType: "KMS", KMSMasterKeyArn: key}
	}
	for _, tag := range in.Tags {
		t.tags.put(tag.Key, tag.Value)
	}
	if in.ResourcePolicy != "" {
		t.policy, t.revisions = in.ResourcePolicy, 1
	}
	t.settle("CREATING")
	d := t.describe()
	d.TableStatus = "CREATING"
	return obj{"TableDescription": d}, nil
}

func updateTable(c *call) (any, error) {
	in := struct {
		TableName                 string
		DeletionProtectionEnabled *bool
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.tableOf(in.TableName, "ResourceNotFoundException")
	if err != nil {
		return nil, err
	}
	if t.changing() {
		return nil, fail(http.StatusBadRequest, "ResourceInUseException", "Attempt to change a resource which is still in use: Table is being updated: %s", t.name)
	}
	if in.DeletionProtectionEnabled == nil {
		return nil, validation("At least one of the table's settings is required; awssim changes DeletionProtectionEnabled only")
	}
	t.deletionProtection = *in.DeletionProtectionEnabled
	t.settle("UPDATING")
	d := t.describe()
	d.TableStatus = "UPDATING"
	return obj{"TableDescription": d}, nil
}

// deleteTable keeps a system backup of a table that had point-in-time recovery.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
func deleteTable(c *call) (any, error) {
	in := struct{ TableName string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.tableOf(in.TableName, "ResourceNotFoundException")
	if err != nil {
		return nil, err
	}
	if t.deletionProtection {
		return nil, validation("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	if t.changing() {
		return nil, fail(http.StatusBadRequest, "ResourceInUseException", "Attempt to change a resource which is still in use: Table is being updated: %s", t.name)
	}
	c.region.removeTable(t, c.now)
	d := t.describe()
	d.TableStatus = "DELETING"
	return obj{"TableDescription": d}, nil
}

func (r *region) removeTable(t *table, now time.Time) {
	if t.pitr.on {
		b := newTableBackup(t, t.name+"$DeletedTableBackup", "SYSTEM", now)
		b.expires = now.AddDate(0, 0, 35)
		t.resource.addNative(b)
	}
	delete(r.tables, t.name)
	i, _ := slices.BinarySearch(r.tableNames, t.name)
	r.tableNames = slices.Delete(r.tableNames, i, i+1)
}
