package collect_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/snapshot"
)

// withOrganization answers as the management account sees its organization: a root
// with an account, a unit below it with another, and one that the tree has not yet.
func withOrganization(f *fake) {
	by := func(field string, answers map[string]string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			var in map[string]any
			json.Unmarshal([]byte(peek(r)), &in)
			value, _ := in[field].(string)
			body, ok := answers[value]
			if !ok {
				body = "{}"
			}
			answer(body)(w, r)
		}
	}
	f.handlers["DescribeOrganization"] = answer(`{"Organization":{"Id":"o-1","FeatureSet":"ALL","MasterAccountId":"111122223333"}}`)
	// Empty pages that are not the last are legal.
	f.handlers["ListAccounts"] = by("NextToken", map[string]string{
		"":  `{"Accounts":[],"NextToken":"2"}`,
		"2": `{"Accounts":[{"Id":"111122223333","Name":"main","State":"ACTIVE","Status":"ACTIVE","Email":"a@example.org"},{"Id":"444455556666","State":"SUSPENDED"}],"NextToken":"3"}`,
		"3": `{"Accounts":[{"Id":"777788889999","State":"ACTIVE"}]}`,
	})
	f.handlers["ListRoots"] = answer(`{"Roots":[{"Id":"r-1","Name":"Root","PolicyTypes":[{"Type":"SERVICE_CONTROL_POLICY","Status":"ENABLED"},{"Type":"BACKUP_POLICY","Status":"ENABLED"}]}]}`)
	f.handlers["ListAccountsForParent"] = by("ParentId", map[string]string{
		"r-1": `{"Accounts":[{"Id":"111122223333","Name":"main","State":"ACTIVE"}]}`, "ou-1": `{"Accounts":[{"Id":"444455556666","State":"SUSPENDED"}]}`,
	})
	f.handlers["ListOrganizationalUnitsForParent"] = by("ParentId", map[string]string{
		"r-1": `{"OrganizationalUnits":[{"Id":"ou-1","Name":"Prod"}]}`, "ou-1": `{"OrganizationalUnits":[{"Id":"ou-2","Name":"Deep"}]}`,
	})
	f.handlers["ListPolicies"] = by("Filter", map[string]string{
		"SERVICE_CONTROL_POLICY": `{"Policies":[{"Id":"p-full","Type":"SERVICE_CONTROL_POLICY","AwsManaged":true},{"Id":"p-guard","Type":"SERVICE_CONTROL_POLICY","Name":"guard"}]}`,
		"BACKUP_POLICY":          `{"Policies":[{"Id":"p-broken","Type":"BACKUP_POLICY"}]}`,
	})
	f.handlers["DescribePolicy"] = by("PolicyId", map[string]string{
		"p-full": `{"Policy":{"Content":"{\"Statement\":[]}"}}`, "p-guard": `{"Policy":{"Content":"{\"Statement\":[{\"Effect\":\"Deny\"}]}"}}`,
		"p-broken": `{"Policy":{"Content":"{plans:"}}`,
	})
	f.handlers["ListTargetsForPolicy"] = by("PolicyId", map[string]string{
		"p-guard": `{"Targets":[{"TargetId":"r-1","Type":"ROOT"},{"TargetId":"444455556666","Type":"ACCOUNT"}]}`,
	})
	f.handlers["ListDelegatedAdministrators"] = answer(`{"DelegatedAdministrators":[{"Id":"444455556666","State":"ACTIVE"}]}`)
	f.handlers["ListAccountsWithInvalidEffectivePolicy"] = answer(`{"Accounts":[{"Id":"444455556666"}]}`)
	f.handlers["ListEffectivePolicyValidationErrors"] = answer(`{"EffectivePolicyValidationErrors":[{"ErrorCode":"ELEMENTS_TOO_MANY","PathToError":"/plans"}]}`)
}

// kinds counts the rows of each kind.
func kinds(s shard) map[string]int {
	out := map[string]int{}
	for _, row := range s.rows {
		out[kindOf(row)]++
	}
	return out
}

