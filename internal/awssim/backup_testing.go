package awssim

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A testingPlan is a restore-testing plan with its selections.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html
type testingPlan struct {
	name, arn  string
	creator    string
	created    time.Time
	executed   time.Time
	body       testingPlanBody
	selections map[string]*testingSelection
	tags       tags
}

type testingPlanBody struct {
	RestoreTestingPlanName     string
	ScheduleExpression         string
	ScheduleExpressionTimezone string `json:",omitempty"`
	StartWindowHours           int64
	RecoveryPointSelection     testingPoints
}

type testingPoints struct {
	Algorithm           string
	IncludeVaults       []string
	ExcludeVaults       []string `json:",omitempty"`
	RecoveryPointTypes  []string
	SelectionWindowDays int64
}

type testingSelection struct {
	created time.Time
	creator string
	body    testingSelectionBody
}

type testingSelectionBody struct {
	RestoreTestingSelectionName string
	ProtectedResourceType       string
	IamRoleArn                  string
	ProtectedResourceArns       []string        `json:",omitempty"`
	ProtectedResourceConditions json.RawMessage `json:",omitempty"`
	RestoreMetadataOverrides    json.RawMessage `json:",omitempty"`
	ValidationWindowHours       int64           `json:",omitempty"`
}

var testingNamePattern = regexp.MustCompile(`^[a-zA-Z0-9_]{1,50}$`)

func (r *region) addTestingPlan(body testingPlanBody, created time.Time) *testingPlan {
	if body.StartWindowHours == 0 {
		body.StartWindowHours = 24
	}
	if body.RecoveryPointSelection.SelectionWindowDays == 0 {
		body.RecoveryPointSelection.SelectionWindowDays = 30
	}
	name := body.RestoreTestingPlanName
	p := &testingPlan{name: name, created: created, body: body, selections: map[string]*testingSelection{},
		arn: r.arn("backup", "restore-testing-plan:"+name+"-"+uuid(hash("testing", r.account.id, r.name, name)))}
	if r.testingPlans == nil {
		r.testingPlans = map[string]*testingPlan{}
	}
	r.testingPlans[name] = p
	return p
}

func (p *testingPlan) row() obj {
	o := obj{"RestoreTestingPlanArn": p.arn, "RestoreTestingPlanName": p.name, "CreationTime": epochOf(p.created),
		"ScheduleExpression": p.body.ScheduleExpression, "StartWindowHours": p.body.StartWindowHours}
	o.set("ScheduleExpressionTimezone", p.body.ScheduleExpressionTimezone)
	o.set("LastExecutionTime", epochOf(p.executed))
	return o
}

func listTestingPlans(c *call) (any, error) {
	pg, err := c.testingPage()
	if err != nil {
		return nil, err
	}
	names, token := page(pg, sortedKeys(c.region.testingPlans), func(s string) string { return s }, nil)
	rows := make([]obj, len(names))
	for i, n := range names {
		rows[i] = c.region.testingPlans[n].row()
	}
	return listOf("RestoreTestingPlans", rows, token), nil
}

// testingPage is restPage for the lists that spell their parameters with capitals.
func (c *call) testingPage() (pager, error) {
	size, err := c.queryInt("MaxResults")
	if err != nil {
		return pager{}, err
	}
	return c.pagerFor(size, 1000, c.query.Get("NextToken"))
}

func (c *call) testingPlan() (*testingPlan, error) {
	if p := c.region.testingPlans[c.labels[0]]; p != nil {
		return p, nil
	}
	return nil, notFound("Cannot find restore testing plan %s", c.labels[0])
}

func getTestingPlan(c *call) (any, error) {
	p, err := c.testingPlan()
	if err != nil {
		return nil, err
	}
	row := p.row()
	row.set("CreatorRequestId", p.creator)
	row["RecoveryPointSelection"] = p.body.RecoveryPointSelection
	return obj{"RestoreTestingPlan": row}, nil
}

