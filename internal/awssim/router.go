package awssim

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// An operation is one API call of one service.
type operation struct {
	name   string // "DescribeTable"
	full   string // "dynamodb:DescribeTable"
	writes bool   // takes the lock for itself
	handle func(*call) (any, error)
}

// A service is one API: how its requests look and what it can do.
type service struct {
	name       string // "dynamodb": the prefix of operations in faults, counters and exchanges
	protocol   protocol
	namespace  string                // awsQuery: of the answer's XML
	errorText  string                // member of its errors that has the message
	global     bool                  // one endpoint for all Regions: kept and counted in the account's home Region
	operations map[string]*operation // by name
}

// A call is one request on its way through the simulator.
type call struct {
	sim       *Simulator
	service   *service
	operation string // "DescribeTable"
	requestID string
	now       time.Time
	caller    *credential
	region    *region
	labels    []string   // path segments of restJson, unescaped
	query     url.Values // of the path (restJson) or of the form (awsQuery)
	body      []byte
}

// ServeHTTP answers one request. One URL serves all: the service follows from
// X-Amz-Target, the form's Action, or the path.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "reading request: "+err.Error(), http.StatusBadRequest)
		return
	}
	now := s.Clock.Now()
	c := &call{sim: s, now: now, requestID: s.counters.nextRequestID(), body: body}
	op := c.route(r)
	out := c.answer(r, op)
	if s.Record != nil {
		s.Record(out.exchange(c, r))
	}
	out.send(w, c)
}

// targets are the services that X-Amz-Target names, by its prefix.
var targets = map[string]*service{
	"DynamoDB_20120810":                 &dynamoDB,
	"ResourceGroupsTaggingAPI_20170126": &tagging,
	"TrentService":                      &kmsAPI,
	"AWSOrganizationsV20161128":         &organizationsAPI,
	"AWSEvents":                         &eventBridge,
	"CloudTrail_20131101":               &cloudTrail,
	"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101": &cloudTrail,
	"Logs_20140328":                 &cloudWatchLogs,
	"GraniteServiceVersion20100801": &cloudWatchJSON,
}

// versions are the services that speak awsQuery, by the form's Version.
var versions = map[string]*service{
	"2011-06-15": &sts,
	"2010-05-08": &iamAPI,
	"2010-03-31": &snsAPI,
	"2010-08-01": &cloudWatchQuery,
}

// route finds service and operation, nil when there is no such operation.
func (c *call) route(r *http.Request) *operation {
	c.query = r.URL.Query()
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		c.service, c.operation = &dynamoDB, target[strings.LastIndexByte(target, '.')+1:]
		if s := targets[strings.TrimSuffix(target, "."+c.operation)]; s != nil {
			c.service = s
		}
		return c.service.operations[c.operation]
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		c.query, _ = url.ParseQuery(string(c.body))
		c.service, c.operation = &sts, c.query.Get("Action")
		if s := versions[c.query.Get("Version")]; s != nil {
			c.service = s
		}
		return c.service.operations[c.operation]
	}
	path := strings.TrimSuffix(r.URL.EscapedPath(), "/")
	if path == "/listRegions" {
		c.service, c.operation = &accountAPI, "ListRegions"
		return accountAPI.operations["ListRegions"]
	}
	if name, ok := strings.CutPrefix(path, "/service/GraniteServiceVersion20100801/operation/"); ok {
		c.service, c.operation = &cloudWatch, name
		c.body = jsonOfCBOR(c.body)
		return c.service.operations[name]
	}
	c.service = &backupAPI
	c.operation, c.labels = matchRoute(r.Method, path)
	return c.service.operations[c.operation]
}

// answer goes through what stands between a request and its operation: who asks,
// faults, rates.
func (c *call) answer(r *http.Request, op *operation) reply {
	failed := func(err error) reply { return encodeError(err, c.service, c.requestID) }
	if op == nil {
		return failed(fail(http.StatusBadRequest, "UnknownOperationException", "awssim does not know this operation"))
	}
	if err := c.authenticate(r); err != nil {
		return failed(err)
	}
	if !c.permitted(op) {
		return failed(c.accessDenied(""))
	}
	key := Key{c.caller.account, c.region.name, op.full}
	c.sim.counters.count(c.region, op, 1, 0)
	fault := c.sim.Faults.next(key, c)
	if out, done := fault.before(c, failed); done {
		if fault.Kind == "throttle" {
			c.sim.counters.count(c.region, op, 0, 1)
		}
		return out
	}
	if !c.sim.Limits.allow(key) {
		c.sim.counters.count(c.region, op, 0, 1)
		out := failed(throttled(c.service.protocol))
		out.fault = "rate limit"
		return out
	}
	result, err := c.run(op)
	if err != nil {
		return failed(err)
	}
	return fault.after(c, c.success(result))
}

// run lets time pass up to now, then does the operation under the lock it needs.
func (c *call) run(op *operation) (any, error) {
	c.sim.catchUp(c.now)
	if op.writes {
		c.sim.mu.Lock()
		defer c.sim.mu.Unlock()
	} else {
		c.sim.mu.RLock()
		defer c.sim.mu.RUnlock()
	}
	out, err := op.handle(c)
	if op.writes && (c.service == &backupAPI || c.service == &dynamoDB) {
		c.region.named(func(arn string) { c.sim.implyKey(arn, c.now) })
	}
	return out, err
}
