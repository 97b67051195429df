package conformance_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"holdfast/internal/awssim"
	"holdfast/scanner/snapshot"
)

// readActions are those that `holdfast iam-policy read` prints.
func readActions(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command(os.Getenv("HOLDFAST_BINARY"), "iam-policy", "read").Output()
	if err != nil {
		t.Fatal("HOLDFAST_BINARY iam-policy read: ", err)
	}
	var policy struct{ Statement []struct{ Action []string } }
	if err := json.Unmarshal(out, &policy); err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, s := range policy.Statement {
		actions = append(actions, s.Action...)
	}
	if len(actions) < 10 {
		t.Fatalf("the policy has %d actions", len(actions))
	}
	return actions
}

// Tags of tables come from tag:GetResources, or where that is refused from
// dynamodb:ListTagsOfResource: only without both is something missing.
const (
	allTags   = "tag:GetResources"
	tableTags = "dynamodb:ListTagsOfResource"
)

// drops are the actions that are taken away together, by the one that a gap then
// has to name; for allTags alone it is none.
func drops(actions []string) map[string][]string {
	all := map[string][]string{}
	for _, action := range actions {
		all[action] = []string{action}
	}
	all[tableTags] = []string{tableTags, allTags}
	return all
}

// underMoto are the services whose signatures and policies moto checks as AWS does.
var underMoto = []string{"dynamodb", "iam", "organizations", "tag"}

// TestMotoGrantsWhatThePolicySays scans moto, which checks signatures and IAM
// policies, as users that have the shipped policy, whole or without one action.
func TestMotoGrantsWhatThePolicySays(t *testing.T) {
	conformance(t)
	peer := startMoto(t)
	actions := readActions(t)
	credentials(t, "AKIACONFORMANCE00001", "secret")
	seed(t, peer.url, "CreateBackupSelection")
	s := newScans(t, peer.url, "{}")
	free := s.scan(t) // nothing is checked yet
	whole := peer.user(t, "whole", actions)
	users := map[string]accessKey{}
	for action, dropped := range drops(actions) {
		if slices.Contains(underMoto, serviceOf(action)) && (free.asked[action] || action == tableTags) {
			left := slices.DeleteFunc(slices.Clone(actions), func(a string) bool { return slices.Contains(dropped, a) })
			users[action] = peer.user(t, strings.ReplaceAll(action, ":", "-"), left)
		}
	}
	peer.enforce(t)

	credentials(t, whole.AccessKeyId, whole.SecretAccessKey)
	granted := s.scan(t)
	if freely, gaps := ids(of(free.gaps, underMoto)), ids(of(granted.gaps, underMoto)); !slices.Equal(freely, gaps) {
		t.Errorf("with the whole policy the gaps are %v, without any check %v", gaps, freely)
	}
	for action, key := range users {
		t.Run(action, func(t *testing.T) {
			credentials(t, key.AccessKeyId, key.SecretAccessKey)
			if named, _ := checkDropped(t, action, granted, s.scan(t)); !named && action != allTags {
				t.Error("no gap names it")
			}
		})
	}
	if t.Failed() {
		return
	}
	t.Logf("the policy suffices for %s; without any of %d actions there is a gap, and no verdict turns", strings.Join(underMoto, ", "), len(users))
}

func ids(gaps []snapshot.Gap) []string {
	var out []string
	for _, gap := range gaps {
		out = append(out, gap.ID())
	}
	slices.Sort(out)
	return out
}

