package remediate

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
)

// PlanFormat is the version of plan.json that this build writes and reads.
const PlanFormat = 1

// Names of the files that remediation leaves in a run.
const (
	PlanFile     = "plan.json"
	ReadableFile = "plan.md"
	JournalFile  = "journal.jsonl"
)

// A Plan is what will be done, once a person has approved its hash. The same run
// and configuration give the same plan, to the byte.
type Plan struct {
	Format int    `json:"format"`
	Tool   string `json:"tool"` // "holdfast 0.1.0"
	Run    string `json:"run"`  // id of the run whose findings it mends

	// AsOf is the oldest answer of AWS that it builds on. A plan ages from then on,
	// not from when it was written.
	AsOf time.Time `json:"as_of"`
	// Incomplete: something could not be read, so that there may be more to do.
	Incomplete bool `json:"incomplete,omitempty"`
	// IncludeManaged: it also changes what infrastructure code defines.
	IncludeManaged bool `json:"include_managed,omitempty"`

	Changes []Change `json:"changes"`           // in the order in which they are made
	ByHand  []ByHand `json:"by_hand,omitempty"` // what is left to a person
	Hash    string   `json:"hash"`              // sha256 of all the rest, hex
}

// A Change is one action on one target.
type Change struct {
	ID         string    `json:"id"` // made from action, place and parameters
	Action     string    `json:"action"`
	Place                // where the target is
	Target     string    `json:"target"` // ARN
	Parameters state     `json:"parameters"`
	Steps      []Planned `json:"steps"`
	Needs      []string  `json:"needs,omitempty"` // ids of changes that have to be made first
	Why        []Reason  `json:"why,omitempty"`   // the findings that it mends, sorted
	Notes      []string  `json:"notes,omitempty"` // what else it does, and to whom

	made map[string]string // what changes made, by their ids: see Plan.Made
}

// A Planned step is one write to AWS: what is there, and what will be. null stands
// for what is not there.
type Planned struct {
	Operation string `json:"operation"` // "dynamodb:UpdateContinuousBackups"
	Before    state  `json:"before"`
	After     state  `json:"after"`
}

// A Reason is a finding that a change mends.
type Reason struct {
	Rule    string `json:"rule"`
	ARN     string `json:"arn"`
	Name    string `json:"name,omitempty"`
	Message string `json:"message,omitempty"`
}

// ByHand is what Holdfast does not do, and how a person does it.
type ByHand struct {
	Rule    string   `json:"rule"`
	Action  string   `json:"action,omitempty"` // that would do it, but for Why
	Account string   `json:"account"`
	Region  string   `json:"region"`
	Targets []string `json:"targets"` // ARNs, sorted
	Why     string   `json:"why"`     // why it is left to a person
	Text    Text     `json:"text,omitzero"`
}

// Text is how to do the same without Holdfast. Empty where a form has no words
// for it.
type Text struct {
	CLI            string `json:"cli,omitempty"`
	Terraform      string `json:"terraform,omitempty"`       // resources that are new, with import blocks
	TerraformPatch string `json:"terraform_patch,omitempty"` // blocks that differ in resources which code has already; works as an override file
	CloudFormation string `json:"cloudformation,omitempty"`
}

// Made tells the plan what its changes made, from the journal: Terraform imports
// plans and selections by ids that AWS chose.
func (p *Plan) Made(journal []Record) {
	made := map[string]string{}
	for _, r := range journal {
		if r.Done != nil && r.Done.Result != "" && !r.Done.Undo {
			made[r.Done.Change] = r.Done.Result
		}
	}
	for i := range p.Changes {
		p.Changes[i].made = made
	}
}

// idOf is the last part of the ARN that a change made, or a word that stands for it
// as long as it is not made.
func (c *Change) idOf(change, otherwise string) string {
	made := c.made[change]
	if made == "" {
		return otherwise
	}
	return made[strings.LastIndexByte(made, ':')+1:]
}

// identity is the id of a change.
func (c *Change) identity() string {
	return digest("change", c.Action, c.Partition, c.Account, c.Region, string(encode(c.Parameters)))[:12]
}

