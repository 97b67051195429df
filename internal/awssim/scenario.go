package awssim

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"
)

// Demo is the scenario of `holdfast demo`: the organization of a workshop.
//
//go:embed scenarios/demo.yaml
var Demo []byte

// A Scenario is what a simulator holds when it starts. It is written as YAML;
// unknown keys are errors. Where a time is asked for it is a [When].
type Scenario struct {
	Clock        time.Time             `yaml:"clock"`              // the simulator's time
	Organization string                `yaml:"organization"`       // "o-…"; empty: the accounts are in none
	Management   string                `yaml:"management_account"` // 12 digits; empty: the first account
	Tree         *OrganizationScenario `yaml:"organization_tree"`  // absent: all accounts are in the root
	PageSize     int                   `yaml:"page_size"`          // see Simulator.PageSize
	Accounts     []AccountScenario     `yaml:"accounts"`
	Faults       []FaultScenario       `yaml:"faults"`
}

// An AccountScenario is one account, or with Count many alike, whose ids count up
// from ID and whose access keys get the number appended.
type AccountScenario struct {
	ID             string            `yaml:"id"`
	Name           string            `yaml:"name"`
	Partition      string            `yaml:"partition"` // empty: "aws"
	Count          int               `yaml:"count"`     // 0: 1
	AccessKeys     []KeyScenario     `yaml:"access_keys"`
	Roles          []RoleScenario    `yaml:"roles"` // absent: every role can be assumed
	IAM            IAMScenario       `yaml:"iam"`
	GlobalSettings map[string]string `yaml:"global_settings"`
	Regions        []RegionScenario  `yaml:"regions"`
	EmptyRegions   []string          `yaml:"empty_regions"` // more Regions, opted in, with nothing in them
}

// A KeyScenario is a static access key of an IAM user. The secret is not checked.
type KeyScenario struct {
	ID   string `yaml:"id"`
	User string `yaml:"user"` // empty: "holdfast"
}

// A RoleScenario is a role that can be assumed.
type RoleScenario struct {
	Name       string `yaml:"name"`
	ExternalID string `yaml:"external_id"`
}

// A RegionScenario is one account's state in one Region.
type RegionScenario struct {
	Name           string                `yaml:"name"`
	OptStatus      string                `yaml:"opt_status"` // empty: ENABLED_BY_DEFAULT
	OptIn          *bool                 `yaml:"opt_in"`     // AWS Backup may protect DynamoDB; absent: true
	Advanced       *bool                 `yaml:"advanced"`   // advanced DynamoDB backup; absent: true
	AdvancedSince  *When                 `yaml:"advanced_since"`
	Tables         []TableScenario       `yaml:"tables"`
	Backups        []BackupScenario      `yaml:"backups"`
	Vaults         []VaultScenario       `yaml:"vaults"`
	Plans          []PlanScenario        `yaml:"plans"`
	RecoveryPoints []PointScenario       `yaml:"recovery_points"`
	Deletions      []DeletionScenario    `yaml:"deleted_points"`
	BackupJobs     []JobScenario         `yaml:"backup_jobs"`
	RestoreJobs    []RestoreScenario     `yaml:"restore_jobs"`
	RestoreTesting []TestingPlanScenario `yaml:"restore_testing_plans"`
	LegalHolds     []LegalHoldScenario   `yaml:"legal_holds"`
	Keys           []KMSKeyScenario      `yaml:"kms_keys"`
	EventRules     []EventRuleScenario   `yaml:"event_rules"`
	Topics         []TopicScenario       `yaml:"topics"`
	Trails         []TrailScenario       `yaml:"trails"`
	TrailEvents    []TrailEventScenario  `yaml:"trail_events"`
	Alarms         []AlarmScenario       `yaml:"alarms"`
	LogGroups      []LogGroupScenario    `yaml:"log_groups"`
}

// A When is a moment: "2026-11-22T20:00:00Z", "2026-11-22", or an age before the
// scenario's clock, "400d", "36h", "5m".
type When struct {
	at  time.Time
	ago time.Duration
}

// At is a moment.
func At(t time.Time) *When { return &When{at: t.UTC()} }

// Ago is an age before the scenario's clock.
func Ago(d time.Duration) *When { return &When{ago: d} }

// UnmarshalYAML reads a When.
func (w *When) UnmarshalYAML(node *yaml.Node) error {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, node.Value); err == nil {
			w.at = t.UTC()
			return nil
		}
	}
	text, factor := node.Value, time.Duration(1)
	if days, ok := bytes.CutSuffix([]byte(text), []byte("d")); ok {
		text, factor = string(days)+"h", 24
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return fmt.Errorf("line %d: %q is no time; write 2026-11-22T20:00:00Z, 2026-11-22, or an age such as 400d or 36h", node.Line, node.Value)
	}
	w.ago = d * factor
	return nil
}

