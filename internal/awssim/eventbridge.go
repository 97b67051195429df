package awssim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// EventBridge over awsJson1_1. Its rules are kept; nothing is ever sent.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
var eventBridge = service{name: "events", protocol: awsJSON11, errorText: "message", operations: index("events",
	operation{name: "ListRules", handle: listRules},
	operation{name: "DescribeRule", handle: describeRule},
	operation{name: "ListTargetsByRule", handle: listTargetsByRule},
	operation{name: "ListEventBuses", handle: listEventBuses},
	operation{name: "PutRule", writes: true, handle: putRule},
	operation{name: "PutTargets", writes: true, handle: putTargets},
)}

// watchers are what would notice, in one account and Region.
type watchers struct {
	buses     []string     // beside "default", sorted
	rules     []*eventRule // by bus and name
	topics    []*topic     // by ARN
	trails    []*trail     // by name
	events    []trailEvent // newest first
	alarms    []*alarm     // by name
	logGroups []*logGroup  // by name
}

// watched is for reading only: a Region without watchers has none of its own.
func (r *region) watched() *watchers {
	if r.watchers == nil {
		return &watchers{}
	}
	return r.watchers
}

func (r *region) watch() *watchers {
	if r.watchers == nil {
		r.watchers = &watchers{}
	}
	return r.watchers
}

type eventRule struct {
	bus, name, arn                                   string
	state, pattern, schedule, description, managedBy string
	targets                                          []eventTarget // by id
}

func (e *eventRule) key() string { return e.bus + "/" + e.name }

type eventTarget struct {
	Id               string
	Arn              string
	RoleArn          string          `json:",omitempty"`
	Input            string          `json:",omitempty"`
	InputPath        string          `json:",omitempty"`
	InputTransformer json.RawMessage `json:",omitempty"`
	DeadLetterConfig json.RawMessage `json:",omitempty"`
	RetryPolicy      json.RawMessage `json:",omitempty"`
}

func (r *region) addRule(bus, name string) *eventRule {
	e := &eventRule{bus: or(bus, defaultBus), name: name, state: "ENABLED"}
	path := e.bus + "/"
	if e.bus == defaultBus {
		path = ""
	}
	e.arn = r.arn("events", "rule/"+path+name)
	w := r.watch()
	i, found := slices.BinarySearchFunc(w.rules, e.key(), func(x *eventRule, k string) int { return strings.Compare(x.key(), k) })
	if found {
		return w.rules[i]
	}
	w.rules = slices.Insert(w.rules, i, e)
	return e
}

func (e *eventRule) putTarget(t eventTarget) {
	e.targets = slices.DeleteFunc(e.targets, func(x eventTarget) bool { return x.Id == t.Id })
	e.targets = append(e.targets, t)
	slices.SortFunc(e.targets, func(x, y eventTarget) int { return strings.Compare(x.Id, y.Id) })
}

const defaultBus = "default"

type eventsRequest struct {
	Name, NamePrefix, Rule, EventBusName, NextToken      string
	EventPattern, ScheduleExpression, State, Description string
	Limit                                                int
	Targets                                              []eventTarget
}

// bus is the name of the bus that the request asks for, which may name its ARN.
func (in eventsRequest) bus() string {
	return or(in.EventBusName[strings.LastIndexByte(in.EventBusName, '/')+1:], defaultBus)
}

// events reads the request. The bus must exist.
func (c *call) events() (in eventsRequest, err error) {
	if err := c.decode(&in); err != nil {
		return in, err
	}
	if bus := in.bus(); bus != defaultBus && !contains(c.region.watched().buses, bus) {
		return in, notFound("Event bus %s does not exist.", bus)
	}
	return in, nil
}

func (c *call) rule(in eventsRequest, name string) (*eventRule, error) {
	for _, e := range c.region.watched().rules {
		if e.bus == in.bus() && e.name == name {
			return e, nil
		}
	}
	return nil, notFound("Rule %s does not exist on EventBus %s.", name, in.bus())
}

