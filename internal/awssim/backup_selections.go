package awssim

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"holdfast/scanner/snapshot"
)

// A selectionState is a selection of a plan. A deleted one is kept for the runs
// that it had.
type selectionState struct {
	id               string
	creator          string
	created, deleted time.Time
	body             selectionBody
}

// selectionBody is BackupSelection on the wire, for which the snapshot's types
// have the right names.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
type selectionBody struct {
	SelectionName string
	IamRoleArn    string
	Resources     []string             `json:",omitempty"`
	NotResources  []string             `json:",omitempty"`
	ListOfTags    []snapshot.Condition `json:",omitempty"`
	Conditions    *snapshot.Conditions `json:",omitempty"`
}

var selectionNamePattern = regexp.MustCompile(`^[a-zA-Z0-9\-_.]{1,50}$`)

func (b selectionBody) check() error {
	switch {
	case !selectionNamePattern.MatchString(b.SelectionName):
		return invalidParameter("Invalid selection name %q", b.SelectionName)
	case b.IamRoleArn == "":
		return missingParameter("IamRoleArn is required")
	case !strings.Contains(b.IamRoleArn, ":role/"):
		return invalidParameter("Invalid IAM role %q", b.IamRoleArn)
	case len(b.ListOfTags) > 30:
		return fail(400, "LimitExceededException", "A selection has at most 30 tags")
	}
	for _, list := range [][]string{b.Resources, b.NotResources} {
		wild := slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, "*") })
		if len(list) > 500 || wild && len(list) > 30 {
			return fail(400, "LimitExceededException", "A selection has at most 500 resources, or 30 with wildcards")
		}
		for _, r := range list {
			if r != "*" && !strings.HasPrefix(r, "arn:") {
				return invalidParameter("Invalid ARN %q", r)
			}
		}
	}
	for _, t := range b.ListOfTags {
		if t.ConditionType != "STRINGEQUALS" {
			return invalidParameter("Invalid condition type %q", t.ConditionType)
		}
	}
	return nil
}

func (p *plan) addSelection(body selectionBody, created time.Time) *selectionState {
	s := &selectionState{id: uuid(hash("selection", p.id, body.SelectionName, millis(created))), created: created, body: body}
	p.selections = append(p.selections, s)
	return s
}

func (p *plan) liveSelections() []*selectionState {
	var out []*selectionState
	for _, s := range p.selections {
		if s.deleted.IsZero() {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b *selectionState) int { return strings.Compare(a.id, b.id) })
	return out
}

// listBackupSelections has name and role only: what is selected, Get tells.
func listBackupSelections(c *call) (any, error) {
	pg, err := c.restPage()
	if err != nil {
		return nil, err
	}
	p, err := c.plan(true)
	if err != nil {
		return nil, err
	}
	selections, token := page(pg, p.liveSelections(), func(s *selectionState) string { return s.id }, nil)
	rows := make([]obj, len(selections))
	for i, s := range selections {
		rows[i] = obj{"SelectionId": s.id, "SelectionName": s.body.SelectionName, "BackupPlanId": p.id,
			"CreationDate": epochOf(s.created), "IamRoleArn": s.body.IamRoleArn}
		rows[i].set("CreatorRequestId", s.creator)
	}
	return listOf("BackupSelectionsList", rows, token), nil
}

func (c *call) selection() (*plan, *selectionState, error) {
	p, err := c.plan(true)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range p.selections {
		if s.id == c.labels[1] && s.deleted.IsZero() {
			return p, s, nil
		}
	}
	return nil, nil, notFound("Cannot find selection %s of backup plan %s", c.labels[1], p.id)
}

func getBackupSelection(c *call) (any, error) {
	p, s, err := c.selection()
	if err != nil {
		return nil, err
	}
	out := obj{"BackupSelection": s.body, "SelectionId": s.id, "BackupPlanId": p.id, "CreationDate": epochOf(s.created)}
	out.set("CreatorRequestId", s.creator)
	return out, nil
}

func createBackupSelection(c *call) (any, error) {
	in := struct {
		BackupSelection  selectionBody
		CreatorRequestId string
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	p, err := c.plan(true)
	if err != nil {
		return nil, err
	}
	if err := in.BackupSelection.check(); err != nil {
		return nil, err
	}
	live := p.liveSelections()
	for _, s := range live {
		if in.CreatorRequestId != "" && s.creator == in.CreatorRequestId {
			return s.written(p), nil
		}
		if s.body.SelectionName == in.BackupSelection.SelectionName {
			return nil, fail(400, "AlreadyExistsException", "Backup selection with the same name already exists")
		}
	}
	if len(live) >= 100 {
		return nil, fail(400, "LimitExceededException", "A backup plan has at most 100 selections")
	}
	s := p.addSelection(in.BackupSelection, c.now)
	s.creator = in.CreatorRequestId
	c.sim.wake(c.now)
	return s.written(p), nil
}

func (s *selectionState) written(p *plan) obj {
	return obj{"SelectionId": s.id, "BackupPlanId": p.id, "CreationDate": epochOf(s.created)}
}

func deleteBackupSelection(c *call) (any, error) {
	_, s, err := c.selection()
	if err != nil {
		return nil, err
	}
	s.deleted = c.now
	return nil, nil
}
