// Package frameworks says which rules are evidence for which demand of an outside
// standard: NIST SP 800-53, ISO 27001 and others, one file each.
//
// A control names groups of rules (groups.yaml) or single rules. What a rule finds
// is evidence for the control, or only supports it; where no rule looks, or none
// could, the control says so. Titles are our own words, never the standard's.
package frameworks

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

//go:embed *.yaml
var files embed.FS

// A Framework is one standard.
type Framework struct {
	ID       string    // "nist-800-53-r5": its file
	Name     string    // "NIST SP 800-53"
	Edition  string    // "Revision 5"
	Link     string    // where the standard itself is
	Note     string    // what a reader has to know before using it
	Controls []Control // in the standard's order
}

// A Control is one demand of a standard. Rules and Supporting are ids of rules,
// also of those that a build may not have; no id is in both.
type Control struct {
	ID          string   // as the standard writes it: "CP-9(1)"
	Title       string   // the demand, in our words
	Rules       []string // what they find is evidence for the control; sorted
	Supporting  []string // evidence that helps, but does not show the control on its own; sorted
	NotTested   string   `yaml:"not_tested"`   // why no rule looks at it
	NotTestable string   `yaml:"not_testable"` // why nothing that AWS shows could prove it
	Note        string
}

const groupsFile = "groups.yaml"

// All are the frameworks, sorted by id. The error is a file that is not well
// formed; of the files that ship, a test says there is none.
func All() ([]Framework, error) { return read(files) }

// Groups are the rules by group, as groups.yaml has them.
func Groups() (map[string][]string, error) {
	var groups map[string][]string
	return groups, decode(files, groupsFile, &groups)
}

// Lookup is one framework. The error names those that there are.
func Lookup(id string) (Framework, error) {
	all, err := All()
	if err != nil {
		return Framework{}, err
	}
	var ids []string
	for _, f := range all {
		if f.ID == id {
			return f, nil
		}
		ids = append(ids, f.ID)
	}
	return Framework{}, fmt.Errorf("unknown framework %q; choose one of %s", id, strings.Join(ids, ", "))
}

func read(in fs.FS) (all []Framework, err error) {
	names, err := fs.Glob(in, "*.yaml")
	if err != nil {
		return nil, err
	}
	var groups map[string][]string
	if err := decode(in, groupsFile, &groups); err != nil {
		return nil, err
	}
	for _, name := range names {
		if name == groupsFile {
			continue
		}
		var f Framework
		if err := decode(in, name, &f); err != nil {
			return nil, err
		}
		for i := range f.Controls {
			if err := f.Controls[i].expand(groups); err != nil {
				return nil, fmt.Errorf("reading framework %s: control %s: %w", name, f.Controls[i].ID, err)
			}
		}
		all = append(all, f)
	}
	return all, nil
}

func decode(in fs.FS, name string, into any) error {
	text, err := fs.ReadFile(in, name)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("reading framework %s: %w", name, err)
	}
	return nil
}

// expand puts the rules of groups in the place of their names.
func (c *Control) expand(groups map[string][]string) (err error) {
	if c.Rules, err = expanded(c.Rules, groups); err != nil {
		return err
	}
	if c.Supporting, err = expanded(c.Supporting, groups); err != nil {
		return err
	}
	c.Supporting = slices.DeleteFunc(c.Supporting, func(id string) bool { return slices.Contains(c.Rules, id) })
	return nil
}

func expanded(names []string, groups map[string][]string) (ids []string, err error) {
	for _, name := range names {
		rules, isGroup := groups[name]
		switch {
		case isGroup:
			ids = append(ids, rules...)
		case strings.Contains(name, "."):
			ids = append(ids, name)
		default:
			return nil, fmt.Errorf("%q is neither a rule nor a group of %s", name, groupsFile)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
