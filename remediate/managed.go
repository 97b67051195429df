package remediate

import (
	"fmt"
	"regexp"
	"strings"

	"holdfast/scanner/snapshot"
)

// What infrastructure code defines is changed there: the next deployment would
// turn back what Holdfast did. Code shows in the tags that its tools put on what
// they make. CloudFormation's own tags cannot be set by anybody else
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html);
// Terraform sets none of its own, so the customs of its users count.
var (
	managerKey = regexp.MustCompile(`(?i)^(managed[-_. ]?by|provisioned[-_. ]?by|provisioner|created[-_. ]?(by|with)|deployed[-_. ]?(by|with)|iac([-_. ]?tool)?|source)$`)
	managers   = []string{"terraform", "opentofu", "terragrunt", "pulumi", "cloudformation", "cdk", "serverless", "crossplane", "ansible"}
	toolKey    = regexp.MustCompile(`(?i)^(terraform|opentofu|tofu|pulumi|crossplane|aws-cdk|cdk|serverless)([-_.:/ ].*)?$`)
)

// managedBy says which tag tells that code defines a resource; "" where none does.
func managedBy(tags []snapshot.Tag) string {
	for _, tag := range tags {
		value := strings.ToLower(tag.Value)
		switch {
		case strings.HasPrefix(tag.Key, "aws:cloudformation:"), strings.HasPrefix(tag.Key, "aws:servicecatalog:"),
			toolKey.MatchString(tag.Key) && value != "false" && value != "no":
			return fmt.Sprintf("tag %s=%s", tag.Key, tag.Value)
		case managerKey.MatchString(tag.Key):
			for _, manager := range managers {
				if strings.Contains(value, manager) {
					return fmt.Sprintf("tag %s=%s", tag.Key, tag.Value)
				}
			}
		}
	}
	return ""
}
