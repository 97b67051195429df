package holdfast

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go/parser"
	"go/token"
)

const module = "holdfast"

// mayImport says which of the project's own packages each package may use: data
// flows one way. docs/architecture.md shows the same table to people.
var mayImport = map[string][]string{
	"scanner/snapshot":  {},
	"scanner/finding":   {},
	"scanner/store":     {},
	"scanner/schedule":  {},
	"scanner/source":    {},
	"scanner/selection": {"scanner/snapshot"},
	"scanner/authz":     {},
	"scanner/access":    {"scanner/authz", "scanner/snapshot"},
	"scanner/run":       {"scanner/snapshot", "scanner/store"},
	"scanner/collect":   {"scanner/snapshot"},
	"scanner/pattern":   {},
	"scanner/facts":     {"scanner/snapshot", "scanner/schedule", "scanner/selection", "scanner/authz", "scanner/pattern"},
	"config":            {"scanner/finding"},
	"policies":          {},
	"scanner/evaluate":  {"config", "scanner/facts", "scanner/finding"},
	"remediate":         {"scanner/finding", "scanner/schedule", "scanner/selection", "scanner/snapshot"},
	"report":            {"policies/frameworks", "scanner/finding", "scanner/facts", "scanner/snapshot", "scanner/source"},
	"scanner": {"config", "policies", "remediate", "report", "scanner/snapshot", "scanner/finding", "scanner/store", "scanner/run", "scanner/collect",
		"scanner/facts", "scanner/evaluate", "scanner/source"},
	"internal/awssim": {"scanner/snapshot", "scanner/schedule", "scanner/selection"},
	"internal/golden": {},
	"cmd/holdfast":    {"*"},
	"":                {},

	"conformance/simulator": {"internal/awssim"},
	"policies/frameworks":   {"scanner/finding"},
}

// onlyHere are the libraries that stay behind one door. Tests may use any.
var onlyHere = map[string][]string{
	"github.com/aws/":                    {"remediate", "scanner/collect", "scanner"},
	"github.com/open-policy-agent/opa":   {"scanner/evaluate"},
	"github.com/owenrumney/go-sarif":     {"report"},
	"github.com/spf13/cobra":             {"cmd/holdfast"},
	"gopkg.in/yaml.v3":                   {"config", "policies/frameworks", "scanner/evaluate", "scanner/source", "internal/awssim", "cmd/holdfast"},
	"github.com/hashicorp/hcl":           {"scanner/source"},
	"github.com/zclconf/go-cty":          {"scanner/source"},
	"github.com/klauspost/compress/zstd": {"scanner/store"},
}

// standardLibraryOnly are read by other people's tools: they stay easy to lift out.
var standardLibraryOnly = []string{"scanner/snapshot", "scanner/finding", "scanner/schedule", "scanner/authz", "scanner/pattern"}

type goFile struct {
	name    string // slash path from the root
	folder  string // "" for the root
	imports []string
}

func goFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || nestedModule(name) || strings.HasPrefix(name, "holdfast-out")) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		folder := path.Dir(name)
		if folder == "." {
			folder = ""
		}
		file := goFile{name: name, folder: folder}
		for _, spec := range parsed.Imports {
			file.imports = append(file.imports, strings.Trim(spec.Path.Value, `"`))
		}
		files = append(files, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("found %d Go files; is the test run at the root of the repository?", len(files))
	}
	return files
}

func nestedModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return dir != "." && err == nil
}

func TestImportsFlowOneWay(t *testing.T) {
	for _, file := range goFiles(t) {
		allowed, known := mayImport[file.folder]
		if !known {
			t.Errorf("%s: package %q is not in the table; say in all_test.go and docs/architecture.md what it may import", file.name, file.folder)
			continue
		}
		for _, imported := range file.imports {
			if own, ok := strings.CutPrefix(imported, module+"/"); ok {
				if !slices.Contains(allowed, own) && !slices.Contains(allowed, "*") {
					t.Errorf("%s imports %s: %s may import only %v", file.name, own, file.folder, allowed)
				}
				continue
			}
			for library, homes := range onlyHere {
				if strings.HasPrefix(imported, library) && !slices.Contains(homes, file.folder) {
					t.Errorf("%s imports %s, which belongs in %v alone", file.name, imported, homes)
				}
			}
			if slices.Contains(standardLibraryOnly, file.folder) && strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") {
				t.Errorf("%s imports %s: %s uses the standard library alone", file.name, imported, file.folder)
			}
		}
	}
}

