package evaluate

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"holdfast/config"
	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// What has been accepted is itself judged: each waiver and each expected gap of the
// configuration, as something of the account that it speaks of. The ARN of such a
// finding is the account's with what the entry says, so that each entry is one
// finding, and the same one in the next run.

// A watchedWaiver is a waiver and what the survey saw of it.
type watchedWaiver struct {
	config.Waiver
	rules map[string]string // kind of subject → one of its rules that the waiver is about

	sync.Mutex
	matched bool           // a subject that one of its rules judges
	reached bool           // anything where it may be about something
	doubt   *facts.Subject // what could not be listed there, and may hold what it is about
}

func (r *run) watchWaivers() {
	if r.index(facts.KindAccount, waiverUnmatched) < 0 {
		return
	}
	for _, w := range r.settings.Config.Waivers {
		watched := &watchedWaiver{Waiver: w, rules: map[string]string{}}
		for id, rule := range r.policy.byID {
			if w.Judges(id) && r.settings.Config.Enabled(rule) {
				watched.rules[rule.Subject] = id
			}
		}
		r.waivers = append(r.waivers, watched)
	}
}

// meet notes what a subject means for the waivers.
func (r *run) meet(s *facts.Subject) {
	for _, w := range r.waivers {
		w.Lock()
		w.meet(s)
		w.Unlock()
	}
}

func (w *watchedWaiver) meet(s *facts.Subject) {
	if w.matched || !w.Reaches(s.Account, s.Region) {
		return
	}
	w.reached = true
	rule, judged := w.rules[s.Kind]
	switch {
	case !judged:
	case s.Unlisted:
		if w.doubt == nil || compareSubjects(s, w.doubt) < 0 {
			w.doubt = s
		}
	case w.Matches(&finding.Finding{Rule: rule, ARN: s.ARN, Account: s.Account, Region: s.Region}):
		w.matched = true
	}
}

// meetOthers looks for what is waived in the other accounts of the run, as far as
// waivers speak of no account by name, and are judged with this one.
func (r *run) meetOthers(account string) error {
	open := func() bool {
		return slices.ContainsFunc(r.waivers, func(w *watchedWaiver) bool {
			names, named := w.Names(r.accounts(account))
			return !named && !w.matched && slices.Contains(names, account)
		})
	}
	if r.settings.Others == nil || !open() {
		return nil
	}
	for s, err := range r.settings.Others(account) {
		if err != nil {
			return err
		}
		if r.meet(s); !open() {
			return nil
		}
	}
	return nil
}

func (r *run) accounts(account string) []string {
	if len(r.settings.Accounts) == 0 {
		return []string{account}
	}
	return r.settings.Accounts
}

// accepted are the findings about the entries that speak of an account, sorted.
func (r *run) accepted(account *facts.Subject) (all []finding.Finding) {
	if account.Kind != facts.KindAccount {
		return nil
	}
	taken := map[string]int{}
	entry := func(what string) *facts.Subject {
		taken[what]++
		if n := taken[what]; n > 1 {
			what = fmt.Sprintf("%s (%d)", what, n)
		}
		s := *account
		s.ARN, s.Gaps, s.Serves = account.ARN+"/"+what, nil, nil
		return &s
	}
	scanned := r.accounts(account.Account)
	var later []func()
	for _, gap := range r.settings.Config.ExpectedGaps {
		if names, _ := gap.Names(scanned); slices.Contains(names, account.Account) {
			s := entry("expected_gap " + gap.About())
			r.meet(s)
			later = append(later, func() {
				all = r.accept(all, s, gapExpired, r.expiry("an expected gap "+gap.About(), gap.Expires, "explains nothing any more"))
			})
		}
	}
	for i, w := range r.settings.Config.Waivers {
		if names, _ := w.Names(scanned); slices.Contains(names, account.Account) {
			s := entry("waiver " + w.About())
			r.meet(s)
			later = append(later, func() {
				all = r.accept(all, s, waiverExpired, r.expiry("a waiver of "+w.About(), w.Expires, "waives nothing any more"))
				if len(r.waivers) > 0 {
					all = r.accept(all, s, waiverUnmatched, r.unmatched(r.waivers[i]))
				}
			})
		}
	}
	for _, judge := range later { // once all entries have been met: a waiver may be about another
		judge()
	}
	slices.SortFunc(all, func(a, b finding.Finding) int { return finding.Compare(&a, &b) })
	return all
}

// accept appends one finding, unless its rule is off.
func (r *run) accept(all []finding.Finding, s *facts.Subject, rule string, v *verdict) []finding.Finding {
	n := r.index(facts.KindAccount, rule)
	if n < 0 {
		return all
	}
	e := &r.entries[facts.KindAccount][n]
	j := judgement{verdict: v, by: &bound{}}
	r.waiveOne(s, e, &j)
	return append(all, r.finding(s, e, &j, nil))
}

func (r *run) expiry(what string, expires config.Date, so string) *verdict {
	if !expires.Over(r.settings.Now) {
		return &verdict{status: finding.Pass}
	}
	return &verdict{
		status:   finding.Fail,
		message:  fmt.Sprintf("has %s that expired on %s, and %s", what, expires, so),
		expected: jsonText("a last day still to come"), actual: jsonText(expires.String()),
	}
}

func (r *run) unmatched(w *watchedWaiver) *verdict {
	switch {
	case w.Expired(r.settings.Now):
		return notApplicable("has expired")
	case w.matched:
		return &verdict{status: finding.Pass}
	case r.settings.Partial:
		return notApplicable("not all tables were read")
	case !w.reached:
		return notApplicable("nothing was read where it may be about something")
	case w.doubt != nil:
		gap := whole(w.doubt)
		v := unknown(finding.Gap{Call: gap.Call, Reason: gap.Reason, Code: gap.Code, Message: gap.Message})
		v.message = fmt.Sprintf("has a waiver of %s that may be about a %s in %s: %s", w.About(), w.doubt.Kind, w.doubt.Region, explainGap(w.doubt, *gap))
		return v
	}
	return &verdict{
		status:   finding.Fail,
		message:  fmt.Sprintf("has a waiver of %s that matches nothing", w.About()),
		expected: jsonText("something that its rules judge"), actual: jsonText("none"),
	}
}

func jsonText(s string) json.RawMessage { return appendString(nil, s) }
