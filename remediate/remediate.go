// Package remediate carries out what findings ask for, and no more than a person
// has approved.
//
// [Propose] turns the findings of a run into a [Plan]: typed changes in the order
// in which they have to be made, each with what is there before and what will be
// there after. It reads the run's snapshot and calls nobody. An [Applier] does
// exactly such a plan. Around every change it looks first (is the target still
// what the plan says?), writes down what it is about to do, does it, and reads it
// back; the [Journal] it leaves says what happened even after a crash between any
// two of these. [Undoer] takes back what can be taken back without weakening.
//
// Three things hold for every change, whatever a plan file says:
//
//   - No setting is weaker afterwards: what a change may alter is read whole, and
//     compared before and after.
//   - What changed since the plan was made is not touched.
//   - What deletes, shortens, unlocks, or decides who may do what is never done,
//     only told as text. The one exception is the old half of
//     backup.replace_selection, once the new one has been read back.
//
// An [Action] is the extension point: one file each, see docs/add-an-action.md.
package remediate

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// An Action is one kind of change that Holdfast knows how to check, do, verify
// and perhaps undo.
type Action struct {
	Name  string // "dynamodb.enable_pitr"
	Doc   string // one line
	Order Order  // what is made first
	Risk  Risk
	Undo  UndoKind
	Cost  string // which way the monthly bill goes, and why

	// Permissions are all that it calls, to look, to do and to read back;
	// UndoPermissions are what undoing calls besides.
	Permissions, UndoPermissions []Permission

	// propose turns findings that name the action into changes.
	propose func(*proposer, []Case)
	do      doer
}

// Order is the place of an action among others: vaults before the plans that
// name them, plans before the selections that need them.
type Order int

const (
	OrderTable     Order = iota // settings of tables; nothing else depends on them
	OrderRegion                 // settings of a Region
	OrderVault                  // vaults themselves
	OrderPlan                   // plans and their rules
	OrderSelection              // what plans cover
	OrderGuard                  // locks and policies of vaults, who is told
	OrderBackup                 // backups that are made or kept
)

// Risk says what a change could do besides what it is for.
type Risk string

const (
	LowRisk    Risk = "low"    // it adds protection, and nobody else notices
	MediumRisk Risk = "medium" // it costs money, or changes what others rely on
	HighRisk   Risk = "high"   // done wrongly, it stops backups or locks people out
)

// UndoKind says whether a change can be taken back.
type UndoKind string

const (
	UndoYes     UndoKind = "yes"     // unless that would leave something weaker; looked at when it is undone
	UndoNo      UndoKind = "no"      // there is no way back
	UndoWeakens UndoKind = "weakens" // it would take protection away: told as text, never done
)

// A Permission is an IAM action and what it is needed on.
type Permission struct {
	Action    string // "dynamodb:UpdateContinuousBackups"
	Resource  string // with * for any text; "*" where IAM knows no resource for it
	PassedTo  string // of iam:PassRole: the service that gets the role
	Dependent bool   // nobody calls it: AWS asks for it when something else is called
}

// Actions returns all actions, sorted by name.
func Actions() []Action {
	return []Action{
		addRule(),
		createPlan(),
		createRestoreTest(),
		createSelection(),
		createVault(),
		lengthenRetention(),
		lockVaultGovernance(),
		notifyFailures(),
		optInRegion(),
		replaceSelection(),
		startBackupJob(),
		updateRule(),
		createBackup(),
		enableDeletionProtection(),
		enablePITR(),
		tagForBackup(),
	}
}

// Lookup returns the action of that name. The error of an unknown one lists all.
func Lookup(name string) (Action, error) {
	var names []string
	for _, a := range Actions() {
		if a.Name == name {
			return a, nil
		}
		names = append(names, a.Name)
	}
	return Action{}, fmt.Errorf("there is no action %q; choose among %s", name, strings.Join(names, ", "))
}

// Matching returns the actions whose names match one of the patterns, in which *
// stands for any text; all where there is no pattern. A pattern that matches
// nothing is an error: it is a mistake of typing.
func Matching(patterns []string) ([]Action, error) {
	all := Actions()
	if len(patterns) == 0 {
		return all, nil
	}
	var chosen []Action
	used := make([]bool, len(patterns))
	for _, a := range all {
		wanted := false
		for i, p := range patterns {
			matched, err := path.Match(p, a.Name)
			if err != nil {
				return nil, fmt.Errorf("reading action pattern %q: %w; use * for any text", p, err)
			}
			used[i], wanted = used[i] || matched, wanted || matched
		}
		if wanted {
			chosen = append(chosen, a)
		}
	}
	if i := slices.Index(used, false); i >= 0 {
		_, err := Lookup(patterns[i])
		return nil, err
	}
	return chosen, nil
}
