package remediate_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/backup"

	"holdfast/remediate"
)

func (w *world) undo(t testing.TB, journal string) remediate.Result {
	t.Helper()
	plan, err := remediate.Undoable(records(t, journal))
	if err != nil {
		t.Fatal(err)
	}
	a := w.applier(t, plan, journal)
	defer a.Journal.Close()
	a.KeepGoing = true
	result, err := a.Undo(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// What protects stays; what nothing depends on any more is taken away, the newest
// first, and once.
func TestUndoWeakensNothing(t *testing.T) {
	w := newWorld(t, uncovered())
	journal := filepath.Join(t.TempDir(), "journal.jsonl")
	w.applyInto(t, w.planned(t, ""), journal)
	w.forget()
	result := w.undo(t, journal)
	said := map[string]string{}
	for _, e := range result.Events {
		said[e.Change.Action] = e.Verdict + " " + e.Why
	}
	for action, want := range map[string]string{
		"backup.lock_vault_governance": "refused undoing it would leave it weaker, so that is for a person to decide: aws backup delete-backup-vault-lock-configuration",
		"backup.create_selection":      "refused undoing it would leave it weaker, so that is for a person to decide: aws backup delete-backup-selection",
		"backup.create_plan":           "refused the plan has 1 selection",
		"backup.create_vault":          "refused rule daily of plan holdfast-daily-366d sends backups there",
	} {
		if !strings.HasPrefix(said[action], want) {
			t.Errorf("%s: %s, want %s", action, said[action], want)
		}
	}
	if result.Events[0].Change.Action != "backup.lock_vault_governance" {
		t.Errorf("it begins with %s", result.Events[0].Change.Action)
	}
	if n := w.written(); len(n) > 0 {
		t.Errorf("writes %v", n)
	}

	// A person takes the selection away, with the command that was printed.
	ctx, client, id := context.Background(), w.backup(), w.planID(t, "holdfast-daily-366d")
	selections, err := client.ListBackupSelections(ctx, &backup.ListBackupSelectionsInput{BackupPlanId: &id})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.DeleteBackupSelection(ctx, &backup.DeleteBackupSelectionInput{BackupPlanId: &id, SelectionId: selections.BackupSelectionsList[0].SelectionId}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said["backup.create_selection"], *selections.BackupSelectionsList[0].SelectionId) {
		t.Errorf("the command does not name the selection: %s", said["backup.create_selection"])
	}
	if result = w.undo(t, journal); result.Done != 2 {
		t.Errorf("then: %+v %v", result.End, whys(result))
	}
	if result = w.undo(t, journal); result.Done != 0 || len(result.Events) != 2 {
		t.Errorf("once more: %+v %v", result.End, whys(result))
	}
}

// A change that took nothing away can be taken back, unless somebody was there since.
func TestUndoPutsTheOldVersionBack(t *testing.T) {
	scenario := strings.Replace(strings.Replace(workingDays, "MON-FRI", "*", 1), "delete_after_days: 100", "delete_after_days: 366", 1)
	for name, foreign := range map[string]bool{"alone": false, "changed since": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, scenario)
			journal := filepath.Join(t.TempDir(), "journal.jsonl")
			result, _ := w.applyInto(t, w.planned(t, "", "backup.update_rule"), journal)
			id := w.planID(t, "nightly")
			moved := w.version(t, id, "").Rules[0].Lifecycle.MoveToColdStorageAfterDays
			if !result.Complete() || moved == nil || *moved != 31 {
				t.Fatalf("result %+v %v, cold after %v", result.End, whys(result), moved)
			}
			if foreign {
				theirs := w.version(t, id, "")
				theirs.Rules[0].Lifecycle.DeleteAfterDays = aws.Int64(500)
				w.replace(t, id, theirs)
			}
			result = w.undo(t, journal)
			after := w.version(t, id, "").Rules[0].Lifecycle
			if foreign {
				if result.Refused != 1 || *after.DeleteAfterDays != 500 {
					t.Errorf("result %+v %v, lifecycle %+v", result.End, whys(result), after)
				}
				return
			}
			if result.Done != 1 || after.MoveToColdStorageAfterDays != nil {
				t.Errorf("result %+v %v, lifecycle %+v", result.End, whys(result), after)
			}
		})
	}
}
