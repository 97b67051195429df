package facts

import (
	"strings"

	"holdfast/scanner/selection"
	"holdfast/scanner/snapshot"
)

// dead are the entries of a selection that match nothing, and how many entries name
// one table.
func (s *shard) dead(sel *snapshot.BackupSelection) (named int, list []DeadEntry) {
	list = []DeadEntry{}
	for _, entries := range []struct {
		name  string
		texts []string
	}{{"Resources ", sel.Resources}, {"NotResources ", sel.NotResources}} {
		for _, text := range entries.texts {
			why, isTable := s.deadTable(text)
			named += one(isTable)
			if why != "" {
				list = append(list, DeadEntry{entries.name + text, why})
			}
		}
	}
	for _, note := range selection.Compile(*sel).Notes() {
		entry, _, _ := strings.Cut(note, " is neither")
		list = append(list, DeadEntry{entry, "no_arn"})
	}
	return named, list
}

// deadTable says why an entry matches no table, empty where it does or is about
// something else. A selection reaches tables of its own Region and account alone.
func (s *shard) deadTable(text string) (why string, named bool) {
	a, ok := parseARN(text)
	if !ok || a.service != "dynamodb" {
		return "", false
	}
	named = !strings.Contains(text, "*") && strings.HasPrefix(a.resource, "table/")
	switch {
	case !strings.Contains(a.region, "*") && a.region != s.header.Region:
		return "other_region", named
	case !strings.Contains(a.account, "*") && a.account != s.header.Account:
		return "other_account", named
	case named && !s.exists(text):
		return "no_table", named
	}
	return "", named
}

// hideLimited hides facts where the scan was limited to some tables: one that is
// not among them may be there all the same.
func (s *shard) hideLimited(subject *Subject, paths []string) {
	if len(s.header.Tables) == 0 {
		return
	}
	subject.hidePaths(snapshot.Gap{Operation: opListTables, Reason: snapshot.NotAsked,
		Message: "the scan was limited to the tables " + strings.Join(s.header.Tables, ", ")}, paths)
	subject.sortGaps()
}
