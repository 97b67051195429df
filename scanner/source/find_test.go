package source_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"holdfast/scanner/source"
)

// TestFind reads the trees of testdata/find. The file "find" of each says line by
// line what is looked for and what is found:
//
//	KIND NAME [key=value …] [@ATTRIBUTE …] => FILE | text of the line | how
//	KIND NAME => none
//
// Keys are region, account, part, arn, id, or a tag. The file "skipped" lists what is
// not read, as FILE: reason.
func TestFind(t *testing.T) {
	archives, err := filepath.Glob("testdata/find/*.txtar")
	if err != nil || len(archives) < 5 {
		t.Fatalf("found %d trees (%v)", len(archives), err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			want := map[string]string{}
			for _, file := range archive.Files {
				if file.Name == "find" || file.Name == "skipped" {
					want[file.Name] = string(file.Data)
					continue
				}
				write(t, dir, file.Name, string(file.Data))
			}
			tree := read(t, dir)
			for line := range strings.Lines(want["find"]) {
				if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
					checkFind(t, tree, line)
				}
			}
			got := ""
			for _, s := range tree.Skipped {
				got += s.File + ": " + s.Reason + "\n"
			}
			if got != want["skipped"] {
				t.Errorf("skipped\n%swant\n%s", got, want["skipped"])
			}
		})
	}
}

func checkFind(t *testing.T, tree *source.Tree, line string) {
	t.Helper()
	ask, want, ok := strings.Cut(line, " => ")
	if !ok {
		t.Fatalf("%q has no =>", line)
	}
	words := strings.Fields(ask)
	r := source.Resource{Kind: words[0], Name: words[1], Account: "111122223333", Region: "eu-west-1", Tags: map[string]string{}}
	var attributes []string
	for _, word := range words[2:] {
		if attribute, ok := strings.CutPrefix(word, "@"); ok {
			attributes = append(attributes, attribute)
			continue
		}
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "region":
			r.Region = value
		case "account":
			r.Account = value
		case "part":
			r.Part = value
		case "id":
			r.ID = value
		case "arn":
			r.ARN = value
		default:
			r.Tags[key] = value
		}
	}
	if r.ARN == "" {
		r.ARN = fmt.Sprintf("arn:aws:dynamodb:%s:%s:table/%s", r.Region, r.Account, r.Name)
	}
	got := "none"
	if d, ok := tree.Find(r); ok {
		at := d.At(attributes)
		lines := strings.Split(tree.Text(at.File), "\n")
		if at.Line < 1 || at.Line > len(lines) {
			t.Fatalf("%s: line %d of %s, which has %d", ask, at.Line, at.File, len(lines))
		}
		got = at.File + " | " + strings.TrimSpace(lines[at.Line-1]) + " | " + string(d.By)
	}
	if got != want {
		t.Errorf("%s\n got %s\nwant %s", ask, got, want)
	}
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, dir string) *source.Tree {
	t.Helper()
	tree, err := source.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}
