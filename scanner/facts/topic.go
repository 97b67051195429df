package facts

import (
	"cmp"
	"slices"
	"strings"

	"holdfast/scanner/authz"
	"holdfast/scanner/pattern"
	"holdfast/scanner/snapshot"
)

// A publisher is an AWS service that tells a topic something on behalf of a rule, an
// alarm or a vault.
type publisher struct {
	service string // "events.amazonaws.com"
	source  string // ARN of the rule, alarm or vault
}

// topicLives says whether what is published to a topic reaches somebody: it exists,
// its policy lets the service publish, and somebody has confirmed a subscription.
// https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
func (s *shard) topicLives(arn string, by publisher, t *telling) (pattern.Answer, string) {
	t.topics = appendNew(t.topics, arn)
	name := "topic " + lastOf(arn)
	row := s.watch.topics[arn]
	switch {
	case row == nil && s.topicUnread(arn):
		return pattern.Maybe, name + " was not read"
	case row == nil:
		return pattern.No, name + " does not exist"
	case by.service == backupService && strings.HasSuffix(arn, ".fifo"):
		return pattern.No, name + " is a FIFO topic, which AWS Backup does not tell"
	case by.service == backupService && !strings.Contains(arn, ":"+s.header.Account+":"):
		return pattern.No, name + " is another account's, which AWS Backup does not tell"
	}
	subscribed := subscribers(row)
	if subscribed == pattern.No {
		return pattern.No, name + " has no confirmed subscription"
	}
	may := s.mayPublish(row, by)
	switch {
	case may == pattern.No:
		return pattern.No, name + " does not let " + by.service + " publish"
	case row.KmsMasterKeyId == "alias/aws/sns" || strings.HasSuffix(row.KmsMasterKeyId, ":alias/aws/sns"):
		// https://docs.aws.amazon.com/sns/latest/dg/sns-enable-encryption-for-topic.html
		return pattern.No, name + " is encrypted with AWS's key for SNS, which other services may not use"
	case row.KmsMasterKeyId != "":
		return pattern.Maybe, name + " is encrypted with a key whose policy was not read"
	case min(may, subscribed) == pattern.Maybe:
		return pattern.Maybe, "whether " + name + " lets " + by.service + " publish is not known"
	}
	return pattern.Yes, "tells " + name
}

const (
	backupService = "backup.amazonaws.com"
	alarmService  = "cloudwatch.amazonaws.com"
)

func (s *shard) topicUnread(arn string) bool {
	return slices.ContainsFunc(s.gaps, func(g snapshot.Gap) bool {
		return g.Operation == opTopic && cmp.Or(g.Parameters["TopicArn"], arn) == arn
	})
}

// subscribers says whether somebody has confirmed a subscription.
func subscribers(t *snapshot.Topic) pattern.Answer {
	switch {
	case t.SubscriptionsConfirmed == nil:
		return pattern.Maybe
	case *t.SubscriptionsConfirmed > 0:
		return pattern.Yes
	}
	return pattern.No
}

// mayPublish asks the topic's policy. Which context AWS Backup sends along is not
// documented: where that decides, it is not known.
func (s *shard) mayPublish(t *snapshot.Topic, by publisher) pattern.Answer {
	if t.Policy == nil {
		return pattern.Maybe
	}
	layer := &authz.Layer{}
	document, err := authz.Parse(authz.ResourcePolicy, t.Policy.Document)
	if err != nil {
		return pattern.Maybe
	}
	layer.Policies = []authz.Policy{{Name: "topic policy", Document: document}}
	with := map[string]authz.Value{"aws:SourceAccount": authz.One(s.header.Account), "aws:SourceArn": authz.One(by.source)}
	if by.service == alarmService { // the policy that a topic has from the start lets alarms publish
		with["AWS:SourceOwner"] = authz.One(s.header.Account)
	}
	owner, _ := parseARN(t.TopicArn)
	ask := func(context map[string]authz.Value) pattern.Answer {
		r := authz.Request{
			Principal: &authz.Principal{Type: authz.Service, ARN: by.service}, Action: "sns:Publish",
			Resource: &authz.Resource{ARN: t.TopicArn, Account: owner.account, Policy: layer}, Context: authz.NewContext(context),
		}
		switch d := r.Decide(); {
		case !d.Sure:
			return pattern.Maybe
		case d.Outcome == authz.Allowed:
			return pattern.Yes
		}
		return pattern.No
	}
	may := ask(with)
	if by.service == backupService && may != ask(nil) {
		return pattern.Maybe
	}
	return may
}
