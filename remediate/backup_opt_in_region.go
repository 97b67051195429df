package remediate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/backup"

	"holdfast/scanner/selection"
)

// backup.opt_in_region lets AWS Backup protect DynamoDB tables that are selected by
// tag or wildcard. It concerns every plan of every team in the Region: each that
// would begin to match is listed. AWS does not say whether the call merges or
// replaces the map, so the whole of it is sent, and read back.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html
func optInRegion() Action {
	return Action{
		Name: "backup.opt_in_region", Doc: "opt AWS Backup in to DynamoDB in a Region",
		Order: OrderRegion, Risk: HighRisk, Undo: UndoWeakens,
		Cost: "more: backups of all tables that plans begin to match",
		Permissions: []Permission{
			{Action: "backup:DescribeRegionSettings", Resource: "*"},
			{Action: "backup:UpdateRegionSettings", Resource: "*"},
		},
		propose: proposeOptIn,
		do: deed([]move{step[optInParameters, optInState]{
			operation: "backup:UpdateRegionSettings",
			read:      readOptIn, want: wantOptIn, weaker: weakerOptIn, write: writeOptIn, ready: optInProved,
		}.move()}, nil, textOptIn),
	}
}

type optInParameters struct{ ResourceType string }

func (p optInParameters) target(at Place) string { return at.arn("backup", "region-settings") }

func (p optInParameters) check(Place) error {
	if p.ResourceType != "DynamoDB" {
		return fmt.Errorf("it opts in to DynamoDB, and to nothing else")
	}
	return nil
}

// optInState is what UpdateRegionSettings can change.
type optInState struct {
	ResourceTypeOptInPreference      map[string]bool
	ResourceTypeManagementPreference map[string]bool
}

// errNotProvable: nothing is done that locks out or opens up before it is shown who
// may do what afterwards.
var errNotProvable = errors.New("that guards and roles fit the backups which would be made cannot be proved by this build yet: a person has to look")

func proposeOptIn(p *proposer, cases []Case) {
	for r, all := range p.byPlace(cases) {
		why := errNotProvable.Error()
		if begin := r.wouldBegin(); len(begin) > 0 {
			why += "; these would begin to match: " + strings.Join(begin, "; ")
		}
		p.leaveAll(all, why, textOptIn(optInParameters{"DynamoDB"}, &Change{Place: r.Place}))
	}
}

// wouldBegin names the tables that each plan would begin to cover.
func (r *region) wouldBegin() (all []string) {
	yes, now := true, selection.Region{OptedIn: r.optedIn()}
	for _, plan := range r.plans {
		var names []string
		for _, s := range r.selections {
			if s.BackupPlanId != plan.BackupPlanId {
				continue
			}
			compiled := selection.Compile(*s)
			for _, t := range r.tables {
				if compiled.Match(r.resource(t), now).Verdict != selection.Yes && compiled.Match(r.resource(t), selection.Region{OptedIn: &yes}).Verdict != selection.No {
					names = append(names, t.TableName)
				}
			}
		}
		if len(names) > 0 {
			slices.Sort(names)
			all = append(all, "plan "+plan.BackupPlanName+": "+strings.Join(slices.Compact(names), ", "))
		}
	}
	slices.Sort(all)
	return all
}

func readOptIn(ctx context.Context, t *Target, _ optInParameters) (optInState, error) {
	out, err := t.backup.DescribeRegionSettings(ctx, &backup.DescribeRegionSettingsInput{})
	if err != nil {
		return optInState{}, asking("backup:DescribeRegionSettings", err)
	}
	return optInState{out.ResourceTypeOptInPreference, out.ResourceTypeManagementPreference}, nil
}

func wantOptIn(p optInParameters, now optInState) (optInState, error) {
	now.ResourceTypeOptInPreference = maps.Clone(now.ResourceTypeOptInPreference)
	if now.ResourceTypeOptInPreference == nil {
		return now, fmt.Errorf("which resource types are opted in is not known")
	}
	now.ResourceTypeOptInPreference[p.ResourceType] = true
	return now, nil
}

func weakerOptIn(before, after optInState) (weaker []string) {
	for what, maps := range map[string][2]map[string]bool{
		"opt-in":          {before.ResourceTypeOptInPreference, after.ResourceTypeOptInPreference},
		"full management": {before.ResourceTypeManagementPreference, after.ResourceTypeManagementPreference},
	} {
		for resource, on := range maps[0] {
			if on && !maps[1][resource] {
				weaker = append(weaker, what+" of "+resource+" was on")
			}
		}
	}
	slices.Sort(weaker)
	return weaker
}

func optInProved(context.Context, *Target, optInParameters, optInState) error { return errNotProvable }

func writeOptIn(ctx context.Context, t *Target, _ optInParameters, _, after optInState, _ string) (Receipt, error) {
	out, err := t.backupOnce.UpdateRegionSettings(ctx, &backup.UpdateRegionSettingsInput{ResourceTypeOptInPreference: after.ResourceTypeOptInPreference})
	if err != nil {
		return Receipt{RequestID: requestOf(err)}, err
	}
	return receipt(out.ResultMetadata, ""), nil
}

func textOptIn(p optInParameters, c *Change) Text {
	return Text{
		CLI: command("backup update-region-settings", c.Place, "--resource-type-opt-in-preference", p.ResourceType+"=true"),
		TerraformPatch: "# The map replaces the whole setting: name the other resource types as they are, too.\n" +
			"resource \"aws_backup_region_settings\" \"this\" {\n  resource_type_opt_in_preference = {\n    " + hcl(p.ResourceType) + " = true\n  }\n}\n",
	}
}
