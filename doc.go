// Package holdfast is the repository's root: it holds no code, only the test
// (all_test.go) with which the repository checks itself. Start at
// docs/architecture.md, then scanner/scan.go.
package holdfast
