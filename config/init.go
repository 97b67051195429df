package config

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed init.yaml
var initFile string

// Init is a commented holdfast.yaml for a profile, to begin with. It says the
// same as Default with that profile.
func Init(profile string) ([]byte, error) {
	if !slices.Contains(Profiles(), profile) {
		return nil, fmt.Errorf("unknown profile %q; %s", profile, suggestion(profile, Profiles()))
	}
	return []byte(strings.Replace(initFile, "\nprofile: "+DefaultProfile+"\n", "\nprofile: "+profile+"\n", 1)), nil
}
