package config

import (
	"embed"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Each profile is a file with the key rules alone, read like a configuration.
//
//go:embed profiles/*.yaml
var profileFiles embed.FS

// Profiles are the names of the built-in profiles, sorted.
func Profiles() []string {
	entries, err := profileFiles.ReadDir("profiles")
	if err != nil {
		panic("config: " + err.Error()) // embedded
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// mustProfile reads a built-in profile; that each can be read is tested.
func mustProfile(name string) []RuleSetting {
	data, err := profileFiles.ReadFile(path.Join("profiles", name+".yaml"))
	if err != nil {
		panic("config: " + err.Error())
	}
	var settings []RuleSetting
	r := &reader{file: "profile " + name}
	if root := r.document(data); root != nil {
		r.mapping(root, "the profile", keys{"rules": func(v *yaml.Node) { settings = r.rules(v) }})
	}
	if err := r.err(); err != nil {
		panic("config: " + err.Error())
	}
	return settings
}

func (r *reader) useProfile(n *yaml.Node, c *Config) {
	if name := r.choice(n, Profiles()...); slices.Contains(Profiles(), name) {
		c.Profile, c.profile = name, mustProfile(name)
	}
}
