package evaluate_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"holdfast/config"
	"holdfast/scanner/evaluate"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// written is findings.jsonl of an evaluation.
func written(t testing.TB, p *evaluate.Policy, s evaluate.Settings, subjects []*facts.Subject) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := finding.NewWriter(&out, finding.Header{Rules: p.Rules()})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Evaluate(context.Background(), all(sorted(subjects)), s, w.Write); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The cache and the narrowed input change nothing, and neither does the number
// of workers, or whether the subjects are kept or read twice.
func TestCacheIsInvisible(t *testing.T) {
	policy := shipped(t)
	random := rand.New(rand.NewPCG(7, 7))
	subjects := append(bigAccount(1500), oddities(random, 700)...)
	settings := evaluate.Settings{Config: everything(t), Now: collected, Parallel: 1, NoCache: true}
	want := written(t, policy, settings, subjects)
	for _, parallel := range []int{1, 3} {
		settings.NoCache, settings.Parallel, settings.Keep = false, parallel, parallel*1000
		got := written(t, policy, settings, subjects)
		if !bytes.Equal(got, want) {
			t.Fatalf("with %d workers, cached: %s", parallel, firstDifference(got, want))
		}
	}
}

func firstDifference(got, want []byte) string {
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(g), len(w)) {
		if !bytes.Equal(g[i], w[i]) {
			return "\ngot  " + string(g[i]) + "\nwant " + string(w[i])
		}
	}
	return "another number of lines"
}

// everything turns every rule on, with scopes in which parameters differ.
func everything(t testing.TB) *config.Config {
	return configured(t, `
rules:
  "*": on
scopes:
  - {name: even, match: {tags: {team: ["team-*2", "team-*4"]}}, rpo_hours: 12, mechanisms: [plan, on_demand]}
  - {name: external, match: {tags: {team: "team-7"}}, mechanisms: [external]}
`)
}

// oddities are subjects of all kinds whose facts are random, absent ones
// included: values that rules compare with are likely.
func oddities(random *rand.Rand, n int) (subjects []*facts.Subject) {
	for i := range n {
		s := &facts.Subject{Account: account, Region: region, Name: itoa(i)}
		switch i % 9 {
		case 0:
			s.Kind, s.Backup = facts.KindBackup, &facts.Backup{}
		case 1:
			s.Kind, s.PlanRule = facts.KindPlanRule, &facts.PlanRule{}
		case 2:
			s.Kind, s.RegionOf = facts.KindRegion, &facts.Region{}
		case 5:
			s.Kind, s.Selection = facts.KindSelection, &facts.Selection{}
		case 4:
			s.Kind, s.AccountOf = facts.KindAccount, &facts.Account{}
		case 3:
			s.Kind, s.Vault = facts.KindVault, &facts.Vault{}
		default:
			s.Kind, s.Table = facts.KindTable, &facts.Table{}
		}
		s.ARN = "arn:odd:" + s.Kind + ":" + s.Name
		scramble(random, reflect.ValueOf(s.Facts()).Elem())
		if i%5 == 0 {
			s.Gaps = []facts.Hidden{{Path: []string{"pitr", "Tags", "coverage.fires", "schedule", "vault"}[random.IntN(5)], Call: "x:Y", Reason: "denied"}}
		}
		subjects = append(subjects, s)
	}
	return subjects
}

var words = []string{"", "yes", "ambiguous", "ENABLED", "DISABLED", "ACTIVE", "CREATING", "none", "governance", "grace", "compliance", "air_gapped", "COMPLETED", "WARM", "team", "team-7"}

var numbers = []int{-1, 0, 1, 6, 7, 12, 23, 24, 25, 30, 31, 35, 36, 37, 89, 90, 91, 121, 122, 365, 366, 367, 1439, 1440, 1441, 10080, 50000}

func scramble(random *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if random.IntN(4) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			scramble(random, v.Elem())
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(collected.Add(-time.Duration(random.IntN(1000)) * time.Hour)))
			return
		}
		for i := range v.NumField() {
			scramble(random, v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), random.IntN(3), 3))
		for i := range v.Len() {
			scramble(random, v.Index(i))
		}
	case reflect.Bool:
		v.SetBool(random.IntN(2) == 0)
	case reflect.Int:
		v.SetInt(int64(numbers[random.IntN(len(numbers))]))
	case reflect.String:
		v.SetString(words[random.IntN(len(words))])
	}
}

// Hiding anything turns no pass into a fail and no fail into a pass, whatever
// with_gaps says: what is behind the gap may be anything.
func TestHidingAFactFlipsNothing(t *testing.T) {
	policy := shipped(t)
	settings := evaluate.Settings{Config: everything(t), Now: collected}
	random := rand.New(rand.NewPCG(3, 3))
	subjects := append(bigAccount(15), oddities(random, 49)...)
	before := byKey(t, policy, settings, subjects)
	seen := map[finding.Status]int{}
	for _, at := range append(factPaths(), "") {
		var hidden []*facts.Subject
		for _, s := range subjects {
			h := *s
			h.Gaps = []facts.Hidden{{Path: at, Call: "x:Y", Reason: "denied"}}
			hidden = append(hidden, &h)
		}
		for key, f := range byKey(t, policy, settings, hidden) {
			was := before[key]
			if was == nil {
				t.Fatalf("hiding %q makes %s appear", at, key)
			}
			seen[f.Status]++
			if f.Status == finding.Pass && was.Status == finding.Fail || f.Status == finding.Fail && was.Status == finding.Pass {
				t.Errorf("hiding %q turns %s from %s into %s", at, key, was.Status, f.Status)
			}
			if at == "" && f.Status != finding.Unknown {
				t.Errorf("hiding everything leaves %s %s", key, f.Status)
			}
		}
	}
	if seen[finding.Unknown] == 0 || seen[finding.Pass] == 0 || seen[finding.Fail] == 0 {
		t.Errorf("the test sees nothing: %v", seen)
	}
}

func byKey(t testing.TB, p *evaluate.Policy, s evaluate.Settings, subjects []*facts.Subject) map[string]*finding.Finding {
	t.Helper()
	found, err := findings(p, s, subjects...)
	if err != nil {
		t.Fatal(err)
	}
	keyed := map[string]*finding.Finding{}
	for _, f := range found {
		keyed[f.Rule+" "+f.ARN] = f
	}
	return keyed
}

// factPaths are the first two levels of all kinds of facts.
func factPaths() (paths []string) {
	for _, document := range []any{facts.Backup{}, facts.PlanRule{}, facts.Region{}, facts.Table{}, facts.Vault{}} {
		t := reflect.TypeOf(document)
		for i := range t.NumField() {
			name := jsonName(t.Field(i))
			paths = append(paths, name)
			inner := t.Field(i).Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct && inner != reflect.TypeFor[time.Time]() {
				for j := range inner.NumField() {
					paths = append(paths, name+"."+jsonName(inner.Field(j)))
				}
			}
		}
	}
	return paths
}
