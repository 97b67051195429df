//go:build unix

package authz_test

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"holdfast/scanner/authz"
)

// The open-source simulator whose answers the vectors hold makes 13,700 to 16,200
// evaluations of them in a CPU second with its policies loaded, and 1,740 to 2,310
// with loading them; one core of a shared 2-core AMD EPYC machine.
const referenceDecisions = 16_200

// BenchmarkDecide decides the development vectors one after the other: policies
// are compiled, nothing is remembered of a request.
func BenchmarkDecide(b *testing.B) {
	var library authz.Library
	var requests []*authz.Request
	for _, v := range readVectors(b, "testdata/iam-vectors-dev.jsonl.gz") {
		requests = append(requests, v.request(b, &library))
	}
	b.ReportAllocs()
	i := 0
	before := processorTime()
	for b.Loop() {
		requests[i%len(requests)].Decide()
		i++
	}
	perSecond := float64(b.N) / (processorTime() - before).Seconds()
	b.ReportMetric(perSecond, "decisions/cpu-s")
	b.ReportMetric(referenceDecisions, "reference/cpu-s")
	b.ReportMetric(perSecond/referenceDecisions, "ratio")
}

// processorTime is what the process has used so far: the time on the wall says
// little where others work too.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// anOrganization is principals as accounts have them: each has one of a number of
// permission sets (a few managed policies, a Deny on backups, some with a boundary,
// conditions on MFA, tags, addresses), and all share three levels of SCPs.
func anOrganization(b *testing.B, principals, sets int) []*authz.Principal {
	var library authz.Library
	layer := func(kind authz.Kind, documents ...string) (l authz.Layer) {
		for i, text := range documents {
			library.Add(&l, kind, fmt.Sprintf("policy-%d", i), []byte(`{"Version":"2012-10-17","Statement":[`+text+`]}`))
		}
		if len(l.Unread) > 0 {
			b.Fatal(l.Unread)
		}
		return l
	}
	scps := []authz.Layer{
		layer(authz.SCP, allowAll, deny("*", "*", `"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","eu-central-1","us-east-1"]}`)),
		layer(authz.SCP, allowAll, `{"Effect":"Deny","Action":["backup:DeleteRecoveryPoint","backup:UpdateRecoveryPointLifecycle","backup:DeleteBackupVault*","kms:ScheduleKeyDeletion"],
			"Resource":["arn:aws:backup:*:*:recovery-point:*","arn:aws:backup:*:*:backup-vault:prod-*","arn:aws:kms:*:*:key/*"],"Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/break-glass"}}}`),
		layer(authz.SCP, allowAll),
	}
	boundary := layer(authz.Identity, allowAll, deny("iam:*", "arn:aws:iam::*:role/admin-*", ""))
	var all []*authz.Principal
	for i := range principals {
		set := i % sets
		team := fmt.Sprintf("team-%d", set)
		documents := []string{
			fmt.Sprintf(`{"Effect":"Allow","Action":["dynamodb:*","backup:*"],"Resource":["arn:aws:dynamodb:*:*:table/%[1]s-*","arn:aws:backup:*:*:backup-vault:%[1]s-*","arn:aws:backup:*:*:recovery-point:*"]}`, team),
			`{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}`,
			deny("dynamodb:DeleteBackup", "arn:aws:dynamodb:*:*:table/prod-*/backup/*", ""),
			deny("*", "*", `"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}`),
			deny("kms:*", "*", `"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.0/24"]}`),
			fmt.Sprintf(`{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::*:role/%s-*","Condition":{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}}`, team),
		}
		p := &authz.Principal{Type: authz.Role, ARN: fmt.Sprintf("arn:aws:iam::111122223333:role/role-%d", i), Tags: map[string]string{"team": team}, SCPs: scps}
		p.Identity = layer(authz.Identity, documents[:2+set%5]...)
		if set%3 == 0 {
			p.Boundary = &boundary
		}
		all = append(all, p)
	}
	return all
}

// BenchmarkAsk asks of each principal whether it can do each operation on any
// resource of each type that it is authorized on.
func BenchmarkAsk(b *testing.B) {
	for _, size := range []struct{ principals, sets int }{{1000, 100}, {2000, 100}, {1000, 1000}} {
		b.Run(fmt.Sprintf("principals=%d/sets=%d", size.principals, size.sets), func(b *testing.B) {
			principals := anOrganization(b, size.principals, size.sets)
			key := policies(b, authz.ResourcePolicy, `{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"kms:*","Resource":"*"}`)
			b.ReportAllocs()
			before := processorTime()
			verdicts, questions := map[authz.Verdict]int{}, 0
			for b.Loop() {
				engine := &authz.Engine{Regions: []string{"eu-west-1", "eu-central-1", "us-east-1", "us-west-2"}, Now: engineNow}
				for _, p := range principals {
					for _, o := range authz.Operations {
						for _, arn := range o.Resources("aws", "", account) {
							r := &authz.Resource{ARN: arn, Account: account}
							if strings.Contains(arn, ":key/") {
								r.Policy = &key
							}
							verdicts[engine.Ask(&authz.Question{Principal: p, Action: o.Action, Resource: r}).Verdict]++
							questions++
						}
					}
				}
			}
			used := processorTime() - before
			b.ReportMetric(used.Seconds()/float64(b.N), "cpu-s/op")
			b.ReportMetric(float64(used.Microseconds())/float64(questions), "µs/question")
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			b.ReportMetric(float64(memory.Sys>>20), "MiB-sys")
			for verdict, n := range verdicts {
				b.ReportMetric(float64(n)/float64(b.N), verdict.String())
			}
		})
	}
}
