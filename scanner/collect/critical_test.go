package collect

import (
	"slices"
	"testing"
)

func TestWhichPatternsMayTell(t *testing.T) {
	for pattern, want := range map[string]bool{
		// AWS Backup's own events.
		`{"source":["aws.backup"]}`: true,
		`{"source":["aws.backup"],"detail-type":["Backup Job State Change"]}`:             true,
		`{"source":["aws.backup"],"detail":{"state":["FAILED"]}}`:                         true,
		`{"source":["aws.ec2","aws.backup"]}`:                                             true,
		`{"source":[{"prefix":"aws."}]}`:                                                  true,
		`{"source":[{"anything-but":["aws.ec2"]}]}`:                                       true,
		`{"detail-type":["Backup Job State Change"]}`:                                     true,
		`{"account":["111122223333"]}`:                                                    true,
		`{"$or":[{"source":["aws.backup"]},{"source":["aws.ec2"]}]}`:                      true,
		`{"source":"aws.backup"}`:                                                         true, // no pattern that AWS takes
		`not JSON`:                                                                        true,
		`{"source":["aws.ec2"],"detail-type":["EC2 Instance State-change Notification"]}`: false,
		`{"source":["aws.s3"]}`:                                                           false,
		`{"source":["com.example.shop"]}`:                                                 false,
		`{"source":[null]}`:                                                               false,
		// Calls, as CloudTrail tells of them.
		`{"source":["aws.backup"],"detail":{"eventName":["DeleteRecoveryPoint"]}}`:          true,
		`{"source":["aws.backup"],"detail":{"eventName":["ListBackupPlans"]}}`:              false,
		`{"source":["aws.dynamodb"],"detail":{"eventName":["DeleteBackup","CreateTable"]}}`: true,
		`{"source":["aws.dynamodb"],"detail":{"eventName":["CreateTable"]}}`:                false,
		`{"source":["aws.dynamodb"]}`: true,
		`{"source":["aws.kms"],"detail":{"eventSource":["kms.amazonaws.com"],"eventName":["ScheduleKeyDeletion"]}}`: true,
		`{"detail":{"eventSource":["kms.amazonaws.com"],"eventName":["ScheduleKeyDeletion"]}}`:                      true,
		`{"detail":{"eventSource":["ec2.amazonaws.com"],"eventName":["DeleteBackup"]}}`:                             false,
		`{"detail":{"eventName":[{"prefix":"Delete"}]}}`:                                                            true,
		`{"source":["aws.organizations"],"detail":{"eventName":["CreateAccount"]}}`:                                 false,
		`{"source":["aws.iam"],"detail":{"eventName":["DeleteServiceLinkedRole"]}}`:                                 true,
		`{"source":["aws.kms"],"detail":{"eventName":["DeleteBackup"]}}`:                                            false, // another service's
	} {
		if got := mayTell(pattern); got != want {
			t.Errorf("mayTell(%s) = %v", pattern, got)
		}
	}
}

// FuzzMayTell: a pattern on AWS Backup alone always may, whatever stands beside it.
func FuzzMayTell(f *testing.F) {
	f.Add(`"detail":{"state":["FAILED"]}`)
	f.Add(`"x":{}`)
	f.Fuzz(func(t *testing.T, rest string) {
		mayTell(rest)
		mayTell("{" + rest + "}")
	})
}

func TestCriticalNamesAreDistinct(t *testing.T) {
	names := criticalNames()
	if len(names) < 30 || len(names) != len(slices.Compact(slices.Clone(names))) {
		t.Errorf("%d names: %v", len(names), names)
	}
}
