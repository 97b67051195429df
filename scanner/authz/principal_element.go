package authz

import "strings"

// A principalSet is the Principal or NotPrincipal of a statement. Statements of
// identity policies and SCPs have none and speak of whoever they are attached to.
type principalSet struct {
	absent   bool
	negated  bool
	everyone bool // "*"
	accounts []string
	arns     []principalARN
	services []string
}

type principalARN struct {
	text    string
	account string
	kind    principalKind
	role    string // name, in lower case, of the role or of the session's role
	session string // the name of the session
}

type principalKind uint8

const (
	otherARN principalKind = iota
	roleARN
	sessionARN
)

// A grant is how strongly a Principal element names a caller: as itself or
// everyone, by the role or user behind it, or by its account. What a boundary or a
// session policy fails to allow takes nothing from the first; the last one only
// lets the account's own policies decide.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-id-rdp.html
type grant struct {
	direct, behind, account truth
}

func (g grant) any() truth { return max(g.direct, g.behind, g.account) }

func (g grant) sure() bool { return g.direct.sure() && g.behind.sure() && g.account.sure() }

func (g grant) join(other grant) grant {
	return grant{max(g.direct, other.direct), max(g.behind, other.behind), max(g.account, other.account)}
}

// limit keeps of the grant what the rest of the statement leaves.
func (g grant) limit(t truth) grant {
	return grant{min(g.direct, t), min(g.behind, t), min(g.account, t)}
}

func (s *principalSet) add(text string) {
	switch {
	case text == "*":
		s.everyone = true
	case accountID(text):
		s.accounts = append(s.accounts, text)
	default:
		fields, ok := splitARN(text)
		if !ok {
			return // the id of a deleted user or role, which is nobody
		}
		if fields[2] == "iam" && fields[5] == "root" {
			s.accounts = append(s.accounts, fields[4])
			return
		}
		p := principalARN{text: text, account: fields[4]}
		rest, isRole := strings.CutPrefix(fields[5], "role/")
		session, isSession := strings.CutPrefix(fields[5], "assumed-role/")
		switch {
		case isRole:
			p.kind, p.role = roleARN, strings.ToLower(lastSegment(rest))
		case isSession:
			role, name, _ := strings.Cut(session, "/")
			p.kind, p.role, p.session = sessionARN, strings.ToLower(role), name
		}
		s.arns = append(s.arns, p)
	}
}

// grants says how the listed principals name the caller.
func (s *principalSet) grants(c caller, why *doubts) grant {
	var g grant
	if s.everyone {
		g.direct = yes
	}
	if c.Type == Service {
		for _, service := range s.services {
			if strings.EqualFold(service, c.ARN) {
				g.direct = yes
			}
		}
		return g
	}
	for _, account := range s.accounts {
		if account == c.account {
			g.account = yes
		}
	}
	for i := range s.arns {
		p := &s.arns[i]
		switch {
		case p.text == c.ARN && c.Type != Role:
			g.direct = yes
		case p.account != c.account:
		case p.kind == roleARN && c.role != "" && strings.EqualFold(p.role, c.role):
			same := samePath(p.text, c.roleARN)
			g.behind = max(g.behind, same)
			if same != yes {
				why.add(p.text + " is the caller's role by name and not by path")
			}
		case p.kind == sessionARN && c.Type == AssumedRole && strings.EqualFold(p.text, c.ARN):
			g.direct = max(g.direct, likelyNo)
			why.add(p.text + " is the caller's session but for its case")
		case c.Type == FederatedUser && c.Behind != "" && p.text == c.Behind:
			g.behind = yes
		}
	}
	return g
}

// samePath compares two roles of one account and name. Names are unique in an
// account, so that a path that differs can only be that of an earlier role.
func samePath(listed, known string) truth {
	if known == "" || strings.EqualFold(listed, known) {
		return yes
	}
	return likelyNo
}

// exempts says whether a NotPrincipal list takes the caller out of a Deny. All of
// the caller's chain has to be listed: the account, the user or role, and the
// session. A list that has the account alone exempts nobody else in it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
func (s *principalSet) exempts(c caller, why *doubts) truth {
	if s.everyone {
		return yes
	}
	if c.Type == Service {
		return s.grants(c, why).direct
	}
	if c.Boundary != nil {
		return no // a boundary's NotPrincipal trap: always denied, whatever is listed
	}
	g := s.grants(c, why)
	if c.Type == Root {
		return g.account
	}
	itself := g.direct
	if c.role != "" {
		itself = g.behind
	}
	switch {
	case c.Type == AssumedRole:
		itself = min(itself, g.direct)
	case c.Type == Role && min(itself, g.account) == yes:
		why.add("NotPrincipal lists the role and not its sessions")
		return likelyYes
	}
	if whole := min(itself, g.account); whole != no || max(g.direct, g.behind) == no {
		return whole
	}
	why.add("NotPrincipal lists part of the caller's chain of account, role and session")
	return likelyNo
}

// names says how a statement speaks of the caller.
func (s *principalSet) names(c caller, effect Effect, why *doubts) grant {
	switch {
	case s.absent:
		return grant{direct: yes}
	case !s.negated:
		return s.grants(c, why)
	case effect == Deny:
		return grant{direct: s.exempts(c, why).not()}
	}
	why.add("NotPrincipal with Allow is not supported")
	if s.grants(c, nil).any() == no {
		return grant{direct: likelyNo}
	}
	return grant{}
}