func TestGoSARIFStaysInOneFile(t *testing.T) {
	for _, file := range goFiles(t) {
		for _, imported := range file.imports {
			if strings.HasPrefix(imported, "github.com/owenrumney/go-sarif") && file.name != "report/sarif.go" {
				t.Errorf("%s imports go-sarif; only report/sarif.go may, since it works around its traps", file.name)
			}
		}
	}
}

func TestArchitecturePageKnowsEveryPackage(t *testing.T) {
	page, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for folder := range mayImport {
		if folder != "" && !bytes.Contains(page, []byte("| `"+folder+"` |")) {
			t.Errorf("docs/architecture.md has no row for %s", folder)
		}
	}
}

func TestEveryPackageHasAComment(t *testing.T) {
	documented, packages := map[string]bool{}, map[string]bool{}
	for _, file := range goFiles(t) {
		packages[file.folder] = true
		parsed, err := parser.ParseFile(token.NewFileSet(), file.name, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if parsed.Doc != nil {
			documented[file.folder] = true
		}
	}
	for folder := range packages {
		if !documented[folder] {
			t.Errorf("package %s has no package comment", folder)
		}
	}
}

func TestNoPackageIsADrawer(t *testing.T) {
	for _, file := range goFiles(t) {
		for _, name := range []string{path.Base(file.folder), strings.TrimSuffix(path.Base(file.name), ".go")} {
			if slices.Contains([]string{"util", "utils", "common", "helpers", "helper", "misc"}, name) {
				t.Errorf("%s: name the idea, not the drawer", file.name)
			}
		}
	}
}

func TestMainIsShort(t *testing.T) {
	source, err := os.ReadFile("cmd/holdfast/main.go")
	if err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Count(source, []byte("\n")); lines > 60 {
		t.Errorf("cmd/holdfast/main.go has %d lines; 60 are enough", lines)
	}
}

func TestEveryRuleIsWhole(t *testing.T) {
	rules := 0
	err := fs.WalkDir(os.DirFS("policies"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".rego") || strings.HasSuffix(name, "_test.rego") {
			return err
		}
		folder, base := path.Split(name)
		parts := strings.Split(strings.Trim(folder, "/"), "/")
		if len(parts) != 2 { // <subject>/<subject>.rego holds the annotation of the kind
			return nil
		}
		if want := parts[1] + ".rego"; base != want {
			t.Errorf("policies/%s: a rule's file is named after its folder, %s", name, want)
		}
		if _, err := os.Stat(filepath.Join("policies", strings.TrimSuffix(name, ".rego")+"_test.rego")); err != nil {
			t.Errorf("policies/%s has no test beside it", name)
		}
		rules++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if rules < 10 {
		t.Errorf("found %d rules", rules)
	}
}

// TestProjectSpeaksOfItselfAlone keeps machine paths and registry hosts out of
// what we ship.
func TestProjectSpeaksOfItselfAlone(t *testing.T) {
	tracked, err := exec.Command("git", "ls-files", "-z").Output()
	if err != nil {
		t.Skip("not a git checkout: ", err)
	}
	forbidden := regexp.MustCompile(`/work/|/root/|proxy\.golang` + `\.org|registry\.npmjs` + `\.org|pypi\.` + `org|files\.pythonhosted`)
	for _, name := range strings.Split(strings.Trim(string(tracked), "\x00"), "\x00") {
		content, err := os.ReadFile(name)
		if err != nil || name == "all_test.go" || bytes.IndexByte(content, 0) >= 0 {
			continue
		}
		if found := forbidden.Find(content); found != nil {
			t.Errorf("%s contains %q", name, found)
		}
	}
}
