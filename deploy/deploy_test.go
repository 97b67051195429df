// Package deploy_test runs the scripts of the GitHub action as a runner would, and
// holds the files of this folder to what they promise.
package deploy_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"gopkg.in/yaml.v3"

	"holdfast/internal/awssim"
)

// A runner is what GitHub gives a step: folders, files for outputs and summary.
type runner struct {
	t    *testing.T
	temp string
	env  []string
}

func newRunner(t *testing.T) *runner {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash is not here")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{t: t, temp: t.TempDir()}
	sim, err := awssim.Load(awssim.Demo)
	if err != nil {
		t.Fatal(err)
	}
	server := awssim.Start(sim)
	t.Cleanup(server.Close)
	r.env = append(os.Environ(), "AWS_CA_BUNDLE=", "AWS_PROFILE=", "AWS_SESSION_TOKEN=", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
		"AWS_ENDPOINT_URL="+server.URL, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=AKIAHOLDFASTDEMO0001", "AWS_SECRET_ACCESS_KEY=simulated", "AWS_EC2_METADATA_DISABLED=true",
		"RUNNER_TEMP="+r.temp, "GITHUB_ACTION_PATH="+root, "GITHUB_ACTION_REF=v9.8.7",
		"GITHUB_OUTPUT="+filepath.Join(r.temp, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(r.temp, "summary"))
	return r
}

// run runs a script with more variables, and returns its exit code and output.
func (r *runner) run(script string, more ...string) (code int, log string) {
	r.t.Helper()
	cmd := exec.Command("bash", filepath.Join("github", script))
	cmd.Env = append(slices.Clone(r.env), more...)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		r.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

func (r *runner) file(name string) string {
	r.t.Helper()
	content, err := os.ReadFile(filepath.Join(r.temp, name))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(content)
}

// built is the program, made once for all tests.
var built = sync.OnceValues(func() (string, error) {
	var err error
	if builtIn, err = os.MkdirTemp("", "holdfast"); err != nil {
		return "", err
	}
	program := filepath.Join(builtIn, "holdfast")
	out, err := exec.Command("go", "build", "-o", program, "../cmd/holdfast").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return program, nil
})

var builtIn string // its folder

func TestMain(m *testing.M) {
	code := m.Run()
	if builtIn != "" {
		os.RemoveAll(builtIn)
	}
	os.Exit(code)
}

// install lets build.sh take the program that is built.
func (r *runner) install() {
	r.t.Helper()
	program, err := built()
	if err != nil {
		r.t.Fatal(err)
	}
	if code, log := r.run("build.sh", "HOLDFAST_BINARY="+program); code != 0 {
		r.t.Fatalf("taking a program ends with %d:\n%s", code, log)
	}
}

// The action builds itself, where it stands, as the release that it is.
func TestActionBuilds(t *testing.T) {
	r := newRunner(t)
	tools := t.TempDir()
	if err := os.WriteFile(filepath.Join(tools, "go"), []byte("#!/bin/sh\necho \"$PWD: $CGO_ENABLED go $*\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	path := "PATH=" + tools + ":" + os.Getenv("PATH")
	root, _ := filepath.Abs("..")
	for ref, released := range map[string]string{"v9.8.7": "9.8.7", "main": "", "v1": "", "v1.2.3; x": ""} {
		want := root + ": 0 go build -trimpath -ldflags -s -w -X main.released=" + released + " -o " + filepath.Join(r.temp, "holdfast") + " ./cmd/holdfast\n"
		if code, log := r.run("build.sh", path, "GITHUB_ACTION_REF="+ref); code != 0 || log != want {
			t.Errorf("%s: ends with %d\n got %swant %s", ref, code, log, want)
		}
	}
}

func TestActionScans(t *testing.T) {
	r := newRunner(t)
	r.install()
	if err := os.WriteFile(filepath.Join(r.temp, "summary"), []byte("# Before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, log := r.run("scan.sh", "HOLDFAST_REDACT=true", "HOLDFAST_REGIONS=us-east-1", "HOLDFAST_FAIL_ON=high")
	if code != 1 {
		t.Fatalf("a scan with findings ends with %d:\n%s", code, log)
	}

	outputs := map[string]string{}
	for line := range strings.Lines(r.file("output")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		outputs[name] = value
	}
	reports := filepath.Join(r.temp, "holdfast-reports")
	for name, want := range map[string]string{
		"exit-code": "1", "complete": "true", "unknown": "0", "sarif-file": filepath.Join(reports, "report.sarif"), "reports": reports,
	} {
		if outputs[name] != want {
			t.Errorf("output %s is %q, want %q", name, outputs[name], want)
		}
	}
	for _, name := range []string{"critical", "high", "medium", "low"} {
		if !regexp.MustCompile(`^\d+$`).MatchString(outputs[name]) {
			t.Errorf("output %s is %q", name, outputs[name])
		}
	}
	if outputs["high"] == "0" {
		t.Error("there are high causes, but the output says none")
	}
	if summary := r.file("summary"); !strings.HasPrefix(summary, "# Before\n# Holdfast\n") || len(summary) > 1<<20 {
		t.Errorf("the summary was not appended, or is too long: %.60q", summary)
	}
	checkArtifact(t, reports, log)
}

// checkArtifact: what leaves the runner names no account, and holds no snapshot.
func checkArtifact(t *testing.T, reports, log string) {
	t.Helper()
	files := 0
	err := fs.WalkDir(os.DirFS(reports), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(filepath.Join(reports, name))
		if bytes.Contains(content, []byte("111122223333")) {
			t.Errorf("%s names an account in spite of redact", name)
		}
		if strings.Contains(name, "snapshot") || strings.Contains(name, "findings.jsonl") || strings.Contains(name, "facts") {
			t.Errorf("%s would be published", name)
		}
		return err
	})
	if err != nil || files < 7 {
		t.Errorf("%d files are to be published (%v)", files, err)
	}
	if strings.Contains(log, "111122223333") {
		t.Errorf("the log names an account in spite of redact:\n%s", log)
	}
	if m := regexp.MustCompile(`(?s)^::stop-commands::([0-9a-f]{32})\n.*\n::([0-9a-f]{32})::\n`).FindStringSubmatch(log); m == nil || m[1] != m[2] {
		t.Errorf("what the scan prints is not kept from being a command:\n%s", log)
	}
}

func TestActionExitCodes(t *testing.T) {
	r := newRunner(t)
	r.install()
	tests := []struct {
		name string
		env  []string
		code int
		log  string
	}{
		{"never fails on findings", []string{"HOLDFAST_FAIL_ON=never", "HOLDFAST_REGIONS=us-east-1"}, 0, ""},
		{"unknown severity", []string{"HOLDFAST_FAIL_ON=sometimes"}, 2, "choose critical, high"},
		{"no switch", []string{"HOLDFAST_REDACT=yes"}, 2, "the input redact is neither true nor false"},
		{"no such folder", []string{"HOLDFAST_SOURCE=nowhere"}, 2, "no such folder"},
	}
	for _, test := range tests {
		if code, log := r.run("scan.sh", test.env...); code != test.code || !strings.Contains(log, test.log) {
			t.Errorf("%s: ends with %d, want %d:\n%s", test.name, code, test.code, log)
		}
	}
	if code, log := r.run("build.sh", "HOLDFAST_BINARY=/bin/false"); code != 0 {
		t.Errorf("a given program: %d %s", code, log)
	}
	if code, log := r.run("scan.sh", "HOLDFAST_REGIONS=us-east-1"); code == 0 {
		t.Errorf("a program that fails is no success:\n%s", log)
	}
}

// No input is ever part of a command, whatever stands in it.
func TestActionInputsAreNoCommands(t *testing.T) {
	r := newRunner(t)
	// The program that is tested here prints its arguments.
	program := filepath.Join(r.temp, "holdfast")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nprintf '<%s>\\n' \"$@\"\nexit 2\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	marker := filepath.Join(r.temp, "pwned")
	nasty := []string{"; touch " + marker, "$(touch " + marker + ")", "`touch " + marker + "`", "'; touch " + marker + " '", "a\" && touch " + marker + " \"", "--out=/etc", "-h", "*", "a b"}
	action := readAction(t)
	for _, step := range action.Runs.Steps {
		for name := range step.Env {
			if name == "HOLDFAST_REDACT" || name == "HOLDFAST_ALLOW_INCOMPLETE" || name == "HOLDFAST_BINARY" {
				continue
			}
			for _, value := range nasty {
				_, log := r.run("scan.sh", name+"="+value)
				if !strings.Contains(log, "="+value+">") {
					t.Errorf("%s=%q does not reach the program as one argument:\n%s", name, value, log)
				}
			}
		}
	}
	if _, err := os.Stat(marker); err == nil {
		t.Error("an input ran a command")
	}
}

type action struct {
	Inputs  map[string]struct{ Description string }
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Using string
		Steps []struct {
			Run, Shell string
			Env        map[string]string
		}
	}
}

func readAction(t *testing.T) action {
	t.Helper()
	content, err := os.ReadFile("../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(content, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestActionPassesEachInputThroughTheEnvironment(t *testing.T) {
	a := readAction(t)
	scripts := ""
	used := map[string]bool{}
	for _, step := range a.Runs.Steps {
		if strings.Contains(step.Run, "${{") || step.Shell != "bash" {
			t.Errorf("a step runs %q in %q", step.Run, step.Shell)
		}
		for _, name := range []string{"build.sh", "scan.sh"} {
			if strings.Contains(step.Run, name) {
				text, err := os.ReadFile(filepath.Join("github", name))
				if err != nil {
					t.Fatal(err)
				}
				scripts = string(text)
			}
		}
		for variable, value := range step.Env {
			used[strings.TrimSuffix(strings.TrimPrefix(value, "${{ inputs."), " }}")] = true
			if !strings.Contains(scripts, "${"+variable+":-}") && !strings.Contains(scripts, "$"+variable) {
				t.Errorf("the script of %s does not read %s", step.Run, variable)
			}
		}
	}
	for name, input := range a.Inputs {
		if !used[name] || input.Description == "" {
			t.Errorf("input %s is passed to no step, or not described", name)
		}
	}
	text, err := os.ReadFile("github/scan.sh")
	if err != nil {
		t.Fatal(err)
	}
	for name, output := range a.Outputs {
		severity := slices.Contains([]string{"critical", "high", "medium", "low"}, name)
		if output.Value != "${{ steps.scan.outputs."+name+" }}" || !severity && !strings.Contains(string(text), `"`+name+"=") {
			t.Errorf("output %s is %q, or not set by scan.sh", name, output.Value)
		}
	}
}

// The example uses actions of others by commit, lets nothing run that an input
// wrote, and uploads whatever the scan came to.
func TestExampleWorkflow(t *testing.T) {
	content, err := os.ReadFile("github/holdfast.yml")
	if err != nil {
		t.Fatal(err)
	}
	var workflow struct {
		Permissions map[string]string
		Jobs        map[string]struct {
			Permissions map[string]string
			Steps       []struct {
				Uses, Run, If string
				With          map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(content, &workflow); err != nil {
		t.Fatal(err)
	}
	inputs := readAction(t).Inputs
	pinned := regexp.MustCompile(`@[0-9a-f]{40}$`)
	uploads := 0
	for _, step := range workflow.Jobs["scan"].Steps {
		own := strings.HasPrefix(step.Uses, "your-organization/holdfast@")
		if !own && !pinned.MatchString(step.Uses) {
			t.Errorf("%s is not pinned to a commit", step.Uses)
		}
		if strings.Contains(step.Run, "${{") {
			t.Errorf("a step runs %q", step.Run)
		}
		for name := range step.With {
			if _, ok := inputs[name]; own && !ok {
				t.Errorf("the action has no input %s", name)
			}
		}
		if strings.Contains(step.Uses, "upload-") {
			uploads++
			if !strings.HasPrefix(step.If, "always()") || strings.Contains(fmt.Sprint(step.With), "snapshot") || strings.Contains(fmt.Sprint(step.With), "holdfast-out") {
				t.Errorf("%s runs if %q, with %v", step.Uses, step.If, step.With)
			}
		}
	}
	if uploads != 2 || len(workflow.Permissions) != 0 || workflow.Jobs["scan"].Permissions["contents"] != "read" {
		t.Errorf("%d uploads, permissions %v and %v", uploads, workflow.Permissions, workflow.Jobs["scan"].Permissions)
	}
}

func TestImageRunsAsNobody(t *testing.T) {
	dockerfile, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	stages := strings.Split(string(dockerfile), "\nFROM ")
	last := stages[len(stages)-1]
	if !strings.Contains(last, "distroless/static") || !strings.Contains(last, "\nUSER 65532:65532\n") || strings.Contains(last, "\nRUN ") {
		t.Errorf("the image's last stage:\n%s", last)
	}
	manifest, err := os.ReadFile("kubernetes/cronjob.yaml")
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(manifest))
	kinds := map[string]int{}
	for {
		var doc struct{ Kind string }
		if err := decoder.Decode(&doc); err != nil {
			break
		}
		kinds[doc.Kind]++
	}
	if kinds["CronJob"] != 1 || kinds["ServiceAccount"] != 1 {
		t.Errorf("the manifest has %v", kinds)
	}
	for _, want := range []string{"runAsNonRoot: true", "runAsUser: 65532", "readOnlyRootFilesystem: true", "allowPrivilegeEscalation: false", "drop: [ALL]", "concurrencyPolicy: Forbid"} {
		if !strings.Contains(string(manifest), want) {
			t.Errorf("the manifest lacks %q", want)
		}
	}
}
