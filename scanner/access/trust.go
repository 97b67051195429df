package access

import (
	"encoding/json"
	"slices"
	"strings"

	"holdfast/scanner/snapshot"
)

// Trusted is whom a role's trust policy names with Allow, whatever its conditions.
type Trusted struct {
	Services []string // "backup.amazonaws.com"
	// Principals are accounts, users, roles and sessions as they stand there; "*"
	// is anybody.
	Principals []string
	Federated  []string // identity providers
	Tags       bool     // it lets sessions bring tags
	// Unread: the policy is not one that can be read, and may name anybody.
	Unread bool
}

// Only says whether the role trusts that service alone.
func (t Trusted) Only(service string) bool {
	return !t.Unread && len(t.Principals) == 0 && len(t.Federated) == 0 && slices.Equal(t.Services, []string{service})
}

// OnlyServices says whether no people can come into the role by its trust policy.
func (t Trusted) OnlyServices() bool {
	return !t.Unread && len(t.Principals) == 0 && len(t.Federated) == 0
}

// trustedBy reads whom a trust policy names. The engine decides who may really
// assume the role; this tells what the role is there for.
func trustedBy(d snapshot.PolicyDocument) Trusted {
	var policy struct {
		Statement oneOrMany[struct {
			Effect       string
			Action       oneOrMany[string]
			NotAction    json.RawMessage
			Principal    json.RawMessage
			NotPrincipal json.RawMessage
		}]
	}
	if json.Unmarshal(d.Document, &policy) != nil {
		return Trusted{Unread: true, Tags: true}
	}
	var t Trusted
	for _, s := range policy.Statement {
		if s.Effect != "Allow" {
			continue
		}
		if s.NotPrincipal != nil || s.NotAction != nil || !t.add(s.Principal) {
			t.Unread = true
		}
		t.Tags = t.Tags || s.NotAction != nil || slices.ContainsFunc(s.Action, func(action string) bool {
			action = strings.ToLower(action)
			return action == "sts:tagsession" || strings.ContainsAny(action, "*?")
		})
	}
	for _, list := range []*[]string{&t.Services, &t.Principals, &t.Federated} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return t
}

// add takes a Principal element; false where it is none.
func (t *Trusted) add(principal json.RawMessage) bool {
	var everyone string
	if json.Unmarshal(principal, &everyone) == nil {
		t.Principals = append(t.Principals, everyone)
		return true
	}
	var named map[string]oneOrMany[string]
	if json.Unmarshal(principal, &named) != nil {
		return false
	}
	for kind, list := range named {
		switch kind {
		case "Service":
			t.Services = append(t.Services, list...)
		case "Federated":
			t.Federated = append(t.Federated, list...)
		default:
			t.Principals = append(t.Principals, list...)
		}
	}
	return true
}

// oneOrMany is a list that may be written as its only element.
type oneOrMany[T any] []T

func (l *oneOrMany[T]) UnmarshalJSON(text []byte) error {
	var many []T
	if json.Unmarshal(text, &many) == nil {
		*l = many
		return nil
	}
	var one T
	if err := json.Unmarshal(text, &one); err != nil {
		return err
	}
	*l = []T{one}
	return nil
}