// token names a step of a change to AWS, so that doing it twice does it once: the
// same for the same plan, another one for every other.
func (p *Plan) token(c *Change, step int) string {
	return "holdfast-" + digest("token", p.Hash, c.ID, fmt.Sprint(step))[:32]
}

// digest is the sha256 of texts that cannot run into one another, hex.
func digest(parts ...string) string {
	sum := sha256.Sum256(encode(parts))
	return hex.EncodeToString(sum[:])
}

// seal orders the plan and gives it its hash.
func (p *Plan) seal() {
	p.Hash = ""
	p.Hash = digest("plan", string(encode(p)))
}

// WriteTo writes the plan as plan.json.
func (p *Plan) WriteTo(w io.Writer) (int64, error) {
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return 0, fmt.Errorf("encoding the plan: %w", err)
	}
	n, err := w.Write(append(text, '\n'))
	return int64(n), err
}

// maxPlanSize keeps a file that is no plan from filling the memory. Four hundred
// tables in one selection are 100 KB.
const maxPlanSize = 64 << 20

// ReadPlan reads a plan.json and refuses all that this build would not have
// written: an unknown field or action, a hash that is not the content's, a target
// outside of its account, a change that would leave a setting weaker. name is what
// errors call the file.
func ReadPlan(r io.Reader, name string) (*Plan, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxPlanSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if len(text) > maxPlanSize {
		return nil, fmt.Errorf("reading %s: it is larger than %d MiB; no plan is", name, maxPlanSize>>20)
	}
	var version struct {
		Format int `json:"format"`
	}
	if json.Unmarshal(text, &version) == nil && version.Format > PlanFormat {
		return nil, fmt.Errorf("reading %s: format %d is newer than this build reads (%d); upgrade Holdfast", name, version.Format, PlanFormat)
	}
	p, err := decode[Plan](text)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w; make the plan anew with: holdfast remediate plan", name, err)
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("refusing %s: %w", name, err)
	}
	return &p, nil
}

// check holds the plan to what this build would plan.
func (p *Plan) check() error {
	sealed := *p
	sealed.seal()
	switch {
	case p.Format < 1:
		return errors.New("it is no plan: it has no format")
	case sealed.Hash != p.Hash:
		return fmt.Errorf("its hash is %s, but its content has %s: it was changed after it was made", short(p.Hash), short(sealed.Hash))
	case p.AsOf.IsZero():
		return errors.New("it does not say how old it is")
	}
	made := map[string]bool{}
	for i := range p.Changes {
		c := &p.Changes[i]
		if err := c.check(); err != nil {
			return fmt.Errorf("change %d, %s on %s: %w", i+1, c.Action, c.Target, err)
		}
		if made[c.ID] {
			return fmt.Errorf("change %d, %s on %s, stands there twice", i+1, c.Action, c.Target)
		}
		for _, id := range c.Needs {
			if !made[id] {
				return fmt.Errorf("change %d, %s on %s, comes before change %s, which it needs", i+1, c.Action, c.Target, id)
			}
		}
		made[c.ID] = true
	}
	return nil
}

var (
	accountPattern   = regexp.MustCompile(`^[0-9]{12}$`)
	regionPattern    = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	partitionPattern = regexp.MustCompile(`^aws(-[a-z]+)*$`)
)

func (p Place) check() error {
	switch {
	case !accountPattern.MatchString(p.Account):
		return fmt.Errorf("%q is no account id", p.Account)
	case !regionPattern.MatchString(p.Region):
		return fmt.Errorf("%q is no Region", p.Region)
	case !partitionPattern.MatchString(p.Partition):
		return fmt.Errorf("%q is no partition", p.Partition)
	}
	return nil
}

// check holds a change to its action: parameters within bounds, the target that
// they name, and an outcome that follows from what is there and is not weaker.
func (c *Change) check() error {
	action, err := Lookup(c.Action)
	if err != nil {
		return err
	}
	if err := c.Place.check(); err != nil {
		return err
	}
	target, err := action.do.check(c.Parameters, c.Place)
	switch {
	case err != nil:
		return fmt.Errorf("its parameters: %w", err)
	case target != c.Target:
		return fmt.Errorf("its parameters name %s", target)
	case c.identity() != c.ID:
		return fmt.Errorf("its id is %s, and should be %s", c.ID, c.identity())
	case len(c.Steps) != len(action.do.steps):
		return fmt.Errorf("it has %d steps; the action has %d", len(c.Steps), len(action.do.steps))
	}
	for i, planned := range c.Steps {
		if err := planned.check(action.do.steps[i], c.Parameters); err != nil {
			return err
		}
	}
	return nil
}

