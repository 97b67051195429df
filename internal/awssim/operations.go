package awssim

import "slices"

// Operations are all that the simulator answers, sorted, as faults and exchanges
// name them: "backup:ListTags".
func Operations() []string {
	var all []string
	for _, s := range []*service{&accountAPI, &backupAPI, &cloudTrail, &cloudWatch, &cloudWatchLogs, &dynamoDB, &eventBridge,
		&iamAPI, &kmsAPI, &organizationsAPI, &snsAPI, &sts, &tagging} {
		for _, op := range s.operations {
			all = append(all, op.full)
		}
	}
	slices.Sort(all)
	return all
}
