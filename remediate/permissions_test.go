package remediate_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"holdfast/internal/awssim"
	"holdfast/remediate"
)

// situations are scenarios that together have something to do for every action.
func situations() map[string]string {
	return map[string]string{"leftovers": leftovers, "stale": stale, "thirty": thirty()}
}

// stale has a plan whose last three jobs failed.
const stale = `
clock: 2026-11-22T20:00:00Z
accounts:
  - id: "111122223333"
    access_keys: [{id: AKIAONE, user: remediator}, {id: AKIATWO, user: somebody}]
    regions:
      - name: eu-west-1
        tables:
          - {name: Orders, created: 2026-01-01T00:00:00Z, deletion_protection: true, pitr: {}}
        vaults:
          - {name: nightly, created: 2026-01-01T00:00:00Z}
        plans:
          - name: nightly
            created: 2026-01-01T00:00:00Z
            rules:
              - {name: daily, vault: nightly, schedule: "cron(0 2 ? * * *)", start_window_minutes: 60, completion_window_minutes: 180, lifecycle: {cold_after_days: 31, delete_after_days: 366}}
            selections:
              - {name: all, resources: ["table/*"]}
            missing_runs:
              - {date: 2026-11-20, failed: true, message: no}
              - {date: 2026-11-21, failed: true, message: no}
              - {date: 2026-11-22, failed: true, message: no}
`

// What the actions of a plan call is what they declare, and no more; and each thing
// that they declare is called, or is asked for by AWS itself.
func TestActionsCallWhatTheyDeclare(t *testing.T) {
	called := map[string]bool{}
	for name, scenario := range situations() {
		w := newWorld(t, scenario)
		plan := w.planned(t, "")
		declared := map[string]bool{"sts:GetCallerIdentity": true}
		for _, c := range plan.Changes {
			action, err := remediate.Lookup(c.Action)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range action.Permissions {
				declared[p.Action] = true
			}
		}
		w.forget()
		if result := w.apply(t, plan); !result.Complete() {
			t.Fatalf("%s: %+v %v", name, result.End, whys(result))
		}
		for operation := range w.asked {
			called[operation] = true
			if !declared[operation] {
				t.Errorf("%s: %s is called, and no action of the plan declares it", name, operation)
			}
		}
	}
	for _, action := range remediate.Actions() {
		for _, p := range action.Permissions {
			if !called[p.Action] && !p.Dependent && !slices.Contains(notTried, action.Name) {
				t.Errorf("%s declares %s, which nothing calls", action.Name, p.Action)
			}
		}
	}
}

// notTried are the actions that no situation has a use for; they have tests of
// their own.
var notTried = []string{"backup.create_restore_test", "backup.notify_failures", "backup.opt_in_region", "dynamodb.create_backup", "dynamodb.tag_for_backup", "backup.add_rule"}

// Without any one permission the changes that need it are refused, with its name,
// and nothing is half done: all others are made, and with the permission back the
// rest is.
func TestDroppedPermissionIsNamed(t *testing.T) {
	for name, scenario := range situations() {
		w := newWorld(t, scenario)
		plan := w.planned(t, "")
		needs := map[string][]string{} // permission → actions
		for _, action := range remediate.Actions() {
			if len(ofAction(plan, action.Name)) == 0 {
				continue
			}
			for _, p := range action.Permissions {
				if !p.Dependent {
					needs[p.Action] = append(needs[p.Action], action.Name)
				}
			}
		}
		for _, permission := range slices.Sorted(maps.Keys(needs)) {
			t.Run(name+"/"+permission, func(t *testing.T) {
				w := newWorld(t, scenario)
				w.Faults.Add(awssim.Fault{Kind: "denied-json", Operation: permission})
				a := w.applier(t, plan, t.TempDir()+"/journal.jsonl")
				a.KeepGoing = true
				result, err := a.Apply(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				refused := 0
				for _, e := range result.Events {
					switch {
					case e.Verdict == remediate.VerdictDone || strings.Contains(e.Why, "which was not made"):
					case e.Verdict == remediate.VerdictLeft && refused > 0: // what cannot be read back stops everything
					case slices.Contains(needs[permission], e.Change.Action) && strings.Contains(e.Why, permission):
						refused++
					default:
						t.Errorf("%s %s: %s", e.Verdict, e.Change.Action, e.Why)
					}
				}
				if refused == 0 {
					t.Errorf("nothing was refused: %v", verdicts(result))
				}
				a.Journal.Close()
				w.Faults.Clear()
				again, _ := w.applyInto(t, plan, t.TempDir()+"/journal.jsonl")
				if !again.Complete() {
					t.Errorf("with the permission: %+v %v", again.End, whys(again))
				}
			})
		}
	}
}

// Whatever AWS does for a while, each change is made once, or said not to be made.
func TestFaults(t *testing.T) {
	w := newWorld(t, thirty())
	plan := w.planned(t, "")
	for _, kind := range []string{"throttle", "error-500", "error-503", "error-500-html", "reset", "cut", "malformed", "expired"} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t, thirty())
			for i, operation := range []string{"dynamodb:Update*", "dynamodb:Describe*", "backup:Create*", "backup:Get*", "backup:Update*", "backup:List*", "backup:Start*", "backup:Put*"} {
				w.Faults.Add(awssim.Fault{Kind: kind, Operation: operation, Probability: 0.2, Seed: uint64(i)})
			}
			journal := t.TempDir() + "/journal.jsonl"
			for range 40 { // an operator who does not give up
				a := w.applier(t, plan, journal)
				a.KeepGoing = true
				result, err := a.Apply(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				a.Journal.Close()
				if result.Complete() {
					break
				}
				for _, why := range whys(result) {
					if strings.Contains(why, "somebody") {
						t.Errorf("nobody else is here: %s", why)
					}
				}
			}
			w.Faults.Clear()
			if again := w.apply(t, plan); again.Skipped != len(plan.Changes) {
				t.Fatalf("not all is done: %+v %v", again.End, whys(again))
			}
			twice := map[string]int{}
			for _, e := range w.writes {
				twice[e.Operation+" "+string(e.Request)]++
			}
			for what, n := range twice {
				if n > 1 && !repeatable(what) {
					t.Errorf("%s was taken %d times", what, n)
				}
			}
		})
	}
}

// repeatable says whether a call that AWS took twice, because its answer got lost,
// did no harm: those with a token made one thing, and those that set something set
// the same again.
func repeatable(call string) bool {
	for _, operation := range []string{"backup:CreateBackupPlan ", "backup:CreateBackupSelection ", "backup:CreateBackupVault ", "backup:StartBackupJob ",
		"backup:PutBackupVaultLockConfiguration ", "dynamodb:UpdateContinuousBackups ", "dynamodb:UpdateTable "} {
		if strings.HasPrefix(call, operation) {
			return true
		}
	}
	return false
}
