package remediate

import (
	"fmt"
	"strings"

	"holdfast/scanner/snapshot"
)

// A plan in Terraform's and CloudFormation's words.

// imported is the block that lets Terraform take over what is there already.
func imported(address, id string) string {
	return fmt.Sprintf("import {\n  to = %s\n  id = %s\n}\n", address, hcl(id))
}

// planResource is the whole plan as a Terraform resource.
func planResource(name string, p *planState) string {
	var b strings.Builder
	fmt.Fprintf(&b, "resource \"aws_backup_plan\" %s {\n  name = %s\n", hcl(name), hcl(p.BackupPlanName))
	for _, r := range p.lasting().Rules {
		b.WriteString("\n" + ruleBlock(r))
	}
	return b.String() + "}\n"
}

func ruleBlock(r snapshot.BackupRule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  rule {\n    rule_name                    = %s\n    target_vault_name            = %s\n    schedule                     = %s\n"+
		"    schedule_expression_timezone = %s\n    start_window                 = %d\n    completion_window            = %d\n",
		hcl(r.RuleName), hcl(r.TargetBackupVaultName), hcl(r.ScheduleExpression), hcl(r.ScheduleExpressionTimezone), *r.StartWindowMinutes, *r.CompletionWindowMinutes)
	b.WriteString(lifecycleBlock(r.Lifecycle, "    "))
	for _, c := range r.CopyActions {
		fmt.Fprintf(&b, "\n    copy_action {\n      destination_vault_arn = %s\n%s    }\n", hcl(c.DestinationBackupVaultArn), lifecycleBlock(c.Lifecycle, "      "))
	}
	return b.String() + "  }\n"
}

func lifecycleBlock(l *snapshot.Lifecycle, indent string) string {
	if l == nil {
		return ""
	}
	text := "\n" + indent + "lifecycle {\n"
	if l.MoveToColdStorageAfterDays != nil {
		text += fmt.Sprintf("%s  cold_storage_after = %d\n", indent, *l.MoveToColdStorageAfterDays)
	}
	if l.DeleteAfterDays != nil {
		text += fmt.Sprintf("%s  delete_after       = %d\n", indent, *l.DeleteAfterDays)
	}
	return text + indent + "}\n"
}

// planProperties is the property BackupPlan of CloudFormation.
func planProperties(p *planState) string {
	var b strings.Builder
	fmt.Fprintf(&b, "        BackupPlanName: %s\n        BackupPlanRule:\n", yaml(p.BackupPlanName))
	for _, r := range p.lasting().Rules {
		fmt.Fprintf(&b, "          - RuleName: %s\n            TargetBackupVault: %s\n            ScheduleExpression: %s\n            ScheduleExpressionTimezone: %s\n"+
			"            StartWindowMinutes: %d\n            CompletionWindowMinutes: %d\n",
			yaml(r.RuleName), yaml(r.TargetBackupVaultName), yaml(r.ScheduleExpression), yaml(r.ScheduleExpressionTimezone), *r.StartWindowMinutes, *r.CompletionWindowMinutes)
		b.WriteString(lifecycleProperty(r.Lifecycle, "            "))
		if len(r.CopyActions) > 0 {
			b.WriteString("            CopyActions:\n")
		}
		for _, c := range r.CopyActions {
			fmt.Fprintf(&b, "              - DestinationBackupVaultArn: %s\n%s", yaml(c.DestinationBackupVaultArn), lifecycleProperty(c.Lifecycle, "                "))
		}
	}
	return b.String()
}

func lifecycleProperty(l *snapshot.Lifecycle, indent string) string {
	if l == nil {
		return ""
	}
	text := indent + "Lifecycle:\n"
	if l.MoveToColdStorageAfterDays != nil {
		text += fmt.Sprintf("%s  MoveToColdStorageAfterDays: %d\n", indent, *l.MoveToColdStorageAfterDays)
	}
	if l.DeleteAfterDays != nil {
		text += fmt.Sprintf("%s  DeleteAfterDays: %d\n", indent, *l.DeleteAfterDays)
	}
	return text
}
