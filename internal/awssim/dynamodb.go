package awssim

import (
	"net/http"
	"regexp"
	"strings"
)

// DynamoDB over awsJson1_0.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
var dynamoDB = service{name: "dynamodb", protocol: awsJSON10, errorText: "message", operations: index("dynamodb",
	operation{name: "ListTables", handle: listTables},
	operation{name: "DescribeTable", handle: describeTable},
	operation{name: "CreateTable", writes: true, handle: createTable},
	operation{name: "UpdateTable", writes: true, handle: updateTable},
	operation{name: "DeleteTable", writes: true, handle: deleteTable},
	operation{name: "DescribeTimeToLive", handle: describeTimeToLive},
	operation{name: "DescribeContinuousBackups", handle: describeContinuousBackups},
	operation{name: "UpdateContinuousBackups", writes: true, handle: updateContinuousBackups},
	operation{name: "ListBackups", handle: listTableBackups},
	operation{name: "DescribeBackup", handle: describeTableBackup},
	operation{name: "CreateBackup", writes: true, handle: createTableBackup},
	operation{name: "DeleteBackup", writes: true, handle: deleteTableBackup},
	operation{name: "ListTagsOfResource", handle: listTagsOfResource},
	operation{name: "TagResource", writes: true, handle: tagTable},
	operation{name: "UntagResource", writes: true, handle: untagTable},
	operation{name: "GetResourcePolicy", handle: getResourcePolicy},
	operation{name: "PutResourcePolicy", writes: true, handle: putResourcePolicy},
	operation{name: "DeleteResourcePolicy", writes: true, handle: deleteResourcePolicy},
)}

// index names the operations of a service.
func index(service string, ops ...operation) map[string]*operation {
	m := make(map[string]*operation, len(ops))
	for _, op := range ops {
		op.full = service + ":" + op.name
		m[op.name] = &op
	}
	return m
}

var tableNamePattern = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

// tableOf finds a table by name or ARN. The code of its absence differs from
// operation to operation.
func (c *call) tableOf(nameOrArn, codeIfAbsent string) (*table, error) {
	name := nameOrArn
	if strings.HasPrefix(nameOrArn, "arn:") {
		var ok bool
		if name, ok = strings.CutPrefix(nameOrArn, c.region.arn("dynamodb", "table/")); !ok {
			return nil, c.accessDenied(nameOrArn)
		}
	}
	if !tableNamePattern.MatchString(name) {
		return nil, validation("1 validation error detected: Value '%s' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+", nameOrArn)
	}
	if t := c.region.tables[name]; t != nil {
		return t, nil
	}
	return nil, fail(http.StatusBadRequest, codeIfAbsent, "Requested resource not found: Table: %s not found", name)
}
