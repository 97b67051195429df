package awssim

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"time"

	"gopkg.in/yaml.v3"
)

//go:embed managed_policies.yaml
var managedPolicies []byte

// standardPolicies are the policies that AWS manages, read when first asked for.
var standardPolicies = sync.OnceValue(func() []PolicyScenario {
	var out []PolicyScenario
	if err := yaml.Unmarshal(managedPolicies, &out); err != nil {
		panic(err) // the file is part of the program
	}
	slices.SortFunc(out, func(a, b PolicyScenario) int { return strings.Compare(a.Path+a.Name, b.Path+b.Name) })
	return out
})

// awsPolicy finds a policy that AWS manages; nil when the simulator has none of
// that ARN.
func awsPolicy(partition, arn string) *managedPolicy {
	for _, p := range standardPolicies() {
		if strings.HasSuffix(arn, "/"+p.Name) && arn == "arn:"+partition+":iam::aws:policy"+or(p.Path, "/")+p.Name {
			return standardPolicy(partition, p)
		}
	}
	return nil
}

func awsPolicies(partition string) []*managedPolicy {
	var out []*managedPolicy
	for _, p := range standardPolicies() {
		out = append(out, standardPolicy(partition, p))
	}
	return out
}

func standardPolicy(partition string, p PolicyScenario) *managedPolicy {
	document := strings.ReplaceAll(string(p.Document), "arn:aws:", "arn:"+partition+":")
	return newPolicy("arn:"+partition+":iam::aws:policy", p.Name, or(p.Path, "/"), document, time.Date(2023, 9, 6, 20, 0, 0, 0, time.UTC))
}
