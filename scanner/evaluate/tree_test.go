package evaluate_test

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"holdfast/config"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// head is METADATA for a rule of a test, with more lines below custom.
func head(custom ...string) string {
	lines := []string{
		"# METADATA", "# title: The table is fine", "# description: Else it is not.",
		"# related_resources:", "#   - https://example.com/page", "# custom:", "#   severity: high",
	}
	for _, line := range custom {
		lines = append(lines, "#   "+line)
	}
	return strings.Join(lines, "\n") + "\n"
}

const pitrSides = `
ok if input.pitr.PointInTimeRecoveryStatus == "ENABLED"

deny contains {"message": sprintf("recovery is %s", [status]), "expected": "ENABLED", "actual": status} if {
	status := input.pitr.PointInTimeRecoveryStatus
	status != "ENABLED"
}
`

// tree is a policy tree of rules of tables: name → METADATA and body.
func tree(rules map[string]string) evaluate.Tree {
	files := fstest.MapFS{}
	for name, source := range rules {
		if !strings.Contains(name, "/") {
			name, source = fmt.Sprintf("table/%s/%s.rego", name, name), pkg("table."+name, source)
		}
		files[name] = &fstest.MapFile{Data: []byte(source)}
	}
	return evaluate.Tree{FS: files}
}

// pkg puts the package line between METADATA and body.
func pkg(id, source string) string {
	at := 0
	for strings.HasPrefix(source[at:], "#") {
		at += strings.Index(source[at:], "\n") + 1
	}
	return source[:at] + "package holdfast." + id + "\n" + source[at:]
}

func load(t testing.TB, rules map[string]string) *evaluate.Policy {
	t.Helper()
	policy, err := evaluate.Load(tree(rules))
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

const (
	account = "111122223333"
	region  = "eu-west-1"
)

func arn(name string) string {
	return "arn:aws:dynamodb:" + region + ":" + account + ":table/" + name
}

func table(name, status string) *facts.Subject {
	return &facts.Subject{
		Kind: facts.KindTable, ARN: arn(name), Account: account, Region: region, Name: name,
		Table: &facts.Table{
			TableArn: arn(name), TableName: name, TableStatus: "ACTIVE",
			PITR: &facts.PITR{PointInTimeRecoveryStatus: status},
		},
	}
}

// evaluated is the findings by "<rule> <name>".
func evaluated(t testing.TB, p *evaluate.Policy, s evaluate.Settings, subjects ...*facts.Subject) map[string]*finding.Finding {
	t.Helper()
	all, err := findings(p, s, subjects...)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*finding.Finding{}
	for _, f := range all {
		found[f.Rule+" "+f.Name] = f
	}
	return found
}

func findings(p *evaluate.Policy, s evaluate.Settings, subjects ...*facts.Subject) (found []*finding.Finding, err error) {
	if s.Now.IsZero() {
		s.Now = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	}
	err = p.Evaluate(context.Background(), all(sorted(subjects)), s, func(f *finding.Finding) error {
		found = append(found, f)
		return nil
	})
	return found, err
}

// sorted is subjects in the order of facts.
func sorted(subjects []*facts.Subject) []*facts.Subject {
	return slices.SortedStableFunc(slices.Values(subjects), func(a, b *facts.Subject) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region), strings.Compare(a.Kind, b.Kind), strings.Compare(a.ARN, b.ARN))
	})
}

func configured(t testing.TB, yaml string) *config.Config {
	t.Helper()
	c, err := config.Parse("holdfast.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func itoa(i int) string { return fmt.Sprint(i) }

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
