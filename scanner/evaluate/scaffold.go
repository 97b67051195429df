package evaluate

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"holdfast/scanner/facts"
)

//go:embed scaffold/rule.rego
var ruleTemplate string

//go:embed scaffold/rule_test.rego
var testTemplate string

// New starts a rule in the policy tree at dir: <subject>/<rule>/<rule>.rego and
// its test. Both compile, and the tests fail until the rule says something. It
// returns the two files, and overwrites nothing.
func New(dir, subject, rule string) (files []string, err error) {
	if !slices.Contains(facts.Kinds(), subject) {
		return nil, fmt.Errorf("unknown subject %q; choose one of %s", subject, strings.Join(facts.Kinds(), ", "))
	}
	if !snakeCase.MatchString(rule) || strings.HasSuffix(rule, "_test") {
		return nil, fmt.Errorf("rule %q: a name is snake_case, says the good state, and does not end in _test: pitr_enabled", rule)
	}
	folder := filepath.Join(dir, subject, rule)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	fill := strings.NewReplacer("SUBJECT", subject, "RULE", rule)
	for _, file := range []struct{ name, text string }{{rule + ".rego", ruleTemplate}, {rule + "_test.rego", testTemplate}} {
		name := filepath.Join(folder, file.name)
		if err := create(name, fill.Replace(file.text)); err != nil {
			return files, err
		}
		files = append(files, name)
	}
	return files, nil
}

func create(name, text string) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already; choose another name, or edit it", name)
	}
	if err != nil {
		return err
	}
	if _, err := file.WriteString(text); err != nil {
		return errors.Join(err, file.Close())
	}
	return file.Close()
}
