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

	"github.com/aws/aws-sdk-go-v2/aws"
	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"holdfast/internal/awssim"
	"holdfast/scanner"
	"holdfast/scanner/snapshot"
)

// A policy is what `holdfast iam-policy read` prints.
type policy struct {
	text    string
	actions []string
}

func printed(t *testing.T) policy {
	t.Helper()
	out, err := exec.Command(os.Getenv("HOLDFAST_BINARY"), "iam-policy", "read").Output()
	if err != nil {
		t.Fatal("HOLDFAST_BINARY iam-policy read: ", err)
	}
	p := policy{text: string(out)}
	var document struct{ Statement []struct{ Action []string } }
	if err := json.Unmarshal(out, &document); err != nil {
		t.Fatal(err)
	}
	for _, s := range document.Statement {
		p.actions = append(p.actions, s.Action...)
	}
	if len(p.actions) < 50 {
		t.Fatalf("the policy has %d actions", len(p.actions))
	}
	return p
}

// without is the same policy but for some actions.
func (p policy) without(t *testing.T, actions ...string) string {
	t.Helper()
	var document struct {
		Version   string
		Statement []map[string]any
	}
	if err := json.Unmarshal([]byte(p.text), &document); err != nil {
		t.Fatal(err)
	}
	for _, s := range document.Statement {
		s["Action"] = slices.DeleteFunc(s["Action"].([]any), func(a any) bool { return slices.Contains(actions, a.(string)) })
		if len(s["Action"].([]any)) == 0 {
			s["Action"] = []string{"none:AtAll"}
		}
	}
	out, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// Tags of tables come from tag:GetResources, or where that is refused from
// dynamodb:ListTagsOfResource: only without both is something missing.
const (
	allTags   = "tag:GetResources"
	tableTags = "dynamodb:ListTagsOfResource"
)

// dropped are the actions that are taken away for one of them to be missed.
func dropped(action string) []string {
	if action == tableTags {
		return []string{tableTags, allTags}
	}
	return []string{action}
}

// underMoto are the services whose signatures and policies moto checks as AWS does.
var underMoto = []string{"dynamodb", "iam", "organizations", "sts", "tag"}

// TestMotoGrantsWhatThePolicySays scans moto, which checks signatures and IAM
// policies, as users that have the shipped policy, whole or without one action, and
// through a role that has it.
func TestMotoGrantsWhatThePolicySays(t *testing.T) {
	conformance(t)
	peer := startMoto(t)
	read := printed(t)
	credentials(t, "AKIACONFORMANCE00001", "secret")
	peer.bucket(t, "trail-logs")
	seed(t, peer.url, "CreateBackupSelection", "PutMetricAlarm")
	s := newScans(t, peer.url, "{}")
	free := s.scan(t) // nothing is checked yet
	whole := peer.user(t, "whole", read.text)
	users := map[string]accessKey{}
	for _, action := range read.actions {
		if slices.Contains(underMoto, serviceOf(action)) && (free.asked[action] || action == tableTags) {
			users[action] = peer.user(t, strings.ReplaceAll(action, ":", "-"), read.without(t, dropped(action)...))
		}
	}
	peer.role(t, "Scanned", read.text, "hub", "outsider")
	hub := peer.user(t, "hub", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`)
	outsider := peer.user(t, "outsider", read.text)
	peer.enforce(t)

	credentials(t, whole.AccessKeyId, whole.SecretAccessKey)
	granted := s.scan(t)
	suffices := func(got scan) {
		t.Helper()
		if freely, gaps := ids(of(free.gaps, underMoto)), ids(of(got.gaps, underMoto)); !slices.Equal(freely, gaps) {
			t.Errorf("with the whole policy the gaps are %v, without any check %v", gaps, freely)
		}
	}
	suffices(granted)
	for action, key := range users {
		t.Run(action, func(t *testing.T) {
			credentials(t, key.AccessKeyId, key.SecretAccessKey)
			if named, _ := checkDropped(t, action, granted, s.scan(t)); !named && action != allTags {
				t.Error("no gap names it")
			}
		})
	}
	s.job.AWS.RoleARN = "arn:aws:iam::123456789012:role/Scanned"
	credentials(t, hub.AccessKeyId, hub.SecretAccessKey)
	suffices(s.scan(t))
	credentials(t, outsider.AccessKeyId, outsider.SecretAccessKey)
	if _, _, err := scanner.Scan(t.Context(), s.job); err == nil || !strings.Contains(err.Error(), "AssumeRole") {
		t.Errorf("without sts:AssumeRole the scan ends with %v, want an error that names it", err)
	}
	if t.Failed() {
		return
	}
	t.Logf("the policy suffices for %s, also through a role; without any of %d actions there is a gap, without sts:AssumeRole an error, and no verdict turns",
		strings.Join(underMoto, ", "), len(users))
}

func ids(gaps []snapshot.Gap) []string {
	var out []string
	for _, gap := range gaps {
		out = append(out, gap.ID())
	}
	slices.Sort(out)
	return out
}

// TestSimulatorGrantsWhatThePolicySays does the same at the simulator, for every
// action: in two scenarios which together have something that each is asked about.
func TestSimulatorGrantsWhatThePolicySays(t *testing.T) {
	conformance(t)
	everything, err := os.ReadFile("../internal/awssim/testdata/everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	read := printed(t)
	named, unknown := map[string]bool{}, 0
	for name, scenario := range map[string][]byte{"everything": everything, "demo": awssim.Demo} {
		sim, admin := guarded(t, scenario)
		s := newScans(t, sim.URL, "{}")
		s.job.Regions = nil
		put := func(document string) {
			t.Helper()
			if _, err := admin.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
				UserName: aws.String("scanner"), PolicyName: aws.String("read"), PolicyDocument: &document}); err != nil {
				t.Fatal(err)
			}
		}
		put(read.text)
		granted := s.scan(t)
		if len(granted.gaps) > refusedAnyway[name] {
			t.Errorf("%s: with the whole policy there are gaps: %+v", name, granted.gaps)
		}
		for _, action := range read.actions {
			put(read.without(t, dropped(action)...))
			t.Run(name+"/"+action, func(t *testing.T) {
				found, more := checkDropped(t, action, granted, s.scan(t))
				named[action] = named[action] || found
				unknown += more
			})
		}
	}
	for _, action := range read.actions {
		if !named[action] && action != allTags {
			t.Errorf("without %s no gap names it", action)
		}
	}
	if unknown == 0 {
		t.Error("nothing became unknown: the comparison proves nothing")
	}
	if t.Failed() {
		return
	}
	t.Logf("the policy suffices; without any of %d actions a gap names it, %d verdicts become unknown, and none turns", len(read.actions)-1, unknown)
}

// refusedAnyway counts the gaps that a scenario has whoever asks: a vault whose own
// policy refuses to say what it holds.
var refusedAnyway = map[string]int{"everything": 1}

// guarded is a scenario whose policies are enforced, with a user scanner that this
// test's scans ask as, and a client of an administrator.
func guarded(t *testing.T, data []byte) (*awssim.Server, *iam.Client) {
	t.Helper()
	scenario, err := awssim.ParseScenario(data)
	if err != nil {
		t.Fatal(err)
	}
	first := &scenario.Accounts[0]
	first.AccessKeys = []awssim.KeyScenario{{ID: "AKIASCANNER", User: "scanner"}, {ID: "AKIAADMIN", User: "administrator"}}
	first.IAM.Users = append(first.IAM.Users,
		awssim.UserScenario{IdentityScenario: awssim.IdentityScenario{Name: "scanner"}},
		awssim.UserScenario{IdentityScenario: awssim.IdentityScenario{Name: "administrator", Attached: []string{"aws/AdministratorAccess"}}})
	sim, err := awssim.New(scenario)
	if err != nil {
		t.Fatal(err)
	}
	sim.EnforceIAM()
	server := awssim.Start(sim)
	t.Cleanup(server.Close)
	credentials(t, "AKIASCANNER", "secret")
	return server, iam.NewFromConfig(aws.Config{Region: region, BaseEndpoint: &server.URL,
		Credentials: awscredentials.NewStaticCredentialsProvider("AKIAADMIN", "secret", "")})
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

// user makes an IAM user with that policy, and a key.
func (m moto) user(t *testing.T, name, policy string) accessKey {
	t.Helper()
	m.iam(t, url.Values{"Action": {"CreateUser"}, "UserName": {name}})
	m.iam(t, url.Values{"Action": {"PutUserPolicy"}, "UserName": {name}, "PolicyName": {"read"}, "PolicyDocument": {policy}})
	answer := m.iam(t, url.Values{"Action": {"CreateAccessKey"}, "UserName": {name}})
	var made struct {
		Key accessKey `xml:"CreateAccessKeyResult>AccessKey"`
	}
	if err := xml.Unmarshal(answer, &made); err != nil || made.Key.AccessKeyId == "" {
		t.Fatalf("CreateAccessKey: %v: %s", err, answer)
	}
	return made.Key
}

// role makes an IAM role with that policy, that some users may assume as far as it goes.
func (m moto) role(t *testing.T, name, policy string, users ...string) {
	t.Helper()
	for i, user := range users {
		users[i] = `"arn:aws:iam::123456789012:user/` + user + `"`
	}
	m.iam(t, url.Values{"Action": {"CreateRole"}, "RoleName": {name}, "AssumeRolePolicyDocument": {
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":[` + strings.Join(users, ",") + `]},"Action":"sts:AssumeRole"}]}`}})
	m.iam(t, url.Values{"Action": {"PutRolePolicy"}, "RoleName": {name}, "PolicyName": {"read"}, "PolicyDocument": {policy}})
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
