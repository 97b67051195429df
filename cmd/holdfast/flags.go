package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"holdfast/config"
	"holdfast/policies"
	"holdfast/report"
	"holdfast/scanner"
	"holdfast/scanner/collect"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/finding"
	"holdfast/scanner/run"
)

const defaultConfig = "holdfast.yaml"

// The flags that mean the same on every command that has them. A command adds
// the groups it needs; job turns them into a scanner.Job.
type flags struct {
	config, out, now           string
	regions, tables            []string
	rules, policies            []string
	formats                    []string
	failOn, baseline, previous string
	allowIncomplete            bool
	resume, compress, noLimits bool
	runID                      string
	quiet, redact              bool
	logFormat                  string
	sarifCategory, sarifAnchor string
	sarifFull                  bool
	source                     string
	aws                        collect.Options
	rateShare                  float64
}

func (f *flags) addConfig(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.config, "config", "", "configuration `FILE` (default: holdfast.yaml, if it is there)")
}

func (f *flags) addOut(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.out, "out", run.DefaultOut, "`DIR` that keeps the runs")
}

func (f *flags) addPolicy(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.rules, "rules", nil, "judge only by rules that match a `PATTERN`, such as table.*,vault.locked")
	cmd.Flags().StringSliceVar(&f.policies, "policies", nil, "`DIR` with more rules, laid out like the built-in ones")
}

func (f *flags) addAWS(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.aws.Profile, "profile", "", "`NAME` of a profile in the AWS configuration files")
	cmd.Flags().StringVar(&f.aws.RoleARN, "role-arn", "", "role to assume; {account} in it stands for each account of the configuration")
	cmd.Flags().StringVar(&f.aws.ExternalID, "external-id", "", "external `ID` for --role-arn")
	cmd.Flags().StringVar(&f.aws.EndpointURL, "endpoint-url", "", "`URL` of an AWS emulator")
	cmd.Flags().StringSliceVar(&f.regions, "regions", nil, "`REGION,…` to read (default: the configuration's, else all that are enabled)")
}

func (f *flags) addCollect(cmd *cobra.Command) {
	f.addAWS(cmd)
	cmd.Flags().StringSliceVar(&f.tables, "tables", nil, "read only tables whose name matches a `PATTERN`")
	cmd.Flags().BoolVar(&f.resume, "resume", false, "go on with the newest incomplete run; what it has read is not read again")
	cmd.Flags().StringVar(&f.runID, "run-id", "", "go on with this incomplete run")
	cmd.Flags().BoolVar(&f.compress, "compress", false, "keep snapshot and facts compressed (.zst)")
	cmd.Flags().Float64Var(&f.rateShare, "rate-share", 0, "share of AWS's request limits that the scan may use (default: the configuration's, else 0.5)")
	cmd.Flags().BoolVar(&f.noLimits, "no-limits", false, "no client-side request limits, for emulators")
}

func (f *flags) addPrevious(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.previous, "previous", "", "earlier `RUN` to compare with, or none (default: the newest of the same accounts, Regions and tables)")
}

func (f *flags) addReports(cmd *cobra.Command, defaults []string) {
	cmd.Flags().StringSliceVar(&f.formats, "format", defaults, "reports to write: `"+strings.Join(formatNames(), ",")+"`")
	cmd.Flags().StringVar(&f.sarifCategory, "sarif-category", "", "automationDetails.id of SARIF; end it with a slash (default: from accounts and Regions; \"none\": left out)")
	cmd.Flags().BoolVar(&f.sarifFull, "sarif-full", false, "SARIF for other viewers than GitHub: with passes, waivers as suppressions, and controls")
	cmd.Flags().StringVar(&f.sarifAnchor, "sarif-anchor", "", "`PATH` of inventory.jsonl from the repository's root, for SARIF")
	cmd.Flags().StringVar(&f.source, "source", "", "`DIR` of infrastructure code (Terraform, CloudFormation, SAM, CDK output) for findings to point into")
	cmd.Flags().StringVar(&f.now, "now", "", "`TIME` (RFC 3339) to judge expiries by, and to print (default: the present)")
	cmd.Flags().BoolVar(&f.redact, "redact", false, "hide account ids and principals in every report")
}

func (f *flags) addVerdict(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.failOn, "fail-on", "high", "exit 1 on failures of this severity or worse: critical|high|medium|low|new|never")
	cmd.Flags().StringVar(&f.baseline, "baseline", "", "`RUN` that --fail-on new compares with")
	cmd.Flags().BoolVar(&f.allowIncomplete, "allow-incomplete", false, "exit 0 instead of 3 where something could not be read")
}

func (f *flags) addOutput(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "print errors only; the files are written all the same")
	cmd.Flags().StringVar(&f.logFormat, "log-format", "text", "progress lines as text|json")
}