func (s Planned) check(m move, parameters state) error {
	if s.Operation != m.operation {
		return fmt.Errorf("it calls %q; the action calls %q", s.Operation, m.operation)
	}
	after, err := m.outcome(parameters, s.Before)
	if err != nil {
		return err
	}
	if !same(after, s.After) {
		return fmt.Errorf("it says that %s becomes %s, but it would become %s", brief(s.Before), brief(s.After), brief(after))
	}
	return nil
}

// outcome is what a step makes of what is there, as a plan says it. It is an error
// if that is weaker.
func (m move) outcome(parameters, before state) (state, error) {
	after, err := m.want(parameters, before)
	if err != nil {
		return nil, err
	}
	if err := m.notWeaker(before, after); err != nil {
		return nil, err
	}
	return m.plain(after)
}

func (m move) notWeaker(before, after state) error {
	weaker, err := m.weaker(before, after)
	if err != nil {
		return err
	}
	if len(weaker) > 0 {
		return weakerError{weaker}
	}
	return nil
}

// plain is a state as a plan says it will be: what a snapshot knows, without what
// every write changes.
func (m move) plain(s state) (state, error) {
	known, err := m.known(s)
	if err != nil {
		return nil, err
	}
	return m.lasting(known)
}

// weakerError is the refusal to leave anything weaker than it was.
type weakerError struct{ settings []string }

func (e weakerError) Error() string {
	return "it would be weaker than before: " + strings.Join(e.settings, "; ")
}

// A TooOld error says that a plan is past its age.
type TooOld struct{ Age, Most time.Duration }

func (e TooOld) Error() string {
	return fmt.Sprintf("the plan builds on answers that are %s old; %s is allowed (--max-age); scan and plan again", hours(e.Age), hours(e.Most))
}

func hours(d time.Duration) string {
	if d < 2*time.Hour {
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h", int(d.Hours()))
}

// Fresh refuses a plan that is older than most, and one of the future.
func (p *Plan) Fresh(now time.Time, most time.Duration) error {
	switch age := now.Sub(p.AsOf); {
	case age > most:
		return TooOld{age, most}
	case age < -time.Hour:
		return fmt.Errorf("the plan is of %s, which is still to come; look at the clock", p.AsOf.Format(time.RFC3339))
	}
	return nil
}

// Accounts are those that the plan changes, sorted.
func (p *Plan) Accounts() []string {
	var all []string
	for _, c := range p.Changes {
		all = append(all, c.Account)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// sort puts the changes into the order in which they are made, and all else into
// one that does not depend on the order of the findings.
func (p *Plan) sort() {
	order := map[string]Order{}
	for _, a := range Actions() {
		order[a.Name] = a.Order
	}
	slices.SortFunc(p.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(order[a.Action], order[b.Action]), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region),
			cmp.Compare(a.Action, b.Action), cmp.Compare(a.Target, b.Target), cmp.Compare(a.ID, b.ID))
	})
	for i := range p.Changes {
		c := &p.Changes[i]
		slices.SortFunc(c.Why, func(a, b Reason) int { return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.ARN, b.ARN)) })
		c.Why = slices.Compact(c.Why)
		slices.Sort(c.Needs)
		c.Needs = slices.Compact(c.Needs)
	}
	for i := range p.ByHand {
		slices.Sort(p.ByHand[i].Targets)
		p.ByHand[i].Targets = slices.Compact(p.ByHand[i].Targets)
	}
	slices.SortFunc(p.ByHand, func(a, b ByHand) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.Action, b.Action), slices.Compare(a.Targets, b.Targets), cmp.Compare(a.Why, b.Why))
	})
}

// short is the beginning of a hash, enough to tell it from others.
func short(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	return hash
}