func eventsPage[T any](c *call, in eventsRequest, name string, rows []T, key func(T) string, row func(T) obj) (any, error) {
	c.labels = append(c.labels, in.bus(), in.Rule, in.NamePrefix)
	p, err := c.pagerFor(in.Limit, 100, in.NextToken)
	if err != nil {
		return nil, validation("1 validation error detected: Value at 'nextToken' or 'limit' failed to satisfy constraint")
	}
	rows, token := page(p, rows, key, nil)
	list := []obj{}
	for _, r := range rows {
		list = append(list, row(r))
	}
	return listOf(name, list, token), nil
}

func (e *eventRule) row() obj {
	out := obj{"Name": e.name, "Arn": e.arn, "State": e.state, "EventBusName": e.bus}
	out.set("EventPattern", e.pattern)
	out.set("ScheduleExpression", e.schedule)
	out.set("Description", e.description)
	out.set("ManagedBy", e.managedBy)
	return out
}

func listRules(c *call) (any, error) {
	in, err := c.events()
	if err != nil {
		return nil, err
	}
	var rows []*eventRule
	for _, e := range c.region.watched().rules {
		if e.bus == in.bus() && strings.HasPrefix(e.name, in.NamePrefix) {
			rows = append(rows, e)
		}
	}
	return eventsPage(c, in, "Rules", rows, (*eventRule).key, (*eventRule).row)
}

func describeRule(c *call) (any, error) {
	in, err := c.events()
	if err != nil {
		return nil, err
	}
	e, err := c.rule(in, in.Name)
	if err != nil {
		return nil, err
	}
	return e.row(), nil
}

func listTargetsByRule(c *call) (any, error) {
	in, err := c.events()
	if err != nil {
		return nil, err
	}
	e, err := c.rule(in, in.Rule)
	if err != nil {
		return nil, err
	}
	return eventsPage(c, in, "Targets", e.targets, func(t eventTarget) string { return t.Id }, eventTarget.row)
}

func (t eventTarget) row() obj {
	out := obj{"Id": t.Id, "Arn": t.Arn}
	out.set("RoleArn", t.RoleArn)
	out.set("Input", t.Input)
	out.set("InputPath", t.InputPath)
	out.set("InputTransformer", t.InputTransformer)
	out.set("DeadLetterConfig", t.DeadLetterConfig)
	out.set("RetryPolicy", t.RetryPolicy)
	return out
}

func listEventBuses(c *call) (any, error) {
	var in eventsRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	names := slices.DeleteFunc(insertOnce(slices.Clone(c.region.watched().buses), defaultBus), func(n string) bool { return !strings.HasPrefix(n, in.NamePrefix) })
	return eventsPage(c, in, "EventBuses", names, strings.Clone, func(name string) obj {
		return obj{"Name": name, "Arn": c.region.arn("events", "event-bus/"+name)}
	})
}

func putRule(c *call) (any, error) {
	in, err := c.events()
	if err != nil {
		return nil, err
	}
	if in.Name == "" || in.EventPattern == "" && in.ScheduleExpression == "" {
		return nil, validation("Parameter(s) EventPattern or ScheduleExpression must be specified.")
	}
	if in.EventPattern != "" && !isJSON(in.EventPattern) {
		return nil, fail(http.StatusBadRequest, "InvalidEventPatternException", "Event pattern is not valid. Reason: it is no JSON")
	}
	e := c.region.addRule(in.bus(), in.Name)
	e.pattern, e.schedule, e.description, e.state = in.EventPattern, in.ScheduleExpression, in.Description, or(in.State, "ENABLED")
	return obj{"RuleArn": e.arn}, nil
}

func putTargets(c *call) (any, error) {
	in, err := c.events()
	if err != nil {
		return nil, err
	}
	e, err := c.rule(in, in.Rule)
	if err != nil {
		return nil, err
	}
	for _, t := range in.Targets {
		e.putTarget(t)
	}
	return obj{"FailedEntryCount": 0, "FailedEntries": []obj{}}, nil
}
