// Package policies is the rules that ship with Holdfast: this folder's tree,
// embedded.
//
//	<subject>/<rule>/<rule>.rego        one rule, package holdfast.<subject>.<rule>
//	<subject>/<rule>/<rule>_test.rego   its tests
//	<subject>/<subject>.rego            the schema of that kind's facts, for "opa check --schema"
//	lib/<topic>/<topic>.rego            shared Rego, package holdfast.lib.<topic>, and its test
//
// A rule is added with "make new-rule SUBJECT=table RULE=name": a folder and two
// files, and no list to keep. Package evaluate checks and runs the tree.
package policies

import "embed"

// FS is the tree, rooted at this folder. A new top-level folder is named here.
//
//go:embed account backup lib plan_rule region selection table vault
var FS embed.FS
