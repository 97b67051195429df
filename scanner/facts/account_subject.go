package facts

import "holdfast/scanner/snapshot"

// accountSubject is the account as a whole. It serves all tables, and what hides
// something of it in one Region hides it altogether. It is emitted also where no
// shard of the account could be read.
func (a *account) accountSubject() *Subject {
	subject := &Subject{Kind: KindAccount, Account: a.id, Region: snapshot.Global, Name: a.id, AccountOf: &Account{}}
	partition := ""
	for _, s := range a.shards {
		partition = s.header.Partition
		if s.header.Region == snapshot.Global || subject.Collected.IsZero() {
			subject.Collected = s.header.CollectedAt
		}
		subject.Serves = append(subject.Serves, s.tableARNs()...)
		s.hide(subject, about{})
	}
	for _, m := range a.missing {
		if partition == "" {
			partition = partitionOf(m.Region)
		}
		subject.Gaps = append(subject.Gaps, m.Gaps...)
	}
	subject.sortGaps()
	subject.ARN = AccountARN(partition, a.id)
	subject.AccountOf.Tables = len(subject.Serves)
	return subject
}
