package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"holdfast/scanner/finding"
)

// Where a finding points, and under which name GitHub keeps an upload.

// anchorOf is the ARN whose line of the inventory a finding points at. A finding
// about no resource stands on a line of its account and Region.
func anchorOf(f *finding.Finding) string {
	return cmp.Or(f.ARN, f.Account+"/"+f.Region)
}

// inventoryOf returns the inventory that was written, or makes it again: the
// same subjects and findings give the same lines.
func inventoryOf(in *Input) (*Inventory, error) {
	if in.Options.Inventory != nil {
		return in.Options.Inventory, nil
	}
	return WriteInventory(io.Discard, in)
}

// anchorURI is the inventory's path from the repository's root as a relative
// URI. GitHub rejects a whole upload for one location that is absolute, empty or
// of another scheme than file.
func anchorURI(anchor string) (string, error) {
	anchor = cmp.Or(anchor, "inventory.jsonl")
	if path.IsAbs(anchor) || path.Clean(anchor) != anchor || strings.HasPrefix(anchor, "..") ||
		anchor == "." || strings.Contains(anchor, `\`) {
		return "", fmt.Errorf("SARIF anchor %q is no clean path from the repository's root; write it like infra/inventory.jsonl", anchor)
	}
	return fileURI(anchor), nil
}

// category is automationDetails.id, "" to leave it out. GitHub takes everything
// up to the last slash for the category, and an upload replaces the former one of
// its category: the results of another set of accounts or Regions must not be
// closed by it.
func category(in *Input) string {
	if c := in.Options.SARIFCategory; c != nil {
		if *c == "" || strings.HasSuffix(*c, "/") {
			return *c
		}
		return *c + "/"
	}
	return "holdfast/live/" + setName(in.Header.Accounts, "accounts") + "/" + setName(in.Header.Regions, "regions") + "/"
}

// setName names up to three members, and a larger set by its size and a hash.
func setName(members []string, noun string) string {
	members = slices.Compact(slices.Sorted(slices.Values(members)))
	switch {
	case len(members) == 0:
		return "no-" + noun
	case len(members) <= 3:
		return strings.ReplaceAll(strings.Join(members, "+"), "/", "-")
	}
	sum := sha256.Sum256([]byte(strings.Join(members, "\n")))
	return fmt.Sprintf("%d-%s-%s", len(members), noun, hex.EncodeToString(sum[:4]))
}
