package scanner

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"holdfast/scanner/facts"
	"holdfast/scanner/run"
)

// NoPrevious is the name for deriving facts as if there were no earlier run.
const NoPrevious = "none"

// Previous finds the run that a run's facts are compared with: the one of that
// name, or none for NoPrevious. Without a name it is the one that they were compared
// with before, else the newest earlier complete run of the same accounts, Regions
// and tables; nil where there is none.
func Previous(out string, kept *run.Run, name string) (*run.Run, error) {
	switch name {
	case NoPrevious:
		return nil, nil
	case "":
	default:
		return openPrevious(out, kept, name)
	}
	recorded, derived, err := recordedPrevious(kept)
	switch {
	case err != nil:
		return nil, err
	case recorded != "":
		previous, err := run.Open(out, recorded)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("run %s was compared with run %s, which is not there any more; name another with --previous, or --previous %s: %w", kept.ID, recorded, NoPrevious, err)
		}
		return previous, err
	case derived:
		return nil, nil
	}
	info, found, err := kept.Previous()
	if err != nil || !found {
		return nil, err
	}
	return run.Open(out, info.ID)
}

func openPrevious(out string, kept *run.Run, name string) (*run.Run, error) {
	previous, err := run.Open(out, name)
	switch {
	case err != nil:
		return nil, fmt.Errorf("opening --previous: %w", err)
	case !previous.Complete():
		return nil, fmt.Errorf("--previous %s is not complete; go on with it (--run-id %s), or name another", name, previous.ID)
	case !previous.StartedAt.Before(kept.StartedAt):
		return nil, fmt.Errorf("--previous %s began at %s, not before run %s; name an earlier one", name, previous.StartedAt.Format("2006-01-02 15:04:05"), kept.ID)
	}
	return previous, nil
}

// recordedPrevious is the run that the facts of a run were compared with; derived
// says whether there are facts.
func recordedPrevious(kept *run.Run) (id string, derived bool, err error) {
	files, err := kept.Facts()
	if err != nil || len(files) == 0 {
		return "", false, err
	}
	name := run.FactsName(files[0].Account, files[0].Region)
	in, err := kept.Open(name)
	if err != nil {
		return "", false, err
	}
	defer in.Close()
	header, err := facts.ReadHeader(in, name)
	return header.Previous, true, err
}

// earlier is what facts read of the previous run.
func earlier(previous *run.Run, account string) (*facts.Previous, error) {
	if previous == nil {
		return nil, nil
	}
	p := &facts.Previous{RunID: previous.ID}
	for _, part := range []struct {
		list func() ([]run.Shard, error)
		name func(account, region string) string
		into *[]facts.Shard
	}{
		{previous.Shards, run.ShardName, &p.Shards}, {previous.Facts, run.FactsName, &p.Facts},
	} {
		all, err := part.list()
		if err != nil {
			return nil, err
		}
		for _, shard := range all {
			if shard.Account == account {
				name := part.name(shard.Account, shard.Region)
				*part.into = append(*part.into, facts.Shard{Name: name, Open: func() (io.ReadCloser, error) { return previous.Open(name) }})
			}
		}
	}
	return p, nil
}
