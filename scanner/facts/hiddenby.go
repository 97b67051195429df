package facts

// A HiddenPath is a fact path that an operation feeds.
type HiddenPath struct {
	Kind     string
	Path     string // "": all facts of the subject
	Unlisted bool   // subjects of the kind may be missing altogether
}

// HiddenBy says what may be hidden where an operation ("backup:ListBackupPlans")
// has no answer. Nothing: no fact reads it. An operation that facts do not know
// hides everything.
func HiddenBy(operation string) []HiddenPath {
	var hidden []HiddenPath
	for _, h := range holesOf(operation) {
		for _, path := range h.paths {
			hidden = append(hidden, HiddenPath{Kind: h.kind, Path: path, Unlisted: h.unlisted})
		}
		if len(h.paths) == 0 {
			hidden = append(hidden, HiddenPath{Kind: h.kind, Unlisted: h.unlisted})
		}
	}
	return hidden
}
