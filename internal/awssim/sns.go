package awssim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// SNS over awsQuery. Its topics are kept; nothing is ever sent.
// https://docs.aws.amazon.com/sns/latest/api/API_Operations.html
var snsAPI = service{name: "sns", protocol: awsQuery, namespace: "http://sns.amazonaws.com/doc/2010-03-31/", operations: index("sns",
	operation{name: "ListTopics", handle: listTopics},
	operation{name: "GetTopicAttributes", handle: withTopic(getTopicAttributes)},
	operation{name: "SetTopicAttributes", writes: true, handle: withTopic(setTopicAttributes)},
	operation{name: "ListSubscriptionsByTopic", handle: withTopic(listSubscriptionsByTopic)},
	operation{name: "CreateTopic", writes: true, handle: createTopic},
	operation{name: "Subscribe", writes: true, handle: withTopic(subscribe)},
)}

type topic struct {
	arn           string
	policy, key   string
	deleted       int // subscriptions that were deleted
	subscriptions []subscription
}

type subscription struct {
	arn, protocol, endpoint string
	pending                 bool
}

func (r *region) addTopic(name string) *topic {
	t := &topic{arn: r.arn("sns", name)}
	w := r.watch()
	i, found := slices.BinarySearchFunc(w.topics, t.arn, func(x *topic, arn string) int { return strings.Compare(x.arn, arn) })
	if found {
		return w.topics[i]
	}
	w.topics = slices.Insert(w.topics, i, t)
	return t
}

func (t *topic) subscribe(protocol, endpoint string, pending bool) *subscription {
	n := strconv.Itoa(len(t.subscriptions))
	t.subscriptions = append(t.subscriptions, subscription{arn: t.arn + ":" + uuid(hash("subscription", t.arn, n)), protocol: protocol, endpoint: endpoint, pending: pending})
	slices.SortFunc(t.subscriptions, func(x, y subscription) int { return strings.Compare(x.arn, y.arn) })
	for i := range t.subscriptions {
		if t.subscriptions[i].endpoint == endpoint {
			return &t.subscriptions[i]
		}
	}
	return nil
}

type snsRequest struct {
	TopicArn, Name, Protocol, Endpoint, NextToken string
	AttributeName, AttributeValue                 string
	Attributes                                    map[string]string
}

// withTopic finds the topic, also one of another account, whose policy is not
// looked at.
func withTopic(h func(c *call, in snsRequest, t *topic) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		var in snsRequest
		if err := c.decode(&in); err != nil {
			return nil, err
		}
		parts := strings.SplitN(in.TopicArn, ":", 6)
		if len(parts) != 6 || parts[2] != "sns" || parts[3] != c.region.name {
			return nil, fail(http.StatusBadRequest, "InvalidParameter", "Invalid parameter: TopicArn")
		}
		if a := c.sim.accounts[parts[4]]; a != nil && a.regions[parts[3]] != nil {
			for _, t := range a.regions[parts[3]].watched().topics {
				if t.arn == in.TopicArn {
					return h(c, in, t)
				}
			}
		}
		return nil, fail(http.StatusNotFound, "NotFound", "Topic does not exist")
	}
}

// snsPage has the page size of SNS, which clients cannot change.
func snsPage[T any](c *call, in snsRequest, name string, rows []T, key func(T) string, row func(T) obj) (any, error) {
	c.labels = append(c.labels, in.TopicArn)
	p, err := c.pagerFor(0, 100, in.NextToken)
	if err != nil {
		return nil, fail(http.StatusBadRequest, "InvalidParameter", "Invalid parameter: NextToken")
	}
	rows, token := page(p, rows, key, nil)
	list := []obj{}
	for _, r := range rows {
		list = append(list, row(r))
	}
	return listOf(name, list, token), nil
}

func listTopics(c *call) (any, error) {
	var in snsRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return snsPage(c, in, "Topics", c.region.watched().topics, func(t *topic) string { return t.arn }, func(t *topic) obj { return obj{"TopicArn": t.arn} })
}

func (t *topic) owner() string { return strings.SplitN(t.arn, ":", 6)[4] }

func getTopicAttributes(_ *call, _ snsRequest, t *topic) (any, error) {
	pending := 0
	for _, s := range t.subscriptions {
		if s.pending {
			pending++
		}
	}
	out := entries{"TopicArn": t.arn, "Owner": t.owner(), "Policy": or(t.policy, t.defaultPolicy()), "DisplayName": "",
		"SubscriptionsConfirmed": strconv.Itoa(len(t.subscriptions) - pending), "SubscriptionsPending": strconv.Itoa(pending), "SubscriptionsDeleted": strconv.Itoa(t.deleted),
		"EffectiveDeliveryPolicy": `{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3}}}`}
	if t.key != "" {
		out["KmsMasterKeyId"] = t.key
	}
	return obj{"Attributes": out}, nil
}

// defaultPolicy lets the owner alone publish.
func (t *topic) defaultPolicy() string {
	return `{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID","Effect":"Allow","Principal":{"AWS":"*"},` +
		`"Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes","SNS:AddPermission","SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe","SNS:ListSubscriptionsByTopic","SNS:Publish"],` +
		`"Resource":"` + t.arn + `","Condition":{"StringEquals":{"AWS:SourceOwner":"` + t.owner() + `"}}}]}`
}

func (t *topic) set(name, value string) {
	switch name {
	case "Policy":
		t.policy = value
	case "KmsMasterKeyId":
		t.key = value
	}
}

func setTopicAttributes(_ *call, in snsRequest, t *topic) (any, error) {
	t.set(in.AttributeName, in.AttributeValue)
	return nil, nil
}

func listSubscriptionsByTopic(c *call, in snsRequest, t *topic) (any, error) {
	return snsPage(c, in, "Subscriptions", t.subscriptions, func(s subscription) string { return s.arn }, func(s subscription) obj {
		arn := s.arn
		if s.pending {
			arn = "PendingConfirmation"
		}
		return obj{"SubscriptionArn": arn, "Owner": t.owner(), "Protocol": s.protocol, "Endpoint": s.endpoint, "TopicArn": t.arn}
	})
}

func createTopic(c *call) (any, error) {
	var in snsRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.Name == "" {
		return nil, fail(http.StatusBadRequest, "InvalidParameter", "Invalid parameter: Topic Name")
	}
	t := c.region.addTopic(in.Name)
	for k, v := range in.Attributes {
		t.set(k, v)
	}
	return obj{"TopicArn": t.arn}, nil
}

// subscribe waits for a confirmation that people and web sites would have to send.
func subscribe(_ *call, in snsRequest, t *topic) (any, error) {
	pending := slices.Contains([]string{"email", "email-json", "http", "https"}, in.Protocol)
	s := t.subscribe(in.Protocol, in.Endpoint, pending)
	if pending {
		return obj{"SubscriptionArn": "pending confirmation"}, nil
	}
	return obj{"SubscriptionArn": s.arn}, nil
}
