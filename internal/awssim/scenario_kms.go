package awssim

import (
	"fmt"
	"slices"
	"time"
)

// A KMSKeyScenario is a KMS key. Keys that vaults and tables name exist
// without being described, enabled and of the account's own; keys that somebody
// names and that are gone are Deleted.
type KMSKeyScenario struct {
	ID          string            `yaml:"id"`
	Aliases     []string          `yaml:"aliases"` // "alias/backups"
	Description string            `yaml:"description"`
	Created     *When             `yaml:"created"`       // absent: 800 days ago
	State       string            `yaml:"state"`         // empty: Enabled
	Deletion    *When             `yaml:"deletion_date"` // of PendingDeletion; absent: 30 days after the clock
	WindowDays  int               `yaml:"pending_window_days"`
	Manager     string            `yaml:"manager"`  // empty: CUSTOMER
	Origin      string            `yaml:"origin"`   // empty: AWS_KMS
	ValidTo     *When             `yaml:"valid_to"` // of imported material
	Primary     string            `yaml:"primary"`  // Region of the primary of a multi-Region key
	Replicas    []string          `yaml:"replicas"` // Regions of its replicas
	Rotation    bool              `yaml:"rotation"`
	Policy      Document          `yaml:"policy"` // empty: the default, by which IAM decides
	Grants      []GrantScenario   `yaml:"grants"`
	Tags        map[string]string `yaml:"tags"`
	Deleted     bool              `yaml:"deleted"` // there is no such key any more
}

// A GrantScenario is a grant of a key.
type GrantScenario struct {
	Name       string   `yaml:"name"`
	Grantee    string   `yaml:"grantee"` // ARN or service
	Operations []string `yaml:"operations"`
	Created    *When    `yaml:"created"`
}

func (b *builder) key(r *region, in KMSKeyScenario) error {
	if in.ID == "" || r.keys[in.ID] != nil {
		return fmt.Errorf("kms key %q: it has no id, or is there twice", in.ID)
	}
	k := r.addKey(in.ID, in.Created.before(b.clock, b.oldest()))
	k.description, k.rotates, k.policy, k.windowDays = in.Description, in.Rotation, string(in.Policy), in.WindowDays
	k.state, k.manager, k.origin = or(in.State, "Enabled"), or(in.Manager, "CUSTOMER"), or(in.Origin, "AWS_KMS")
	k.validTo = in.ValidTo.before(b.clock, time.Time{})
	k.aliases = slices.Sorted(slices.Values(in.Aliases))
	if k.manager == "AWS" && len(k.aliases) == 0 {
		return fmt.Errorf("kms key %s: a key of AWS has an alias, such as alias/aws/backup", in.ID)
	}
	if k.state == "PendingDeletion" {
		k.deletion = in.Deletion.before(b.clock, b.clock.AddDate(0, 0, 30))
	}
	if in.Deleted {
		k.state, k.deletion = "PendingDeletion", b.clock.AddDate(0, 0, -1)
	}
	if in.Primary != "" || len(in.Replicas) > 0 {
		k.multiRegion = &multiRegion{primary: or(in.Primary, r.name), replicas: in.Replicas}
	}
	for _, g := range in.Grants {
		k.addGrant(grant{name: g.Name, grantee: g.Grantee, operations: g.Operations, created: g.Created.before(b.clock, k.created)})
	}
	for key, v := range in.Tags {
		k.tags.put(key, v)
	}
	return nil
}

// implyKeys makes the keys that vaults, tables and recovery points of r name.
func (b *builder) implyKeys(r *region) {
	imply := func(arn string) { b.sim.implyKey(arn, b.oldest()) }
	r.named(imply)
	for _, v := range r.vaults {
		for _, p := range v.points {
			if p.key != v.key {
				imply(p.key)
			}
		}
	}
}