// before resolves w against the scenario's clock; nil is otherwise.
func (w *When) before(clock, otherwise time.Time) time.Time {
	switch {
	case w == nil:
		return otherwise
	case !w.at.IsZero():
		return w.at
	}
	return clock.Add(-w.ago)
}

// ParseScenario reads a scenario strictly.
func ParseScenario(data []byte) (Scenario, error) {
	var s Scenario
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil {
		return s, fmt.Errorf("reading scenario: %w", err)
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return s, errors.New("reading scenario: more than one document; put everything into one")
	}
	return s, nil
}

// Load builds a simulator from a scenario's YAML, with all its history.
func Load(data []byte) (*Simulator, error) {
	s, err := ParseScenario(data)
	if err != nil {
		return nil, err
	}
	return New(s)
}

// New builds a simulator from a scenario, with all its history: plans have run
// since they were made, and what expired is gone.
func New(s Scenario) (*Simulator, error) {
	if s.Clock.IsZero() {
		return nil, errors.New("building scenario: no clock; set one, such as clock: 2026-11-22T20:00:00Z")
	}
	if len(s.Accounts) == 0 {
		return nil, errors.New("building scenario: no accounts")
	}
	sim := &Simulator{Clock: NewClock(s.Clock), PageSize: s.PageSize, Faults: &Faults{}, accounts: map[string]*account{}, keys: map[string]*credential{}, ran: s.Clock}
	b := builder{sim: sim, clock: s.Clock.UTC()}
	for _, a := range s.Accounts {
		if err := b.accounts(a); err != nil {
			return nil, fmt.Errorf("building scenario: account %s: %w", a.ID, err)
		}
	}
	if err := b.organization(s); err != nil {
		return nil, fmt.Errorf("building scenario: %w", err)
	}
	sim.allRegions(b.implyKeys)
	for _, f := range s.Faults {
		fault := f.fault()
		if err := fault.check(); err != nil {
			return nil, fmt.Errorf("building scenario: %w", err)
		}
		sim.Faults.Add(fault)
	}
	sim.advance(b.clock)
	if err := b.deletions(s); err != nil {
		return nil, fmt.Errorf("building scenario: %w", err)
	}
	sim.allRegions(func(r *region) { r.sortRestores() })
	return sim, nil
}

// defaultUser owns access keys whose scenario names no user.
const defaultUser = "holdfast"

// builder turns a scenario into state.
type builder struct {
	sim   *Simulator
	clock time.Time
}

func (b *builder) accounts(in AccountScenario) error {
	id, err := strconv.ParseUint(in.ID, 10, 64)
	if err != nil || len(in.ID) != 12 {
		return fmt.Errorf("an account id has 12 digits; quote it, so that YAML keeps leading zeros")
	}
	for i := range max(in.Count, 1) {
		one := in
		one.ID = fmt.Sprintf("%012d", id+uint64(i))
		if in.Count > 1 {
			one.Name = fmt.Sprintf("%s-%d", in.Name, i+1)
			one.AccessKeys = slices.Clone(in.AccessKeys)
			for k := range one.AccessKeys {
				one.AccessKeys[k].ID += strconv.Itoa(i + 1)
			}
		}
		if err := b.account(one); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) account(in AccountScenario) error {
	if b.sim.accounts[in.ID] != nil {
		return errors.New("it is there twice")
	}
	a := &account{id: in.ID, name: in.Name, partition: in.Partition, regions: map[string]*region{}, globalSettings: in.GlobalSettings, iam: &identities{}}
	if a.partition == "" {
		a.partition = "aws"
	}
	if err := b.iam(a, in); err != nil {
		return err
	}
	for _, r := range in.Roles {
		if a.roles == nil {
			a.roles = map[string]role{}
		}
		a.roles[r.Name] = role{r.ExternalID}
	}
	b.sim.accounts[a.id] = a
	for _, k := range in.AccessKeys {
		if k.User == "" {
			k.User = defaultUser
		}
		arn := "arn:" + a.partition + ":iam::" + a.id + ":user/" + k.User
		if b.sim.keys[k.ID] != nil {
			return fmt.Errorf("access key %s is there twice", k.ID)
		}
		b.sim.keys[k.ID] = &credential{account: a.id, arn: arn, userID: "AIDA" + shortID(hash(arn), 16)}
	}
	for _, name := range in.EmptyRegions {
		in.Regions = append(slices.Clip(in.Regions), RegionScenario{Name: name})
	}
	for _, r := range in.Regions {
		if a.regions[r.Name] != nil {
			return fmt.Errorf("region %s is there twice", r.Name)
		}
		if err := b.region(a, r); err != nil {
			return fmt.Errorf("region %s: %w", r.Name, err)
		}
	}
	slices.Sort(a.regionNames)
	return nil
}
