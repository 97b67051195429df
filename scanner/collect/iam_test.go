package collect_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"holdfast/scanner/snapshot"
)

const allowAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a+b:*","Resource":"*"}]}`

// encoded is a document as IAM sends it: + stays a plus, a space becomes %20.
func encoded(document string) string { return html.EscapeString(url.PathEscape(document)) }

func inlinePolicy(name, document string) string {
	return "<member><PolicyName>" + name + "</PolicyName><PolicyDocument>" + document + "</PolicyDocument></member>"
}

func attachedPolicy(arn string) string {
	return "<member><PolicyName>" + arn[strings.LastIndex(arn, "/")+1:] + "</PolicyName><PolicyArn>" + arn + "</PolicyArn></member>"
}

func managedPolicy(arn string, attached int, document string) string {
	return "<member><Arn>" + arn + "</Arn><PolicyName>" + arn[strings.LastIndex(arn, "/")+1:] + "</PolicyName><AttachmentCount>" + string(rune('0'+attached)) +
		"</AttachmentCount><PermissionsBoundaryUsageCount>0</PermissionsBoundaryUsageCount><DefaultVersionId>v2</DefaultVersionId><PolicyVersionList>" +
		"<member><VersionId>v2</VersionId><IsDefaultVersion>true</IsDefaultVersion><Document>" + document + "</Document></member>" +
		"<member><VersionId>v1</VersionId><IsDefaultVersion>false</IsDefaultVersion><Document>" + encoded(`{"Statement":[]}`) + "</Document></member>" +
		"</PolicyVersionList></member>"
}

const (
	ownPolicy   = "arn:aws:iam::111122223333:policy/Own"
	readOnly    = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	lagging     = "arn:aws:iam::aws:policy/JustAttached"
	asBoundary  = "arn:aws:iam::aws:policy/PowerUserAccess"
	neverUsed   = "arn:aws:iam::aws:policy/service-role/NeverUsed"
	carolineARN = "arn:aws:iam::111122223333:user/ops/caroline"
)

// sweepPages is an account in two pages, in mixed order, as AWS sends it: a policy
// of AWS comes before the role that has it.
func sweepPages() (first, second string) {
	first = "<IsTruncated>true</IsTruncated><Marker>more</Marker>" +
		"<UserDetailList><member><Arn>" + carolineARN + "</Arn><UserName>caroline</UserName><Path>/ops/</Path><GroupList><member>zoo</member><member>ant</member></GroupList>" +
		"<UserPolicyList>" + inlinePolicy("own", encoded(allowAll)) + "</UserPolicyList>" +
		"<AttachedManagedPolicies>" + attachedPolicy(readOnly) + attachedPolicy(ownPolicy) + "</AttachedManagedPolicies>" +
		"<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>" + asBoundary + "</PermissionsBoundaryArn></PermissionsBoundary>" +
		"<Tags><member><Key>z</Key><Value>1</Value></member><member><Key>a</Key><Value>2</Value></member></Tags></member></UserDetailList>" +
		"<Policies>" + managedPolicy(lagging, 0, encoded(allowAll)) + managedPolicy(neverUsed, 0, encoded(allowAll)) + managedPolicy(asBoundary, 0, encoded(allowAll)) +
		managedPolicy(readOnly, 1, encoded(allowAll)) + "</Policies>"
	second = "<IsTruncated>false</IsTruncated><Marker>left over</Marker>" +
		"<RoleDetailList><member><Arn>arn:aws:iam::111122223333:role/Backup</Arn><RoleName>Backup</RoleName><Path>/</Path>" +
		"<AssumeRolePolicyDocument>" + html.EscapeString(`{"Statement":[{"Condition":{"StringLike":{"aws:x":"100%25"}}}]}`) + "</AssumeRolePolicyDocument>" +
		"<RolePolicyList>" + inlinePolicy("broken", encoded(`{"Statement":`)) + "</RolePolicyList>" +
		"<AttachedManagedPolicies>" + attachedPolicy(lagging) + "</AttachedManagedPolicies>" +
		"<RoleLastUsed><LastUsedDate>2026-02-01T10:00:00Z</LastUsedDate><Region>eu-west-1</Region></RoleLastUsed></member>" +
		"<member><Arn>arn:aws:iam::111122223333:role/Idle</Arn><RoleName>Idle</RoleName><RoleLastUsed/>" +
		"<AssumeRolePolicyDocument>" + encoded(`{"Statement":[]}`) + "</AssumeRolePolicyDocument></member></RoleDetailList>" +
		"<GroupDetailList><member><Arn>arn:aws:iam::111122223333:group/zoo</Arn><GroupName>zoo</GroupName></member></GroupDetailList>" +
		"<Policies>" + managedPolicy(ownPolicy, 0, encoded(allowAll)) + "</Policies>"
	return first, second
}

