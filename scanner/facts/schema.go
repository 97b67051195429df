package facts

import (
	"embed"
	"fmt"
	"slices"
)

//go:embed schema/*.json
var schemas embed.FS

// Kinds returns the kinds of subjects, sorted.
func Kinds() []string {
	return []string{KindAccount, KindBackup, KindPlanRule, KindRegion, KindSelection, KindTable, KindVault}
}

// Schema returns the JSON Schema of a kind's facts: closed, without references
// and maps, so that the type checker of Rego knows every path. It panics for a
// kind that is not one of Kinds.
func Schema(kind string) []byte {
	if !slices.Contains(Kinds(), kind) {
		panic(fmt.Sprintf("no kind of subject is called %q", kind))
	}
	b, err := schemas.ReadFile("schema/" + kind + ".json")
	if err != nil {
		panic(err) // embedded
	}
	return b
}
