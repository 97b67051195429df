package report

import (
	"fmt"
	"slices"

	"holdfast/policies/frameworks"
)

// controls are those that each rule is evidence for, by the rule's id. What only
// supports a control is not said: it would show more than there is.
type controls map[string][]control

type control struct {
	framework *frameworks.Framework
	id        string // "CP-9"
	index     int    // in the framework
}

func readControls() (controls, []frameworks.Framework, error) {
	all, err := frameworks.All()
	if err != nil {
		return nil, nil, fmt.Errorf("reading frameworks: %w", err)
	}
	found := controls{}
	for i := range all {
		for j, c := range all[i].Controls {
			for _, rule := range c.Rules {
				found[rule] = append(found[rule], control{&all[i], c.ID, j})
			}
		}
	}
	return found, all, nil
}

// standards are the names of the frameworks that a rule is evidence for.
func (c controls) standards(rule string) []string {
	var names []string
	for _, control := range c[rule] {
		if name := control.framework.Name + ", " + control.framework.Edition; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// requirements are the controls by framework, "nist-800-53-r5/CP-9".
func (c controls) requirements(rule string) []string {
	var ids []string
	for _, control := range c[rule] {
		ids = append(ids, control.framework.ID+"/"+control.id)
	}
	return ids
}
