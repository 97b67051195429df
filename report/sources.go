package report

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf16"

	"holdfast/scanner/finding"
	"holdfast/scanner/source"
)

// Sources is the infrastructure code that findings point into.
type Sources struct {
	Definitions map[string]source.Definition // by ARN of the subject
	Text        func(file string) string     // of a file that a definition names
	Prefix      string                       // of its files, from the repository's root, with slashes; "": none
	Files       int                          // that were read
	Skipped     []source.Skipped             // and those that were not

	hidden bool // account ids are: also in what is shown of the code
}

// Of returns where the code says what a rule found wrong: the line of one of the
// rule's attributes, or of the resource.
func (s *Sources) Of(arn string, attributes []string) (file string, line int, ok bool) {
	if s == nil {
		return "", 0, false
	}
	d, ok := s.Definitions[arn]
	if !ok {
		return "", 0, false
	}
	at := d.At(attributes)
	return path.Join(s.Prefix, at.File), at.Line, true
}

// redacted hides account ids. A definition or a call whose file is named after an
// account is left out: a changed name would lead nowhere.
func (s *Sources) redacted() *Sources {
	if s == nil {
		return nil
	}
	out := *s
	out.hidden = true
	out.Definitions = make(map[string]source.Definition, len(s.Definitions))
	for arn, d := range s.Definitions {
		if !accountID.MatchString(path.Join(s.Prefix, d.File)) {
			d.Address = redacted(d.Address)
			d.Calls = slices.DeleteFunc(slices.Clone(d.Calls), func(call source.Position) bool { return accountID.MatchString(call.File) })
			out.Definitions[redacted(arn)] = d
		}
	}
	out.Skipped = redacted(s.Skipped)
	return &out
}

// A sourceFile is the text of a file as places of lines.
type sourceFile struct {
	lines  []string
	hashes []string
}

func readLines(text string) *sourceFile {
	var hasher lineHasher
	hasher.add(text)
	f := &sourceFile{hashes: hasher.end()}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n") // as the hashes count lines
	f.lines = strings.Split(text, "\n")
	return f
}

// place is a line from its first character to its last one.
func (f *sourceFile) place(line int) (Place, bool) {
	if line < 1 || line > len(f.lines) || line > len(f.hashes) {
		return Place{}, false
	}
	text := strings.TrimRight(f.lines[line-1], " \t")
	indent := len(text) - len(strings.TrimLeft(text, " \t"))
	return Place{Line: line, Column: 1 + indent, Columns: len(utf16.Encode([]rune(text))), Hash: f.hashes[line-1]}, true
}

// fileURI is a path from the repository's root as a relative URI.
func fileURI(name string) string {
	segments := strings.Split(name, "/")
	for i, s := range segments {
		segments[i] = strings.ReplaceAll(url.PathEscape(s), ":", "%3A") // a colon would read as a scheme
	}
	return strings.Join(segments, "/")
}

// line is where the code says what a finding is about, as file:line.
func (s *Sources) line(f *finding.Finding, rule finding.Rule) string {
	file, line, ok := s.Of(f.ARN, rule.Attributes)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s:%d", file, line)
}
