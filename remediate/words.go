package remediate

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// How the same is said to other tools: shell, Terraform, CloudFormation.

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=,@%+-]+$`)

// quote makes one word of a POSIX shell.
func quote(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// command is a line of the AWS CLI: aws, the words as they are, then options and
// their values in turn, a line each.
func command(words string, at Place, options ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "aws %s --region %s", words, at.Region)
	for i := 0; i+1 < len(options); i += 2 {
		b.WriteString(" \\\n  " + options[i])
		if options[i+1] != "" {
			b.WriteString(" " + quote(options[i+1]))
		}
	}
	return b.String() + "\n"
}

// hcl is a string of Terraform's language, in which ${ and %{ are templates.
func hcl(s string) string {
	text, _ := json.Marshal(s) // a string can always be encoded
	return strings.NewReplacer("${", "$${", "%{", "%%{", `\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(text))
}

func hclList(all []string) string {
	var quoted []string
	for _, s := range all {
		quoted = append(quoted, hcl(s))
	}
	if joined := strings.Join(quoted, ", "); len(joined) < 80 {
		return "[" + joined + "]"
	}
	return "[\n    " + strings.Join(quoted, ",\n    ") + ",\n  ]"
}

// yaml is a string that every reader of YAML takes for one.
func yaml(s string) string {
	text, _ := json.Marshal(s)
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(text))
}

var notInLabels = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// label is the name of a thing in Terraform.
func label(name string) string {
	l := strings.Trim(notInLabels.ReplaceAllString(name, "_"), "_")
	if l == "" || l[0] >= '0' && l[0] <= '9' || l[0] == '-' {
		l = "_" + l
	}
	return l
}

var notInLogical = regexp.MustCompile(`[^A-Za-z0-9]+`)

// logical is the name of a thing in CloudFormation.
func logical(name string) string { return notInLogical.ReplaceAllString(name, "") }
