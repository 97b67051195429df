package authz_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"io"
	"os"
	"strings"
	"testing"

	"holdfast/scanner/authz"
)

var vectorFiles = flag.String("vectors", "testdata/iam-vectors-dev.jsonl.gz,testdata/iam-edge-cases.jsonl.gz",
	"files of vectors to decide, comma-separated, plain or .gz")

// A vector is a request with its policies and the outcome that is expected.
type vector struct {
	ID, Certainty string
	Principal     struct {
		ARN, Type string
		Tags      map[string]string
	}
	IdentityPolicies                                  []json.RawMessage
	PermissionBoundary, SessionPolicy, ResourcePolicy json.RawMessage
	SCPs, RCPs                                        [][]json.RawMessage
	Request                                           struct {
		Action, Resource, ResourceAccount string
		Context                           authz.Context
	}
	Expected, Reason string
}

var principalTypes = map[string]authz.PrincipalType{
	"user": authz.User, "role": authz.Role, "assumed-role": authz.AssumedRole, "federated-user": authz.FederatedUser,
	"root": authz.Root,
}

// request builds the request that a vector describes.
func (v *vector) request(t testing.TB, library *authz.Library) *authz.Request {
	t.Helper()
	kind, ok := principalTypes[v.Principal.Type]
	if !ok {
		t.Fatalf("%s: unknown type of principal %q", v.ID, v.Principal.Type)
	}
	layer := func(kind authz.Kind, documents ...json.RawMessage) authz.Layer {
		var l authz.Layer
		for _, text := range documents {
			library.Add(&l, kind, "policy", text)
		}
		if len(l.Unread) > 0 {
			t.Fatalf("%s: %q", v.ID, l.Unread)
		}
		return l
	}
	optional := func(kind authz.Kind, document json.RawMessage) *authz.Layer {
		if len(document) == 0 || string(document) == "null" {
			return nil
		}
		l := layer(kind, document)
		return &l
	}
	p := &authz.Principal{
		Type: kind, ARN: v.Principal.ARN, Tags: v.Principal.Tags,
		Identity: layer(authz.Identity, v.IdentityPolicies...),
		Boundary: optional(authz.Identity, v.PermissionBoundary),
		Session:  optional(authz.Identity, v.SessionPolicy),
	}
	if behind := v.Request.Context.Get("aws:PrincipalArn"); kind == authz.AssumedRole && behind.Present() {
		p.Behind = behind.Texts()[0]
	}
	r := &authz.Resource{ARN: v.Request.Resource, Account: v.Request.ResourceAccount, Policy: optional(authz.ResourcePolicy, v.ResourcePolicy)}
	for _, level := range v.SCPs {
		p.SCPs = append(p.SCPs, layer(authz.SCP, level...))
	}
	for _, level := range v.RCPs {
		r.RCPs = append(r.RCPs, layer(authz.RCP, level...))
	}
	return &authz.Request{Principal: p, Action: v.Request.Action, Resource: r, Context: v.Request.Context}
}

func readVectors(t testing.TB, file string) []*vector {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(file, ".gz") {
		unzipped, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if raw, err = io.ReadAll(unzipped); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	var vectors []*vector
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		v := &vector{}
		if err := json.Unmarshal(lines.Bytes(), v); err != nil {
			t.Fatalf("%s, line %d: %v", file, len(vectors)+1, err)
		}
		vectors = append(vectors, v)
	}
	if lines.Err() != nil || len(vectors) == 0 {
		t.Fatalf("%s: %d vectors, %v", file, len(vectors), lines.Err())
	}
	return vectors
}

// Each vector is decided as expected, and what is not sure is said.
func TestVectors(t *testing.T) {
	for _, file := range strings.Split(*vectorFiles, ",") {
		var library authz.Library
		decided, unsure := map[authz.Outcome]int{}, map[string]int{}
		for _, v := range readVectors(t, file) {
			request := v.request(t, &library)
			got := request.Decide()
			decided[got.Outcome]++
			x := request.Explain()
			if got.Outcome.String() != v.Expected {
				t.Errorf("%s: got %s, want %s; %s; doubts %q", v.ID, got.Outcome, v.Expected, v.Reason, x.Doubts)
			}
			if !got.Sure && v.Certainty != "ambiguous" {
				for _, reason := range x.Doubts {
					unsure[reason[strings.LastIndex(reason, ": ")+2:]]++
				}
			}
			if x.Decision != got || got.Sure != (len(x.Doubts) == 0) {
				t.Errorf("%s: decided %+v, explained %+v", v.ID, got, x)
			}
		}
		t.Logf("%s: %v; not sure: %v", file, decided, unsure)
	}
}
