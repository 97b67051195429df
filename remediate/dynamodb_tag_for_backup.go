package remediate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// dynamodb.tag_for_backup gives a table the tag that a selection looks for. It only
// adds: a key that is there with another value is left alone. Tags also decide who
// may do what, what is billed to whom, and what other plans select.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html
func tagForBackup() Action {
	return Action{
		Name: "dynamodb.tag_for_backup", Doc: "give a table the tag that a plan selects by",
		Order: OrderSelection, Risk: MediumRisk, Undo: UndoWeakens,
		Cost: "more: backups of the table, by size, for as long as the plan keeps them",
		Permissions: []Permission{
			{Action: "dynamodb:DescribeTable", Resource: tables},
			{Action: "dynamodb:ListTagsOfResource", Resource: tables},
			{Action: "dynamodb:TagResource", Resource: tables},
		},
		propose: func(*proposer, []Case) {},
		do: byHand(deed([]move{step[tagParameters, tagState]{
			operation: "dynamodb:TagResource",
			read:      readTags, want: wantTag, weaker: weakerTags, write: writeTag,
		}.move()}, nil, textTag), backTag),
	}
}

type tagParameters struct {
	TableName string
	Key       string
	Value     string
}

func (p tagParameters) target(at Place) string { return at.arn("dynamodb", "table/"+p.TableName) }

// check refuses the keys that would hide the table from every plan, and AWS's own.
func (p tagParameters) check(Place) error {
	switch {
	case p.Key == "" || len(p.Key) > 128 || len(p.Value) > 256:
		return fmt.Errorf("%q=%q is no tag", p.Key, p.Value)
	case strings.HasPrefix(strings.ToLower(p.Key), "aws:"):
		return fmt.Errorf("tags that begin with aws: are AWS's own")
	case p.Key == selection.RestoreTest:
		return fmt.Errorf("the tag %s hides a table from every plan", p.Key)
	}
	return checkTable(p.TableName)
}

type tagState struct {
	TableId string
	Tags    []snapshot.Tag // sorted by key
}

// coverByTag tags the tables of cases for a selection of a plan that does what is
// asked; what cannot be tagged is returned.
func (p *proposer) coverByTag(r *region, d demand, cases []Case) (left []Case) {
	plan, _ := p.planFor(r, d)
	if plan == nil {
		return cases
	}
	for _, c := range cases {
		table := r.tables[c.ARN]
		tag, ok := p.tagFor(r, plan, table)
		if !ok || r.tagsUnread(table) {
			left = append(left, c)
			continue
		}
		notes := []string{"tags also decide who may do what and what is billed to whom: look for policies with aws:ResourceTag/" + tag.Key}
		if others := r.alsoSelects(plan, table, tag); len(others) > 0 {
			notes = append(notes, "these plans would select it as well: "+strings.Join(others, ", "))
		}
		p.add(tagForBackup(), r.Place, tagParameters{table.TableName, tag.Key, tag.Value}, []any{tagState{table.TableId, sortedTags(table.Tags)}}, []Case{c}, notes...)
		p.guardVault(r, plan.Rules[0].TargetBackupVaultName, []Case{c})
	}
	return left
}

// tagFor is the first tag of ListOfTags with which a selection of the plan would
// cover the table.
func (p *proposer) tagFor(r *region, plan *snapshot.BackupPlan, table *snapshot.Table) (snapshot.Tag, bool) {
	for _, s := range p.selectionsOf(r, plan) {
		compiled := selection.Compile(*s)
		for _, listed := range s.ListOfTags {
			tag := snapshot.Tag{Key: listed.ConditionKey, Value: listed.ConditionValue}
			if slices.ContainsFunc(table.Tags, func(t snapshot.Tag) bool { return t.Key == tag.Key }) {
				continue
			}
			if compiled.Match(r.tagged(table, tag), selection.Region{OptedIn: r.optedIn()}).Verdict == selection.Yes {
				return tag, true
			}
		}
	}
	return snapshot.Tag{}, false
}

// tagged is a table as selections would see it with one more tag.
func (r *region) tagged(table *snapshot.Table, tag snapshot.Tag) selection.Resource {
	resource := r.resource(table)
	resource.Tags = append(slices.Clone(resource.Tags), tag)
	return resource
}

