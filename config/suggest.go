package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// suggestion says what may have been meant: the nearest of the known words, or
// all of them where none is near.
func suggestion(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known are " + strings.Join(known, ", ")
}

// nearest is the known word with the fewest edits, "" if that takes more than a
// third of the letters. A word that was only begun counts as near.
func nearest(word string, known []string) string {
	best, fewest := "", (len(word)+2)/3+1
	for _, k := range known {
		d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(k))
		if len(word) >= 3 && strings.HasPrefix(k, word) {
			d = min(d, 1)
		}
		if d < fewest {
			best, fewest = k, d
		}
	}
	return best
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
