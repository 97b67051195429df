package facts

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"holdfast/scanner/snapshot"
)

// An account is everything that is known of one account while its facts are
// derived: its shards, and what its recovery points came to.
type account struct {
	id      string
	scanned []string // accounts of this run
	shards  []*shard // in the order given
	regions map[string]*shard
	missing []*Subject // of the Regions whose shard did not open
	earlier *earlier   // what the previous run knew

	vaults      map[string]*snapshot.BackupVault // by ARN, of all Regions
	points      map[string]*points               // by table ARN
	vaultPoints map[string]*vaultPoints          // by vault ARN
}

func newAccount(in Input) *account {
	return &account{
		id: in.Account, scanned: in.Scanned,
		regions: map[string]*shard{}, vaults: map[string]*snapshot.BackupVault{},
		points: map[string]*points{}, vaultPoints: map[string]*vaultPoints{},
	}
}

func (a *account) close() {
	if a.earlier != nil {
		a.earlier.close()
	}
	for _, s := range a.shards {
		s.close()
	}
}

// read reads all shards to their end.
func (a *account) read(ctx context.Context, in Input) (err error) {
	if a.earlier, err = readEarlier(in.Previous); err != nil {
		return err
	}
	for _, shard := range in.Shards {
		if err := a.open(shard); err != nil {
			return err
		}
	}
	if err := a.readPoints(ctx); err != nil {
		return err
	}
	for _, s := range a.shards {
		if err := s.readCalls(); err != nil {
			return err
		}
	}
	return nil
}

// open reads a shard up to its recovery points.
func (a *account) open(in Shard) error {
	rows, err := in.Open()
	if err != nil {
		a.missing = append(a.missing, a.unopened(in.Name, err)...)
		return nil
	}
	s := newShard(in.Name, rows)
	a.shards = append(a.shards, s)
	if err := s.readHead(); err != nil {
		return err
	}
	switch {
	case s.header.Account != a.id:
		return fmt.Errorf("%s:1: shard is of account %s, not %s", s.name, s.header.Account, a.id)
	case a.regions[s.header.Region] != nil:
		return fmt.Errorf("%s:1: account %s has a second shard of %s", s.name, a.id, s.header.Region)
	}
	a.regions[s.header.Region] = s
	for _, v := range s.vaults {
		a.vaults[v.BackupVaultArn] = v
	}
	return nil
}

// unopened is the Region of a shard that is not there: nothing of it is known.
func (a *account) unopened(name string, err error) []*Subject {
	region, _, _ := strings.Cut(path.Base(name), ".")
	hidden := Hidden{Call: "snapshot " + region, Reason: string(snapshot.Unreadable), Message: err.Error()}
	if errors.Is(err, fs.ErrNotExist) {
		hidden.Reason, hidden.Message = string(snapshot.NotAsked), "this Region was not collected"
	}
	var list []*Subject
	for _, kind := range Kinds() {
		if kind == KindAccount {
			continue // it is known; see accountSubject
		}
		list = append(list, &Subject{
			Kind: kind, ARN: RegionARN(partitionOf(region), region, a.id), Account: a.id, Region: region,
			Unlisted: true, Gaps: []Hidden{hidden},
		})
	}
	return list
}

// partitionOf guesses the partition of a Region of which there is no shard to ask.
func partitionOf(region string) string {
	for prefix, partition := range map[string]string{
		"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b",
		"us-isof-": "aws-iso-f", "eu-isoe-": "aws-iso-e", "eusc-": "aws-eusc",
	} {
		if strings.HasPrefix(region, prefix) {
			return partition
		}
	}
	return "aws"
}

// subjects builds all subjects of the account, unsorted.
func (a *account) subjects() []*Subject {
	all := a.missing
	a.linkCopies()
	for _, s := range a.shards {
		if s.header.Region != snapshot.Global {
			all = append(all, a.tables(s)...)
		}
	}
	// Tables came first: what covers them decides about the others.
	uses := a.vaultUses()
	for _, s := range a.shards {
		if s.header.Region != snapshot.Global {
			all = append(all, a.planRules(s)...)
			all = append(all, s.selections()...)
			all = append(all, a.vaultSubjects(s, uses)...)
			all = append(all, s.regionSubject())
			all = append(all, a.backups(s)...)
		}
		all = append(all, s.unlisted()...)
	}
	all = append(all, a.accountSubject())
	return oncePerARN(all)
}

// oncePerARN drops a foreign replica that several tables name.
func oncePerARN(all []*Subject) []*Subject {
	type key struct {
		kind, region, arn string
		unlisted          bool
	}
	seen := map[key]bool{}
	return slices.DeleteFunc(all, func(s *Subject) bool {
		k := key{s.Kind, s.Region, s.ARN, s.Unlisted}
		dup := seen[k]
		seen[k] = true
		return dup
	})
}