func iamFake(t *testing.T) (*fake, func() shard) {
	f, a, _ := newFake(t)
	first, second := sweepPages()
	f.handlers["GetAccountAuthorizationDetails"] = func(w http.ResponseWriter, r *http.Request) {
		form, _ := url.ParseQuery(peek(r))
		page := first
		if form.Get("Marker") == "more" {
			page = second
		}
		xmlAnswer("GetAccountAuthorizationDetails", page)(w, r)
	}
	f.handlers["GetAccountSummary"] = xmlAnswer("GetAccountSummary",
		"<SummaryMap><entry><key>AccountMFAEnabled</key><value>1</value></entry><entry><key>Users</key><value>0</value></entry></SummaryMap>")
	f.handlers["ListAccountAliases"] = xmlAnswer("ListAccountAliases", "<IsTruncated>false</IsTruncated><AccountAliases><member>acme</member></AccountAliases>")
	return f, func() shard { return collected(t, a, snapshot.Global) }
}

func TestSweepOfIAM(t *testing.T) {
	_, read := iamFake(t)
	s := read()
	if len(s.gaps) > 0 {
		t.Errorf("gaps %v", s.gaps)
	}
	var user *snapshot.IAMUser
	var policies []string
	roles := map[string]*snapshot.IAMRole{}
	var summary *snapshot.AccountSummary
	for _, r := range s.rows {
		switch {
		case r.IAMUser != nil:
			user = r.IAMUser
		case r.IAMRole != nil:
			roles[r.IAMRole.RoleName] = r.IAMRole
		case r.IAMPolicy != nil:
			policies = append(policies, r.IAMPolicy.Arn)
			if v := r.IAMPolicy.PolicyVersionList; len(v) != 2 || v[0].IsDefaultVersion || !v[1].IsDefaultVersion || string(v[1].Document) != allowAll {
				t.Errorf("versions of %s: %+v", r.IAMPolicy.Arn, v)
			}
		case r.AccountSummary != nil:
			summary = r.AccountSummary
		}
	}
	wantUser := &snapshot.IAMUser{
		Arn: carolineARN, UserName: "caroline", Path: "/ops/", GroupList: []string{"ant", "zoo"},
		UserPolicyList: []snapshot.PolicyDetail{{PolicyName: "own", PolicyDocument: snapshot.PolicyDocument{Document: json.RawMessage(allowAll)}}},
		AttachedManagedPolicies: []snapshot.AttachedPolicy{
			{PolicyName: "Own", PolicyArn: ownPolicy}, {PolicyName: "ReadOnlyAccess", PolicyArn: readOnly},
		},
		PermissionsBoundaryArn: asBoundary, Tags: []snapshot.Tag{{Key: "a", Value: "2"}, {Key: "z", Value: "1"}},
	}
	if diff := cmp.Diff(wantUser, user); diff != "" {
		t.Errorf("user (-want +got):\n%s", diff)
	}
	// Of AWS's own policies: the attached, the one whose count lags, the boundary.
	want := []string{ownPolicy, lagging, asBoundary, readOnly}
	slices.Sort(want)
	if diff := cmp.Diff(want, policies); diff != "" {
		t.Errorf("policies (-want +got):\n%s", diff)
	}
	backup := roles["Backup"]
	if got := string(backup.AssumeRolePolicyDocument.Document); !strings.Contains(got, "100%25") {
		t.Errorf("a trust policy that came plain is decoded: %s", got)
	}
	if got := backup.RolePolicyList[0]; got.Document != nil || got.Unreadable != `{"Statement":` {
		t.Errorf("an unreadable policy: %+v", got)
	}
	if u := backup.RoleLastUsed; u == nil || u.Region != "eu-west-1" || roles["Idle"].RoleLastUsed != nil {
		t.Errorf("last used: %+v and %+v", u, roles["Idle"].RoleLastUsed)
	}
	wantSummary := &snapshot.AccountSummary{SummaryMap: map[string]int64{"AccountMFAEnabled": 1, "Users": 0}, AccountAliases: []string{"acme"}}
	if diff := cmp.Diff(wantSummary, summary); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

// The second page is refused: the first stays, and the gap says that there is more.
func TestSweepOfIAMKeepsThePagesBeforeAGap(t *testing.T) {
	f, read := iamFake(t)
	first, _ := sweepPages()
	f.handlers["GetAccountAuthorizationDetails"] = inTurn(xmlAnswer("GetAccountAuthorizationDetails", first), xmlFailure(403, "AccessDenied"))
	s := read()
	if s.gapIDs() != "iam:GetAccountAuthorizationDetails" || s.gaps[0].Reason != snapshot.Denied {
		t.Errorf("gaps %+v", s.gaps)
	}
	users, policies := 0, 0
	for _, r := range s.rows {
		if r.IAMUser != nil {
			users++
		}
		if r.IAMPolicy != nil {
			policies++
		}
	}
	if users != 1 || policies != 2 { // attached, and the boundary
		t.Errorf("%d users, %d policies", users, policies)
	}
	f.handlers["GetAccountAuthorizationDetails"] = xmlAnswer("GetAccountAuthorizationDetails", "<IsTruncated>true</IsTruncated>")
	if s := read(); len(s.gaps) != 1 || s.gaps[0].Reason != snapshot.Unreadable {
		t.Errorf("more is said to come, but not where: gaps %+v", s.gaps)
	}
}
