package remediate_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"holdfast/remediate"
)

// forge edits a plan as somebody with an editor would, and gives it fitting ids and
// hash if reseal is set.
func forge(t *testing.T, plan *remediate.Plan, edit func(*remediate.Plan), reseal bool) error {
	t.Helper()
	var b bytes.Buffer
	plan.WriteTo(&b)
	var forged remediate.Plan
	if err := json.Unmarshal(b.Bytes(), &forged); err != nil {
		t.Fatal(err)
	}
	edit(&forged)
	if reseal {
		for i := range forged.Changes {
			forged.Changes[i].Identify()
		}
		forged.Reseal()
	}
	b.Reset()
	forged.WriteTo(&b)
	_, err := remediate.ReadPlan(&b, "plan.json")
	return err
}

// A plan that was edited, by mistake or on purpose, is refused with a reason.
func TestForgedPlansAreRefused(t *testing.T) {
	w := newWorld(t, bareTables)
	plan := w.planned(t, "", "dynamodb.enable_pitr")
	if err := forge(t, plan, func(*remediate.Plan) {}, false); err != nil {
		t.Fatal(err)
	}
	first := func(edit func(*remediate.Change)) func(*remediate.Plan) {
		return func(p *remediate.Plan) { edit(&p.Changes[1]) } // of the table Short, 7 days
	}
	parameters := func(text string) func(*remediate.Plan) {
		return first(func(c *remediate.Change) { c.Parameters = json.RawMessage(text) })
	}
	for name, c := range map[string]struct {
		edit func(*remediate.Plan)
		want string
	}{
		"edited hash":      {func(p *remediate.Plan) { p.Hash = strings.Repeat("0", 64) }, "it was changed after it was made"},
		"edited text":      {first(func(c *remediate.Change) { c.Why[0].Message = "all is well" }), "it was changed after it was made"},
		"unknown action":   {first(func(c *remediate.Change) { c.Action = "dynamodb.delete_table" }), `no action "dynamodb.delete_table"`},
		"other account":    {first(func(c *remediate.Change) { c.Account = "999988887777" }), "its parameters name arn:aws:dynamodb:eu-west-1:999988887777"},
		"no account":       {first(func(c *remediate.Change) { c.Account = "*" }), "is no account id"},
		"no Region":        {first(func(c *remediate.Change) { c.Region = "eu-west-1.example.com" }), "is no Region"},
		"other target":     {first(func(c *remediate.Change) { c.Target = "arn:aws:dynamodb:eu-west-1:111122223333:table/Other" }), "its parameters name"},
		"shorter":          {parameters(`{"TableName":"Short","RecoveryPeriodInDays":3}`), "weaker than before: RecoveryPeriodInDays 3 < 7"},
		"out of bounds":    {parameters(`{"TableName":"Short","RecoveryPeriodInDays":99}`), "AWS takes 1 to 35"},
		"a path":           {parameters(`{"TableName":"../Short","RecoveryPeriodInDays":35}`), "its parameters"},
		"more parameters":  {parameters(`{"TableName":"Short","RecoveryPeriodInDays":35,"PointInTimeRecoveryEnabled":false}`), "unknown field"},
		"twice":            {parameters(`{"TableName":"Short","RecoveryPeriodInDays":3,"RecoveryPeriodInDays":35}`), "is not how it is written"},
		"another outcome":  {first(func(c *remediate.Change) { c.Steps[0].After = c.Steps[0].Before }), "but it would become"},
		"another call":     {first(func(c *remediate.Change) { c.Steps[0].Operation = "dynamodb:DeleteTable" }), "the action calls"},
		"no steps":         {first(func(c *remediate.Change) { c.Steps = nil }), "it has 0 steps"},
		"the same twice":   {func(p *remediate.Plan) { p.Changes = append(p.Changes, p.Changes[0]) }, "stands there twice"},
		"needs the future": {func(p *remediate.Plan) { p.Changes[0].Needs = []string{p.Changes[1].ID} }, "which it needs"},
		"no age":           {func(p *remediate.Plan) { p.AsOf = time.Time{} }, "how old"},
		"newer format":     {func(p *remediate.Plan) { p.Format = 99 }, "upgrade Holdfast"},
	} {
		t.Run(name, func(t *testing.T) {
			err := forge(t, plan, c.edit, !strings.HasPrefix(name, "edited"))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestPlanFilesAreReadStrictly(t *testing.T) {
	w := newWorld(t, bareTables)
	var b bytes.Buffer
	w.planned(t, "", "dynamodb.enable_pitr").WriteTo(&b)
	good := b.String()
	if _, err := remediate.ReadPlan(strings.NewReader(strings.Join(strings.Fields(good), " ")), "plan.json"); err == nil {
		t.Error("white space inside of texts was taken away, and it was read all the same")
	}
	for name, text := range map[string]string{
		"cut":         good[:len(good)/2],
		"empty":       "",
		"no plan":     `{"format":1}`,
		"more fields": strings.Replace(good, `"format": 1,`, `"format": 1, "force": true,`, 1),
		"two plans":   good + good,
	} {
		if _, err := remediate.ReadPlan(strings.NewReader(text), "plan.json"); err == nil || !strings.Contains(err.Error(), "plan.json") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