// TestSimulatorDeniesEachAction drops each action of the policy at the simulator,
// in two scenarios which together have something that each is asked about.
func TestSimulatorDeniesEachAction(t *testing.T) {
	conformance(t)
	everything, err := os.ReadFile("../internal/awssim/testdata/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	actions := readActions(t)
	named, unknown := map[string]bool{}, 0
	for key, scenario := range map[string][]byte{"AKIAONE": everything, "AKIAHOLDFASTDEMO0001": awssim.Demo} {
		sim, err := awssim.Load(scenario)
		if err != nil {
			t.Fatal(err)
		}
		server := awssim.Start(sim)
		defer server.Close()
		credentials(t, key, "secret")
		s := newScans(t, server.URL, "{}")
		s.job.Regions = nil
		granted := s.scan(t)
		for action, dropped := range drops(actions) {
			sim.Faults.Clear()
			for _, operation := range dropped {
				sim.Faults.Add(awssim.Fault{Kind: "denied-json", Operation: operation})
			}
			t.Run(key+"/"+action, func(t *testing.T) {
				found, more := checkDropped(t, action, granted, s.scan(t))
				named[action] = named[action] || found
				unknown += more
			})
		}
	}
	untried := 0
	for _, action := range actions {
		switch {
		case named[action] || action == allTags:
		case slices.Contains(compared, serviceOf(action)):
			t.Errorf("without %s no gap names it", action)
		default:
			untried++
		}
	}
	if unknown == 0 {
		t.Error("nothing became unknown: the comparison proves nothing")
	}
	if t.Failed() {
		return
	}
	t.Logf("without any of %d actions a gap names it; %d verdicts become unknown, none turns; %d actions of services that the simulator does not play",
		len(actions)-untried, unknown, untried)
}

// checkDropped holds that other questions have their answers without an action,
// and that nothing but "unknown" comes of it. It says whether a gap names the
// action, and how many verdicts are unknown.
func checkDropped(t *testing.T, action string, granted, dropped scan) (named bool, unknown int) {
	t.Helper()
	before := map[string]bool{}
	for _, gap := range granted.gaps {
		before[gap.ID()] = true
	}
	for _, gap := range dropped.gaps {
		switch {
		case gap.Operation == action && gap.Reason == snapshot.Denied:
			named = true
		case !before[gap.ID()] && gap.Operation != allTags:
			t.Errorf("another gap: %+v", gap)
		}
	}
	for subject, status := range dropped.verdicts {
		if granted.verdicts[subject] == "" && status == "pass" {
			t.Errorf("%s passes, and was not there before", subject)
		}
	}
	unknown = checkNoFlip(t, granted.verdicts, dropped.verdicts)
	if action == allTags && (named || unknown > 0) {
		t.Errorf("%d verdicts are unknown, though %s stands in", unknown, tableTags)
	}
	return named, unknown
}

type accessKey struct{ AccessKeyId, SecretAccessKey string }

// user makes an IAM user with those actions, and a key.
func (m moto) user(t *testing.T, name string, actions []string) accessKey {
	t.Helper()
	policy, err := json.Marshal(map[string]any{"Version": "2012-10-17",
		"Statement": []any{map[string]any{"Effect": "Allow", "Action": actions, "Resource": "*"}}})
	if err != nil {
		t.Fatal(err)
	}
	m.iam(t, url.Values{"Action": {"CreateUser"}, "UserName": {name}})
	m.iam(t, url.Values{"Action": {"PutUserPolicy"}, "UserName": {name}, "PolicyName": {"read"}, "PolicyDocument": {string(policy)}})
	answer := m.iam(t, url.Values{"Action": {"CreateAccessKey"}, "UserName": {name}})
	var made struct {
		Key accessKey `xml:"CreateAccessKeyResult>AccessKey"`
	}
	if err := xml.Unmarshal(answer, &made); err != nil || made.Key.AccessKeyId == "" {
		t.Fatalf("CreateAccessKey: %v: %s", err, answer)
	}
	return made.Key
}

// iam calls IAM while signatures are not checked yet.
func (m moto) iam(t *testing.T, form url.Values) []byte {
	t.Helper()
	form.Set("Version", "2010-05-08")
	request, err := http.NewRequest(http.MethodPost, m.url, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIACONFORMANCE00001/20261122/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0")
	return m.send(t, request)
}

// enforce makes moto check every signature and policy from now on.
func (m moto) enforce(t *testing.T) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, m.url+"/moto-api/reset-auth", strings.NewReader("0"))
	if err != nil {
		t.Fatal(err)
	}
	m.send(t, request)
}

func (m moto) send(t *testing.T, request *http.Request) []byte {
	t.Helper()
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v: %s", request.URL, answer.Status, err, body)
	}
	return body
}