func TestOrganizationAsItsManagementAccountSeesIt(t *testing.T) {
	f, a, _ := newFake(t)
	withOrganization(f)
	s := collected(t, a, snapshot.OrganizationShard)
	if len(s.gaps) > 0 {
		t.Errorf("gaps %v", s.gaps)
	}
	want := map[string]int{
		"Organization": 1, "OrganizationRoot": 1, "OrganizationalUnit": 2, "OrganizationAccount": 3, "OrganizationPolicy": 3,
		"DelegatedAdministrator": 1, "EffectivePolicyError": 1,
	}
	if diff := cmp.Diff(want, kinds(s)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if s.header.Region != snapshot.OrganizationShard || s.header.Account != account || !slices.Equal(s.header.Collectors, []string{"organizations"}) {
		t.Errorf("header %+v", s.header)
	}
	places := map[string]string{}
	for _, row := range s.rows {
		switch {
		case row.OrganizationAccount != nil:
			places[row.OrganizationAccount.Id] = row.OrganizationAccount.ParentId + " " + row.OrganizationAccount.State
		case row.OrganizationalUnit != nil:
			places[row.OrganizationalUnit.Id] = row.OrganizationalUnit.ParentId
		case row.OrganizationPolicy != nil:
			p := row.OrganizationPolicy
			var at []string
			for _, target := range p.Targets {
				at = append(at, target.TargetId)
			}
			places[p.Id] = strings.Join(at, ",") + string(p.Content.Document) + p.Content.Unreadable
		}
	}
	wantPlaces := map[string]string{
		"111122223333": "r-1 ACTIVE", "444455556666": "ou-1 SUSPENDED", "777788889999": " ACTIVE", "ou-1": "r-1", "ou-2": "ou-1",
		"p-full": `{"Statement":[]}`, "p-guard": `444455556666,r-1{"Statement":[{"Effect":"Deny"}]}`, "p-broken": "{plans:",
	}
	if diff := cmp.Diff(wantPlaces, places); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

// No organization is an answer: no row, no gap, nothing unread, and one call.
func TestAccountInNoOrganization(t *testing.T) {
	f, a, _ := newFake(t)
	f.handlers["DescribeOrganization"] = failure(400, "AWSOrganizationsNotInUseException")
	s := collected(t, a, snapshot.OrganizationShard)
	if len(s.rows)+len(s.gaps) > 0 || len(s.calls) != 1 || s.calls[0].Error != "AWSOrganizationsNotInUseException" {
		t.Errorf("rows %v, gaps %v, calls %v", s.rows, s.gaps, s.calls)
	}
}

// A member may not look at policies. That is a gap only where the organization is
// to be read; else it is written down, so that nobody takes it for no policies.
func TestWhatAnOrganizationRefuses(t *testing.T) {
	f, a, options := newFake(t)
	withOrganization(f)
	denied := failure(400, "AccessDeniedException")
	for _, operation := range []string{
		"ListAccounts", "ListRoots", "ListPolicies", "ListDelegatedAdministrators", "ListAccountsWithInvalidEffectivePolicy",
	} {
		f.handlers[operation] = denied
	}
	s := collected(t, a, snapshot.OrganizationShard)
	if diff := cmp.Diff(map[string]int{"Organization": 1, "Unread": 7}, kinds(s)); diff != "" || len(s.gaps) > 0 {
		t.Errorf("rows (-want +got):\n%s\ngaps %v", diff, s.gaps)
	}
	unread := map[string]bool{}
	for _, row := range s.rows {
		if u := row.Unread; u != nil {
			unread[u.ID()] = u.Reason == snapshot.Denied && u.Code == "AccessDeniedException"
			if c := s.call(u.ID()); c == nil || c.Error != u.Code {
				t.Errorf("%s: call %+v", u.ID(), c)
			}
		}
	}
	for _, id := range []string{"organizations:ListPolicies Filter=SERVICE_CONTROL_POLICY", "organizations:ListPolicies Filter=RESOURCE_CONTROL_POLICY", "organizations:ListRoots"} {
		if !unread[id] {
			t.Errorf("%s is not unread; those are %v", id, unread)
		}
	}
	options.Organization = true
	s = collected(t, again(a, options, f, t), snapshot.OrganizationShard)
	if len(s.gaps) != 7 || kinds(s)["Unread"] != 0 {
		t.Errorf("with the organization asked for: gaps %v, rows %v", s.gaps, kinds(s))
	}
}

func TestEffectiveBackupPolicy(t *testing.T) {
	f, a, _ := newFake(t)
	f.handlers["DescribeEffectivePolicy"] = answer(`{"EffectivePolicy":{"PolicyType":"BACKUP_POLICY","TargetId":"111122223333","PolicyContent":"{\"plans\":{}}"}}`)
	policy := func(s shard) *snapshot.EffectivePolicy {
		for _, row := range s.rows {
			if row.EffectivePolicy != nil {
				return row.EffectivePolicy
			}
		}
		return nil
	}
	s := collected(t, a, snapshot.Global)
	want := &snapshot.EffectivePolicy{PolicyType: "BACKUP_POLICY", TargetId: account, PolicyContent: snapshot.PolicyDocument{Document: json.RawMessage(`{"plans":{}}`)}}
	if diff := cmp.Diff(want, policy(s)); diff != "" || len(s.gaps) > 0 {
		t.Errorf("policy (-want +got):\n%s\ngaps %v", diff, s.gaps)
	}
	for _, code := range []string{"EffectivePolicyNotFoundException", "AWSOrganizationsNotInUseException"} {
		f.handlers["DescribeEffectivePolicy"] = failure(400, code)
		if s := collected(t, a, snapshot.Global); len(s.gaps) > 0 || policy(s) != nil {
			t.Errorf("%s: gaps %v", code, s.gaps)
		}
	}
	f.handlers["DescribeEffectivePolicy"] = failure(400, "AccessDeniedException")
	if s := collected(t, a, snapshot.Global); s.gapIDs() != "organizations:DescribeEffectivePolicy PolicyType=BACKUP_POLICY" {
		t.Errorf("gaps %q", s.gapIDs())
	}
}