// check refuses what would fail only after a long scan.
func (f *flags) check() error {
	switch f.failOn {
	case "", "never":
	case "new":
		if f.baseline == "" {
			return errors.New(`--fail-on new needs --baseline RUN to compare with`)
		}
	default:
		if finding.Severity(f.failOn).Rank() == 0 {
			return fmt.Errorf("--fail-on %q: choose critical, high, medium, low, new or never", f.failOn)
		}
	}
	if info, err := os.Stat(f.source); f.source != "" && (err != nil || !info.IsDir()) {
		return fmt.Errorf("--source %s: no such folder", f.source)
	}
	if f.redact && slices.Contains(f.formats, "asff") {
		return errors.New("--format asff cannot be redacted: Security Hub takes findings of real account ids only; leave out one of them")
	}
	if f.baseline != "" && f.failOn != "new" {
		return errors.New("--baseline is what --fail-on new compares with; give both or neither")
	}
	if f.logFormat != "" && f.logFormat != "text" && f.logFormat != "json" {
		return fmt.Errorf("--log-format %q: choose text or json", f.logFormat)
	}
	if f.rateShare < 0 || f.rateShare > 1 {
		return fmt.Errorf("--rate-share %v: give a share above 0, up to 1", f.rateShare)
	}
	if f.resume && f.runID != "" {
		return errors.New("--resume continues the newest incomplete run, --run-id that one; give one of them")
	}
	return nil
}

// job reads configuration and rules, and puts all flags together.
func (a *app) job(f *flags) (scanner.Job, error) {
	var job scanner.Job
	if err := f.check(); err != nil {
		return job, err
	}
	cfg, err := a.readConfig(f.config)
	if err != nil {
		return job, err
	}
	policy, err := loadPolicy(f.policies)
	if err != nil {
		return job, err
	}
	formats, err := lookupFormats(f.formats)
	if err != nil {
		return job, err
	}
	if err := errors.Join(cfg.CheckRules(policy.Rules()), cfg.CheckFormats(formatNames()), scanner.CheckRules(f.rules, policy.Rules())); err != nil {
		return job, err
	}
	for _, notice := range cfg.Notices(policy.Rules()) {
		a.log(f, notice)
	}
	job = scanner.Job{
		Config: cfg, Policy: policy, Tool: "holdfast " + version(),
		AWS: f.aws, Regions: f.regions, Tables: f.tables,
		Out: f.out, Resume: f.resume, RunID: f.runID, Previous: f.previous, Compress: f.compress,
		Rules: f.rules, Formats: formats,
		Report: report.Options{SARIFAnchor: f.sarifAnchor, SARIFFull: f.sarifFull}, Source: f.source, Redact: f.redact,
	}
	for _, output := range cfg.Outputs {
		if output.File == "" && !slices.Contains(f.formats, output.Format) {
			format, err := report.Lookup(output.Format)
			if err != nil {
				return job, err
			}
			job.Formats = append(job.Formats, format)
		}
	}
	job.AWS.Version = version()
	job.AWS.NoLimits = f.noLimits
	job.AWS.RateShare = cfg.RateShare
	if f.rateShare > 0 {
		job.AWS.RateShare = f.rateShare
	}
	if f.sarifCategory == "none" {
		job.Report.SARIFCategory = new(string)
	} else if f.sarifCategory != "" {
		job.Report.SARIFCategory = &f.sarifCategory
	}
	if f.now != "" {
		if job.Now, err = time.Parse(time.RFC3339, f.now); err != nil {
			return job, fmt.Errorf("--now %q: write it like 2026-11-22T18:00:00Z", f.now)
		}
	}
	return job, nil
}

func (a *app) readConfig(path string) (*config.Config, error) {
	if path != "" {
		return config.Read(path)
	}
	cfg, err := config.Read(defaultConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return config.Default(), nil
	}
	return cfg, err
}

// loadPolicy compiles the built-in rules together with the user's.
func loadPolicy(dirs []string) (*evaluate.Policy, error) {
	trees := []evaluate.Tree{{Name: "policies", FS: policies.FS}}
	for _, dir := range dirs {
		if err := isFolder(dir); err != nil {
			return nil, err
		}
		trees = append(trees, evaluate.Tree{Name: dir, FS: os.DirFS(dir)})
	}
	return evaluate.Load(trees...)
}

func isFolder(dir string) error {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("--policies %s: no such folder", dir)
	}
	return nil
}

func formatNames() []string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return names
}

func lookupFormats(names []string) ([]report.Format, error) {
	var formats []report.Format
	for _, name := range names {
		format, err := report.Lookup(name)
		if err != nil {
			return nil, err
		}
		formats = append(formats, format)
	}
	return formats, nil
}
