package awssim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// CloudWatch Logs over awsJson1_1. It holds no logs.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
var cloudWatchLogs = service{name: "logs", protocol: awsJSON11, errorText: "message", operations: index("logs",
	operation{name: "DescribeLogGroups", handle: describeLogGroups},
	operation{name: "DescribeMetricFilters", handle: describeMetricFilters},
	operation{name: "CreateLogGroup", writes: true, handle: createLogGroup},
	operation{name: "PutMetricFilter", writes: true, handle: putMetricFilter},
)}

type logGroup struct {
	region    *region
	name      string
	retention int // days; 0: for ever
	key       string
	created   time.Time
	filters   []metricFilter // by name
}

type metricFilter struct {
	group           *logGroup
	name, pattern   string
	transformations []transformation
	created         time.Time
}

type transformation struct {
	Name      string `json:"metricName"`
	Namespace string `json:"metricNamespace"`
	Value     string `json:"metricValue"`
}

func (r *region) addLogGroup(name string, at time.Time) *logGroup {
	w := r.watch()
	i, found := slices.BinarySearchFunc(w.logGroups, name, func(g *logGroup, n string) int { return strings.Compare(g.name, n) })
	if found {
		return nil
	}
	g := &logGroup{region: r, name: name, created: at}
	w.logGroups = slices.Insert(w.logGroups, i, g)
	return g
}

func (g *logGroup) arn() string { return g.region.arn("logs", "log-group:"+g.name) }

func (g *logGroup) put(f metricFilter) {
	f.group = g
	g.filters = slices.DeleteFunc(g.filters, func(x metricFilter) bool { return x.name == f.name })
	g.filters = append(g.filters, f)
	slices.SortFunc(g.filters, func(x, y metricFilter) int { return strings.Compare(x.name, y.name) })
}

type logsRequest struct {
	LogGroupName, LogGroupNamePrefix, LogGroupNamePattern, NextToken string
	FilterName, FilterNamePrefix, FilterPattern                      string
	MetricName, MetricNamespace                                      string
	MetricTransformations                                            []transformation
	KmsKeyID                                                         string
	Limit                                                            int
}

// logsPage writes the members of CloudWatch Logs, which begin with a small letter.
func logsPage[T any](c *call, in logsRequest, name string, rows []T, key func(T) string, row func(T) obj) (any, error) {
	c.labels = append(c.labels, in.LogGroupName, in.LogGroupNamePrefix, in.FilterNamePrefix, in.MetricName, in.MetricNamespace)
	p, err := c.pagerFor(in.Limit, 50, in.NextToken)
	if err != nil {
		return nil, fail(http.StatusBadRequest, "InvalidParameterException", "The specified nextToken or limit is invalid.")
	}
	rows, token := page(p, rows, key, nil)
	list := []obj{}
	for _, r := range rows {
		list = append(list, row(r))
	}
	out := obj{name: list}
	out.set("nextToken", token)
	return out, nil
}

func describeLogGroups(c *call) (any, error) {
	var in logsRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	var rows []*logGroup
	for _, g := range c.region.watched().logGroups {
		if strings.HasPrefix(g.name, in.LogGroupNamePrefix) && strings.Contains(g.name, in.LogGroupNamePattern) {
			rows = append(rows, g)
		}
	}
	return logsPage(c, in, "logGroups", rows, func(g *logGroup) string { return g.name }, func(g *logGroup) obj {
		row := obj{"logGroupName": g.name, "logGroupArn": g.arn(), "arn": g.arn() + ":*", "creationTime": int(g.created.UnixMilli()),
			"metricFilterCount": len(g.filters), "storedBytes": 0, "logGroupClass": "STANDARD"}
		row.set("kmsKeyId", g.key)
		if g.retention > 0 {
			row["retentionInDays"] = g.retention
		}
		return row
	})
}

func (c *call) logGroup(name string) (*logGroup, error) {
	for _, g := range c.region.watched().logGroups {
		if g.name == name {
			return g, nil
		}
	}
	return nil, notFound("The specified log group does not exist.")
}

func describeMetricFilters(c *call) (any, error) {
	var in logsRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	groups := c.region.watched().logGroups
	if in.LogGroupName != "" {
		g, err := c.logGroup(in.LogGroupName)
		if err != nil {
			return nil, err
		}
		groups = []*logGroup{g}
	}
	var rows []metricFilter
	for _, g := range groups {
		for _, f := range g.filters {
			if strings.HasPrefix(f.name, in.FilterNamePrefix) && f.feeds(in.MetricNamespace, in.MetricName) {
				rows = append(rows, f)
			}
		}
	}
	return logsPage(c, in, "metricFilters", rows, func(f metricFilter) string { return f.group.name + "\x00" + f.name }, metricFilter.row)
}

func (f metricFilter) feeds(namespace, name string) bool {
	return namespace == "" && name == "" || slices.ContainsFunc(f.transformations, func(t transformation) bool { return t.Namespace == namespace && t.Name == name })
}

func (f metricFilter) row() obj {
	rows := []obj{}
	for _, t := range f.transformations {
		rows = append(rows, obj{"metricName": t.Name, "metricNamespace": t.Namespace, "metricValue": t.Value})
	}
	return obj{"filterName": f.name, "filterPattern": f.pattern, "logGroupName": f.group.name, "creationTime": int(f.created.UnixMilli()), "metricTransformations": rows}
}

func createLogGroup(c *call) (any, error) {
	var in logsRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	g := c.region.addLogGroup(in.LogGroupName, c.now)
	if g == nil {
		return nil, fail(http.StatusBadRequest, "ResourceAlreadyExistsException", "The specified log group already exists")
	}
	g.key = in.KmsKeyID
	return nil, nil
}

func putMetricFilter(c *call) (any, error) {
	var in logsRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	g, err := c.logGroup(in.LogGroupName)
	if err != nil {
		return nil, err
	}
	g.put(metricFilter{name: in.FilterName, pattern: in.FilterPattern, transformations: in.MetricTransformations, created: c.now})
	return nil, nil
}
