package source

import (
	"encoding/json"
	"errors"
	"path"
	"strings"
)

// What "terraform show -json" prints of a state or a plan, and the state file
// itself: the address in the code of each ARN.
// https://developer.hashicorp.com/terraform/internals/json-format

type state struct {
	root      string              // folder of its code, "" where any could be
	addresses map[string][]string // by ARN, or the id of a selection
}

type stateFile struct {
	Values     *stateValues // of a state
	PriorState *struct {    // of a plan
		Values *stateValues
	} `json:"prior_state"`

	Resources []struct { // of the state file itself, version 4
		Module, Mode, Type, Name string
		Instances                []struct{ Attributes stateAttributes }
	}
}

type stateValues struct {
	RootModule stateModule `json:"root_module"`
}

type stateModule struct {
	Resources []struct {
		Address, Mode string
		Values        stateAttributes
	}
	ChildModules []stateModule `json:"child_modules"`
}

type stateAttributes struct {
	ARN     string
	ID      string
	Replica []struct{ ARN string }
}

func (r *reader) state(name string, text []byte) {
	var file stateFile
	if err := json.Unmarshal(text, &file); err != nil {
		// An attribute of another shape is a resource of no interest.
		var other *json.UnmarshalTypeError
		if !errors.As(err, &other) {
			r.skip(name, err)
			return
		}
	}
	r.tree.Files++
	s := state{root: path.Dir(name), addresses: map[string][]string{}}
	for _, values := range []*stateValues{file.Values, file.prior()} {
		if values != nil {
			s.add(values.RootModule)
		}
	}
	for _, resource := range file.Resources {
		for _, instance := range resource.Instances {
			address := strings.TrimPrefix(resource.Module+"."+resource.Type+"."+resource.Name, ".")
			s.put(resource.Mode, address, instance.Attributes)
		}
	}
	r.tree.index.states = append(r.tree.index.states, s)
}

func (f *stateFile) prior() *stateValues {
	if f.PriorState == nil {
		return nil
	}
	return f.PriorState.Values
}

func (s *state) add(m stateModule) {
	for _, resource := range m.Resources {
		s.put(resource.Mode, resource.Address, resource.Values)
	}
	for _, child := range m.ChildModules {
		s.add(child)
	}
}

func (s *state) put(mode, address string, values stateAttributes) {
	if mode == "data" {
		return
	}
	if strings.Contains(address, "aws_backup_selection.") && values.ID != "" { // it has no ARN
		s.addresses[values.ID] = append(s.addresses[values.ID], address)
	}
	for _, replica := range append(values.Replica, struct{ ARN string }{values.ARN}) {
		if strings.HasPrefix(replica.ARN, "arn:") {
			s.addresses[replica.ARN] = append(s.addresses[replica.ARN], address)
		}
	}
}

// withoutKeys is an address without its instance keys: code is the same for all.
func withoutKeys(address string) string {
	if !strings.Contains(address, "[") {
		return address
	}
	var b strings.Builder
	quoted, depth := false, 0
	for i := 0; i < len(address); i++ {
		switch c := address[i]; {
		case quoted:
			if c == '\\' {
				i++
			}
			quoted = c != '"'
		case depth > 0 && c == '"':
			quoted = true
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}
