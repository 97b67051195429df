package awssim

import (
	"slices"
	"strings"
	"time"

	"holdfast/scanner/schedule"
	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// The engine lets time pass: plans run, copies land, points expire. What only
// depends on the time, such as a job's state or cold storage, is computed when
// somebody asks.

// catchUp brings the state to now, if anything happens until then.
func (s *Simulator) catchUp(now time.Time) {
	s.mu.RLock()
	idle := s.due.IsZero() || now.Before(s.due)
	s.mu.RUnlock()
	if idle {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance(now)
}

// wake makes the engine look again, after a change to plans or lifecycles.
func (s *Simulator) wake(now time.Time) { s.due = now }

// advance does everything that happens after s.ran, up to now. The caller holds
// the lock.
func (s *Simulator) advance(now time.Time) {
	if now.After(s.ran) {
		s.allRegions(func(r *region) { s.runPlans(r, s.ran, now) })
		s.allRegions(func(r *region) { r.expire(now) })
		s.ran = now
	}
	s.due = time.Time{}
	s.allRegions(func(r *region) {
		for _, t := range r.nextEvents(s.ran) {
			if s.due.IsZero() || t.Before(s.due) {
				s.due = t
			}
		}
	})
}

// nextEvents are the times after now at which something may happen in r.
func (r *region) nextEvents(now time.Time) []time.Time {
	var events []time.Time
	for _, p := range r.plans {
		if !p.deleted.IsZero() || len(p.selections) == 0 {
			continue
		}
		for _, rule := range p.current().merged {
			if rule.Schedule == nil {
				continue
			}
			if t, ok := rule.Schedule.Next(now); ok {
				events = append(events, t)
			}
		}
	}
	for _, v := range r.vaults {
		if !v.expiry.IsZero() {
			events = append(events, v.expiry.Add(v.deletionDelay()))
		}
	}
	return events
}

// A run is one rule's time to back up.
type run struct {
	at        time.Time
	now       time.Time // the engine's goal: what is over by then need not be made
	plan      *plan     // nil: on demand
	version   *planVersion
	rule      *backupRule
	origin    *provenance
	onDemand  bool
	missing   missingRun
	simulator *Simulator
}

// runPlans does the runs of r in (from, to], in the order of their times.
func (s *Simulator) runPlans(r *region, from, to time.Time) {
	if len(r.plans) == 0 {
		return
	}
	var runs []run
	for _, p := range r.sortedPlans() {
		runs = append(runs, p.runs(s, from, to)...)
	}
	slices.SortStableFunc(runs, func(a, b run) int { return a.at.Compare(b.at) })
	members := map[*selectionState][]*table{}
	for _, run := range runs {
		s.do(r, run, members)
	}
	cut := to.Add(-jobHistory - day)
	r.backupJobs = slices.DeleteFunc(r.backupJobs, func(j *backupJob) bool { return j.created.Before(cut) })
	r.copyJobs = slices.DeleteFunc(r.copyJobs, func(j *copyJob) bool { return j.created.Before(cut) })
}

// runs are the plan's runs in (from, to] after overlap merging, version by version.
func (p *plan) runs(s *Simulator, from, to time.Time) []run {
	var out []run
	for i, v := range p.versions {
		start, end := from.Add(1), to.Add(1)
		if v.created.After(start) {
			start = v.created
		}
		if i+1 < len(p.versions) && p.versions[i+1].created.Before(end) {
			end = p.versions[i+1].created
		}
		if !p.deleted.IsZero() && p.deleted.Before(end) {
			end = p.deleted
		}
		if !start.Before(end) {
			continue
		}
		merged, _ := schedule.Merge(v.merged, start, end)
		for _, m := range merged {
			out = append(out, run{simulator: s, at: m.At, now: to, plan: p, version: v, rule: &v.rules[m.Rule]})
		}
	}
	return out
}

// do makes the jobs of one run: one for each table that a selection covers.
func (s *Simulator) do(r *region, run run, members map[*selectionState][]*table) {
	done := map[*table]bool{}
	missing, isMissing := run.plan.missing[run.at.UTC().Format(time.DateOnly)]
	for _, sel := range run.plan.selections {
		if sel.created.After(run.at) || !sel.deleted.IsZero() && !sel.deleted.After(run.at) {
			continue
		}
		if _, known := members[sel]; !known {
			members[sel] = r.members(sel)
		}
		run.origin = run.version.origin(run.rule, sel.body.IamRoleArn)
		for _, t := range members[sel] {
			if t.created.After(run.at) || done[t] {
				continue
			}
			done[t] = true
			run.missing = missingRun{}
			if isMissing && (len(missing.tables) == 0 || slices.Contains(missing.tables, t.name)) {
				if !missing.failed {
					continue
				}
				run.missing = missing
			}
			r.backUp(run, t)
		}
	}
	if len(done) > 0 {
		run.plan.executed = run.at
	}
}

// members are the tables that a selection covers, by name. Where AWS's pages
// leave it open whether a table is covered, it is.
func (r *region) members(sel *selectionState) []*table {
	compiled := selection.Compile(snapshot.BackupSelection{Resources: sel.body.Resources, NotResources: sel.body.NotResources,
		ListOfTags: sel.body.ListOfTags, Conditions: sel.body.Conditions})
	optedIn := r.optIn["DynamoDB"]
	var out []*table
	for _, name := range r.tableNames {
		t := r.tables[name]
		tags := make([]snapshot.Tag, 0, len(t.tags.values))
		for _, tag := range t.tags.list() {
			tags = append(tags, snapshot.Tag(tag))
		}
		m := compiled.Match(selection.Resource{ARN: t.arn, Name: name, Tags: tags, TagsRead: true}, selection.Region{OptedIn: &optedIn})
		if m.Verdict == selection.Yes || m.Verdict == selection.Ambiguous {
			out = append(out, t)
		}
	}
	return out
}

// deletionDelay is how long after its time a point of this vault really goes:
// AWS says at random within 8 hours.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-backups.html
func (v *vault) deletionDelay() time.Duration {
	return time.Duration(hash("deletion", v.arn)%(8*60)) * time.Minute
}

// expire deletes the points whose retention is over.
func (r *region) expire(now time.Time) {
	for _, v := range r.vaults {
		delay := v.deletionDelay()
		if v.expiry.IsZero() || now.Before(v.expiry.Add(delay)) {
			continue
		}
		v.expiry = time.Time{}
		v.sweep(func(p *point) bool {
			at := p.deleteAt()
			if at.IsZero() || p.extra != nil && p.extra.status != "" || r.held(p) {
				return false
			}
			if !now.Before(at.Add(delay)) {
				return true
			}
			if v.expiry.IsZero() || at.Before(v.expiry) {
				v.expiry = at
			}
			return false
		})
	}
}

// advancedAt says whether points made at t are advanced DynamoDB backups.
func (r *region) advancedAt(t time.Time) bool {
	return r.management["DynamoDB"] && !t.Before(r.advancedSince)
}

// vaultByArn finds a vault in any account and Region.
func (s *Simulator) vaultByArn(arn string) *vault {
	parts := strings.SplitN(arn, ":", 7)
	if len(parts) != 7 || parts[2] != "backup" || parts[5] != "backup-vault" {
		return nil
	}
	a := s.accounts[parts[4]]
	if a == nil || a.regions[parts[3]] == nil {
		return nil
	}
	return a.regions[parts[3]].vaults[parts[6]]
}
