package source_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"holdfast/scanner/source"
)

const table = "resource \"aws_dynamodb_table\" \"orders\" {\n  name = \"orders\"\n}\n"

// What somebody may put into a repository to stop a scan, or to make it read what
// it should not. Beside each stands a file that is found all the same.
func TestHostileTrees(t *testing.T) {
	deep := func(open string) string { return strings.Repeat(open, 300_000/len(open)) }
	doubling := "locals {\n  a0 = \"" + strings.Repeat("x", 1000) + "\"\n"
	for i := range 60 {
		doubling += fmt.Sprintf("  a%d = \"${local.a%d}${local.a%d}\"\n  l%d = [local.l%d, local.l%d]\n", i+1, i, i, i+1, i, i)
	}
	doubling += "  l0 = [1]\n  f = [for a in range(100000000) : [for b in range(100000000) : b]]\n}\n"
	aliases := "Resources: {T: {Type: AWS::DynamoDB::Table}}\na0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for i := range 30 {
		aliases += fmt.Sprintf("a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d]\n", i+1, i+1, i, i, i, i, i)
	}
	calls := ""
	for i := range 40 {
		calls += fmt.Sprintf("module \"m%d\" {\n  source = \"../next\"\n}\n", i)
	}
	tests := map[string]struct {
		files map[string]string
		says  string // part of what is said of it; "": nothing
	}{
		"brackets":        {map[string]string{"x.tf": "locals {\n a = " + deep("[")}, "nested deeper"},
		"templates":       {map[string]string{"x.tf": "locals {\n a = " + deep(`"${`)}, "nested deeper"},
		"signs":           {map[string]string{"x.tf": "locals {\n a = " + deep("!") + "true\n}"}, "nested deeper"},
		"conditions":      {map[string]string{"x.tf": "locals {\n a = " + deep("true?1:") + "0\n}"}, "nested deeper"},
		"blocks":          {map[string]string{"x.tf": deep("a {\n")}, "nested deeper"},
		"JSON":            {map[string]string{"x.json": `{"Resources":"AWS::",` + `"a":` + deep("[")}, "nested deeper"},
		"JSON of HCL":     {map[string]string{"x.tf.json": `{"locals":{"a":` + deep("[")}, "nested deeper"},
		"YAML flow":       {map[string]string{"x.yaml": "Resources: AWS::\na: " + deep("[")}, "x.yaml"},
		"YAML blocks":     {map[string]string{"x.yaml": "Resources: AWS::\n" + deep("- ")}, "x.yaml"},
		"YAML aliases":    {map[string]string{"x.yaml": aliases}, "nested deeper"},
		"alias of itself": {map[string]string{"x.yaml": "Resources: &a {T: *a, AWS::X: *a}"}, "x.yaml"},
		"doubling":        {map[string]string{"x.tf": doubling}, ""},
		"calls of calls": {map[string]string{"first/x.tf": strings.ReplaceAll(calls, "../next", "../second"), "second/x.tf": strings.ReplaceAll(calls, "../next", "../third"),
			"third/x.tf": strings.ReplaceAll(calls, "../next", "../fourth"), "fourth/x.tf": strings.ReplaceAll(table, "orders", "many")}, "more than 50000"},
		"large code":     {map[string]string{"x.tf": "#" + strings.Repeat("x", 2<<20)}, "larger than 1 MiB"},
		"large template": {map[string]string{"x.yaml": "Resources: AWS::\n#" + strings.Repeat("x", 3<<20)}, "larger than 2 MiB"},
		"large and dull": {map[string]string{"x.json": `{"a": "` + strings.Repeat("x", 3<<20) + `"}`}, ""},
		"no text":        {map[string]string{"x.tf": "\x00\xff\xfe", "x.yaml": "Resources AWS:: \x00\xff", "x.json": "Resources AWS:: \x00"}, "x.tf"},
		"count":          {map[string]string{"x.tf": "resource \"aws_dynamodb_table\" \"c\" {\n count = 1000000000000\n name = \"c${count.index}\"\n}"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "a/main.tf", table)
			for file, text := range test.files {
				write(t, dir, file, text)
			}
			tree := read(t, dir)
			if _, ok := tree.Find(source.Resource{Kind: source.KindTable, Name: "orders"}); !ok {
				t.Error("the file beside it is not found any more")
			}
			said := fmt.Sprint(tree.Skipped)
			if !strings.Contains(said, test.says) || test.says == "" && len(tree.Skipped) > 0 {
				t.Errorf("said %s, want %q", said, test.says)
			}
		})
	}
}

func TestLinks(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	write(t, outside, "secret.tf", strings.ReplaceAll(table, "orders", "secret"))
	write(t, dir, "shared/tables.tf", table)
	write(t, dir, "prod/main.tf", "# nothing")
	for name, target := range map[string]string{
		"prod/tables.tf":  "../shared/tables.tf",
		"prod/secret.tf":  filepath.Join(outside, "secret.tf"),
		"prod/up.tf":      "../../../../../../etc/passwd",
		"prod/nowhere.tf": "nowhere",
		"prod/loop":       "../prod",
		"prod/self.tf":    "self.tf",
		"prod/folder.tf":  "../shared",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip(err)
		}
	}
	tree := read(t, dir)
	if d, ok := tree.Find(source.Resource{Kind: source.KindTable, Name: "orders"}); !ok || d.File != "shared/tables.tf" || d.Line != 1 {
		t.Errorf("a file that is linked to: found %v %+v, want the file itself", ok, d)
	}
	if d, ok := tree.Find(source.Resource{Kind: source.KindTable, Name: "secret"}); ok {
		t.Errorf("what lies outside of the folder was read: %+v", d)
	}
	if len(tree.Skipped) != 5 {
		t.Errorf("skipped %v, want five links that lead nowhere or out", tree.Skipped)
	}
}

func TestReadNamesTheFolder(t *testing.T) {
	_, err := source.Read(filepath.Join(t.TempDir(), "gone"))
	if err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("main.tf", table)
	f.Add("t.yaml", "Resources:\n  T: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub '${AWS::Region}x'}}\n")
	f.Add("t.json", `{"Resources":{"T":{"Type":"AWS::DynamoDB::Table"}}}`)
	f.Add("s.json", `{"format_version":"1.0","values":{"root_module":{"resources":[{"address":"a.b[\"c\"]","values":{"arn":"arn:x"}}]}}}`)
	f.Add("x.tf.json", `{"resource":{"aws_dynamodb_table":{"a":{"name":"${upper(\"x\")}"}}}}`)
	f.Add("manifest.json", `{"artifacts":{"a":{"type":"aws:cloudformation:stack","properties":{"templateFile":"t.json"}}}}`)
	f.Fuzz(func(t *testing.T, name, text string) {
		if name != filepath.Base(name) || !filepath.IsLocal(name) || strings.ContainsAny(name, "\x00/") || len(name) > 200 {
			t.Skip()
		}
		dir := t.TempDir()
		if os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600) != nil {
			t.Skip()
		}
		tree := read(t, dir)
		for _, r := range []source.Resource{{Kind: source.KindTable, Name: "orders"}, {Kind: source.KindPlan, Name: "p", Part: "r", ARN: "arn:x"}} {
			if d, ok := tree.Find(r); ok && (d.Line < 1 || d.Line > 1+strings.Count(text, "\n")) {
				t.Errorf("found at line %d of %d", d.Line, 1+strings.Count(text, "\n"))
			}
		}
	})
}
