package authz_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"holdfast/internal/golden"
	"holdfast/scanner/authz"
)

func TestOperationsAreWhole(t *testing.T) {
	used := map[string]bool{"*": true}
	seen := map[string]bool{}
	for _, o := range authz.Operations {
		if !regexp.MustCompile(`^[a-z]+:[A-Z][A-Za-z]+$`).MatchString(o.Action) || seen[o.Action] {
			t.Errorf("%s is misspelt or stands twice", o.Action)
		}
		seen[o.Action] = true
		if !regexp.MustCompile(`^D?N?S?U?W?c?r?$`).MatchString(string(o.Effect)) || o.Effect == "" {
			t.Errorf("%s: effect %q; its letters are D N S U W c r, in this order", o.Action, o.Effect)
		}
		if len(o.On) == 0 {
			t.Errorf("%s is authorized on nothing", o.Action)
		}
		for _, name := range o.On {
			used[name] = true
			if _, ok := authz.TypeNamed(name); !ok && name != "*" {
				t.Errorf("%s: no resource type %q", o.Action, name)
			}
		}
		for _, key := range o.Keys {
			if !authz.KnowsKey(key) && !authz.KnowsKey(key+"/") {
				t.Errorf("%s: condition key %s is not in the catalogue", o.Action, key)
			}
		}
		if found, ok := authz.OperationOf(strings.ToUpper(o.Action)); !ok || found.Action != o.Action {
			t.Errorf("%s is not found by its name", o.Action)
		}
	}
	points, _ := authz.OperationOf("backup:DeleteRecoveryPoint")
	want := []string{"arn:aws:backup:eu-west-1:111122223333:recovery-point:${RecoveryPointId}", "arn:aws:dynamodb:eu-west-1:111122223333:table/${TableName}/backup/${BackupName}"}
	if got := points.Resources("aws", "eu-west-1", account); !slices.Equal(got, want) {
		t.Errorf("points have two forms: got %q, want %q", got, want)
	}
	for _, r := range authz.ResourceTypes {
		if !used[r.Name] {
			t.Errorf("no operation is authorized on %s", r.Name)
		}
	}
	if _, ok := authz.OperationOf("sts:AssumeRole"); ok {
		t.Error("sts:AssumeRole is no operation on backups")
	}
}

// docs/operations.md is written from the table.
func TestOperationsPage(t *testing.T) {
	golden.Check(t, "../../docs/operations.md", []byte(operationsPage()))
}

func operationsPage() string {
	var b strings.Builder
	b.WriteString(`# Operations

<!-- Written by make generate from scanner/authz/operations.go; change it there. -->

Everything that can destroy, shorten or silently stop a DynamoDB backup, and what people need to make and to restore one.
Holdfast asks for every principal whether it can do these. Resource types and condition keys are those of the
[Service Authorization Reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html);
global keys, and aws:ResourceTag where the resource can have tags, come on top.

| effect | |
|---|---|
| D | destroys what exists |
| S | shortens its life, or dates its end earlier |
| U | makes it unrecoverable |
| N | stops new ones |
| W | weakens a guard, or blinds who watches |
`)
	harmful := func(o authz.Operation) bool { return strings.ContainsAny(string(o.Effect), "DNSUW") }
	service := ""
	for _, o := range authz.Operations {
		if !harmful(o) {
			continue
		}
		if name, _, _ := strings.Cut(o.Action, ":"); name != service && !slices.Contains([]string{"tag", "account"}, name) && !strings.ContainsAny(string(o.Effect), "cr") {
			service = name
			fmt.Fprintf(&b, "\n## %s\n\n| action | effect | authorized on | condition keys | |\n|---|---|---|---|---|\n", name)
		}
		if !strings.ContainsAny(string(o.Effect), "cr") {
			operationRow(&b, o, strings.Trim(string(o.Effect), "cr"))
		}
	}
	b.WriteString("\n## Needed\n\nWho makes and restores backups can do these; where a guard takes them away, that is a finding too. N: it can also stop backups.\n\n" +
		"| action | for | authorized on | condition keys | |\n|---|---|---|---|---|\n")
	for _, o := range authz.Operations {
		var purposes []string
		if o.Effect.Creates() {
			purposes = append(purposes, "create")
		}
		if o.Effect.Restores() {
			purposes = append(purposes, "restore")
		}
		if o.Effect.StopsNew() {
			purposes = append(purposes, "N")
		}
		if o.Effect.Creates() || o.Effect.Restores() {
			operationRow(&b, o, strings.Join(purposes, ", "))
		}
	}
	b.WriteString("\n## Resource types\n\n| name | ARN | tags |\n|---|---|---|\n")
	for _, r := range authz.ResourceTypes {
		tags := ""
		if r.Taggable {
			tags = "yes"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", r.Name, r.Format, tags)
	}
	return b.String()
}

func operationRow(b *strings.Builder, o authz.Operation, effect string) {
	keys := make([]string, len(o.Keys))
	for i, key := range o.Keys {
		keys[i] = "`" + key + "`"
	}
	fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", o.Action, effect, strings.ReplaceAll(strings.Join(o.On, ", "), "*", `\*`), strings.Join(keys, ", "), o.Note)
}