func createTestingPlan(c *call) (any, error) {
	in := struct {
		RestoreTestingPlan testingPlanBody
		CreatorRequestId   string
		Tags               map[string]string
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	b := in.RestoreTestingPlan
	switch {
	case !testingNamePattern.MatchString(b.RestoreTestingPlanName):
		return nil, invalidParameter("Invalid restore testing plan name %q", b.RestoreTestingPlanName)
	case !slices.Contains([]string{"LATEST_WITHIN_WINDOW", "RANDOM_WITHIN_WINDOW"}, b.RecoveryPointSelection.Algorithm),
		len(b.RecoveryPointSelection.IncludeVaults) == 0, len(b.RecoveryPointSelection.RecoveryPointTypes) == 0:
		return nil, invalidParameter("Invalid RecoveryPointSelection")
	case !cronPattern.MatchString(b.ScheduleExpression):
		return nil, invalidParameter("Invalid schedule expression %q", b.ScheduleExpression)
	case b.StartWindowHours < 0 || b.StartWindowHours > 168:
		return nil, invalidParameter("StartWindowHours must be between 1 and 168")
	}
	p := c.region.testingPlans[b.RestoreTestingPlanName]
	if p != nil && (in.CreatorRequestId == "" || p.creator != in.CreatorRequestId) {
		return nil, fail(400, "AlreadyExistsException", "Restore testing plan %s already exists", p.name)
	}
	if p == nil {
		p = c.region.addTestingPlan(b, c.now)
		p.creator = in.CreatorRequestId
		for k, v := range in.Tags {
			p.tags.put(k, v)
		}
	}
	return created{obj{"CreationTime": epochOf(p.created), "RestoreTestingPlanArn": p.arn, "RestoreTestingPlanName": p.name}}, nil
}

func deleteTestingPlan(c *call) (any, error) {
	p, err := c.testingPlan()
	if err != nil {
		return nil, err
	}
	if len(p.selections) > 0 {
		return nil, invalidRequest("Restore testing plan %s has selections", p.name)
	}
	delete(c.region.testingPlans, p.name)
	return noContent{}, nil
}

func (s *testingSelection) row(p *testingPlan) obj {
	o := obj{"RestoreTestingPlanName": p.name, "RestoreTestingSelectionName": s.body.RestoreTestingSelectionName,
		"ProtectedResourceType": s.body.ProtectedResourceType, "IamRoleArn": s.body.IamRoleArn, "CreationTime": epochOf(s.created)}
	if s.body.ValidationWindowHours > 0 {
		o["ValidationWindowHours"] = s.body.ValidationWindowHours
	}
	return o
}

func listTestingSelections(c *call) (any, error) {
	pg, err := c.testingPage()
	if err != nil {
		return nil, err
	}
	p, err := c.testingPlan()
	if err != nil {
		return nil, err
	}
	names, token := page(pg, sortedKeys(p.selections), func(s string) string { return s }, nil)
	rows := make([]obj, len(names))
	for i, n := range names {
		rows[i] = p.selections[n].row(p)
	}
	return listOf("RestoreTestingSelections", rows, token), nil
}

func (c *call) testingSelection() (*testingPlan, *testingSelection, error) {
	p, err := c.testingPlan()
	if err != nil {
		return nil, nil, err
	}
	if s := p.selections[c.labels[1]]; s != nil {
		return p, s, nil
	}
	return nil, nil, notFound("Cannot find restore testing selection %s", c.labels[1])
}

func getTestingSelection(c *call) (any, error) {
	p, s, err := c.testingSelection()
	if err != nil {
		return nil, err
	}
	row := s.row(p)
	row.set("CreatorRequestId", s.creator)
	if len(s.body.ProtectedResourceArns) > 0 {
		row["ProtectedResourceArns"] = s.body.ProtectedResourceArns
	}
	row.set("ProtectedResourceConditions", s.body.ProtectedResourceConditions)
	row.set("RestoreMetadataOverrides", s.body.RestoreMetadataOverrides)
	return obj{"RestoreTestingSelection": row}, nil
}

func createTestingSelection(c *call) (any, error) {
	in := struct {
		RestoreTestingSelection testingSelectionBody
		CreatorRequestId        string
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	p, err := c.testingPlan()
	if err != nil {
		return nil, err
	}
	b := in.RestoreTestingSelection
	switch {
	case !testingNamePattern.MatchString(b.RestoreTestingSelectionName):
		return nil, invalidParameter("Invalid restore testing selection name %q", b.RestoreTestingSelectionName)
	case !strings.Contains(b.IamRoleArn, ":role/"), b.ProtectedResourceType == "":
		return nil, invalidParameter("IamRoleArn and ProtectedResourceType are required")
	case len(b.ProtectedResourceArns) > 30, b.ValidationWindowHours < 0, b.ValidationWindowHours > 168:
		return nil, invalidParameter("Too many resources or too long a validation window")
	}
	s := p.selections[b.RestoreTestingSelectionName]
	if s != nil && (in.CreatorRequestId == "" || s.creator != in.CreatorRequestId) {
		return nil, fail(400, "AlreadyExistsException", "Restore testing selection %s already exists", b.RestoreTestingSelectionName)
	}
	if s == nil {
		s = &testingSelection{created: c.now, creator: in.CreatorRequestId, body: b}
		p.selections[b.RestoreTestingSelectionName] = s
	}
	return created{obj{"CreationTime": epochOf(s.created), "RestoreTestingPlanArn": p.arn, "RestoreTestingPlanName": p.name,
		"RestoreTestingSelectionName": b.RestoreTestingSelectionName}}, nil
}

func deleteTestingSelection(c *call) (any, error) {
	p, s, err := c.testingSelection()
	if err != nil {
		return nil, err
	}
	delete(p.selections, s.body.RestoreTestingSelectionName)
	return noContent{}, nil
}