// alsoSelects names the other plans that would begin to cover the table.
func (r *region) alsoSelects(plan *snapshot.BackupPlan, table *snapshot.Table, tag snapshot.Tag) (names []string) {
	at := selection.Region{OptedIn: r.optedIn()}
	for _, s := range r.selections {
		if s.BackupPlanId == plan.BackupPlanId {
			continue
		}
		compiled := selection.Compile(*s)
		if compiled.Match(r.resource(table), at).Verdict != selection.Yes && compiled.Match(r.tagged(table, tag), at).Verdict != selection.No {
			if other := r.plan(s.BackupPlanId); other != nil {
				names = append(names, other.BackupPlanName)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func sortedTags(tags []snapshot.Tag) []snapshot.Tag {
	sorted := append([]snapshot.Tag{}, tags...)
	slices.SortFunc(sorted, func(a, b snapshot.Tag) int { return strings.Compare(a.Key, b.Key) })
	return sorted
}

func readTags(ctx context.Context, t *Target, p tagParameters) (tagState, error) {
	table, err := t.table(ctx, p.TableName)
	if err != nil {
		return tagState{}, err
	}
	arn, s := p.target(t.Place), tagState{TableId: *table.TableId, Tags: []snapshot.Tag{}}
	for token := (*string)(nil); ; {
		out, err := t.dynamodb.ListTagsOfResource(ctx, &dynamodb.ListTagsOfResourceInput{ResourceArn: &arn, NextToken: token})
		if err != nil {
			return s, asking("dynamodb:ListTagsOfResource", err)
		}
		for _, tag := range out.Tags {
			s.Tags = append(s.Tags, snapshot.Tag{Key: *tag.Key, Value: *tag.Value})
		}
		if token = out.NextToken; token == nil {
			s.Tags = sortedTags(s.Tags)
			return s, nil
		}
	}
}

func wantTag(p tagParameters, now tagState) (tagState, error) {
	for _, tag := range now.Tags {
		if tag.Key == p.Key && tag.Value != p.Value {
			return now, fmt.Errorf("the table has the tag %s=%s: another value could take it out of what selects by that one", tag.Key, tag.Value)
		}
		if tag.Key == p.Key {
			return now, nil
		}
	}
	now.Tags = sortedTags(append(slices.Clone(now.Tags), snapshot.Tag{Key: p.Key, Value: p.Value}))
	return now, nil
}

func weakerTags(before, after tagState) (weaker []string) {
	for _, tag := range before.Tags {
		if !slices.Contains(after.Tags, tag) {
			weaker = append(weaker, fmt.Sprintf("the tag %s=%s is gone", tag.Key, tag.Value))
		}
	}
	return weaker
}

func writeTag(ctx context.Context, t *Target, p tagParameters, _, _ tagState, _ string) (Receipt, error) {
	arn := p.target(t.Place)
	out, err := t.dynamodbOnce.TagResource(ctx, &dynamodb.TagResourceInput{ResourceArn: &arn, Tags: []types.Tag{{Key: &p.Key, Value: &p.Value}}})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, ""), nil
}

func textTag(p tagParameters, c *Change) Text {
	return Text{
		CLI:            command("dynamodb tag-resource", c.Place, "--resource-arn", c.Target, "--tags", "Key="+p.Key+",Value="+p.Value),
		TerraformPatch: tablePatch(p.TableName, "  tags = {\n"+tagLines(c)+"  }\n"),
		CloudFormation: tableProperties(p.TableName, fmt.Sprintf("      Tags:\n        - Key: %s\n          Value: %s\n", yaml(p.Key), yaml(p.Value))),
	}
}

// tagLines are all tags that the table will have: an override replaces the map.
func tagLines(c *Change) string {
	s, err := decodeLoosely[tagState](c.Steps[0].After)
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, tag := range s.Tags {
		if !strings.HasPrefix(tag.Key, "aws:") {
			fmt.Fprintf(&b, "    %s = %s\n", hcl(tag.Key), hcl(tag.Value))
		}
	}
	return b.String()
}

func backTag(p tagParameters, u Undoing) string {
	return command("dynamodb untag-resource", u.Place, "--resource-arn", u.Target, "--tag-keys", p.Key)
}
