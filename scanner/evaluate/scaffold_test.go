package evaluate_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
)

// A new rule loads, and its tests fail until somebody writes it.
func TestNewRuleFailsItsTests(t *testing.T) {
	for _, subject := range facts.Kinds() {
		dir := t.TempDir()
		files, err := evaluate.New(dir, subject, "brand_new")
		if err != nil || len(files) != 2 {
			t.Fatal(files, err)
		}
		report, err := evaluate.Test(context.Background(), []evaluate.Tree{{Name: dir, FS: os.DirFS(dir), Tested: true}}, "")
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Results) != 3 || len(report.Failed()) != 2 {
			t.Errorf("%s: %d tests, of which %d fail; want 3, of which 2", subject, len(report.Results), len(report.Failed()))
		}
		if _, err := evaluate.New(dir, subject, "brand_new"); err == nil || !strings.Contains(err.Error(), "there already") {
			t.Errorf("a second time: %v", err)
		}
	}
}

func TestNewRefusesNames(t *testing.T) {
	for _, pair := range [][2]string{{"tabel", "x"}, {"table", "CamelCase"}, {"table", "x_test"}, {"table", "../x"}, {"table", ""}} {
		if _, err := evaluate.New(t.TempDir(), pair[0], pair[1]); err == nil {
			t.Errorf("%v is accepted", pair)
		}
	}
}
