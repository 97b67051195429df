// Package awssim is an AWS that runs in-process, behind one http.Handler. It is
// a test double: it serves the demo, the tests and the load generator, and
// nothing that it answers is proof of what AWS would answer.
//
// It speaks these services over their real wire protocols, so that an unmodified
// AWS SDK, CLI or Terraform works against it with one endpoint URL for all:
//
//   - DynamoDB (awsJson1_0): tables, point-in-time recovery, backups, tags
//   - AWS Backup (restJson1): vaults, plans, selections, recovery points, jobs
//   - STS (awsQuery): AssumeRole, GetCallerIdentity
//   - Resource Groups Tagging API (awsJson1_1): GetResources
//   - Account (restJson1): ListRegions
//   - IAM (awsQuery): users, groups, roles, policies
//   - Organizations (awsJson1_1): the tree, policies on it, who administers it
//   - KMS (awsJson1_1): keys, their state, policies and grants
//   - EventBridge (awsJson1_1), SNS (awsQuery), CloudTrail (awsJson1_1), CloudWatch
//     (smithy-rpc-v2-cbor, awsJson1_0, awsQuery) and CloudWatch Logs (awsJson1_1):
//     who would notice
//
// Policies, of whatever kind, are kept and shown: they are not enforced, but for
// what [Simulator.EnforceIAM] says.
//
// The Region comes from the credential scope of the Authorization header, the
// account from the access key. Signatures are not checked.
//
// What it holds is described by a scenario (a YAML file, see [Scenario]). Time
// is the simulator's own [Clock]; when it moves, plans run, copies land, points
// grow cold and expire. Everything is deterministic: ids are derived from names
// and times. [Faults] make it misbehave on demand.
package awssim

import (
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A Simulator is an http.Handler that answers as AWS would. Its exported fields
// may be set until the first request, its methods called at any time.
type Simulator struct {
	Clock    *Clock           // the time that every answer is given at
	PageSize int              // most items on a page, of any list; 0: AWS's own maximum
	Faults   *Faults          // what goes wrong, and when
	Limits   *Limiter         // request rates; none unless set
	Record   func(e Exchange) // sees every request just before its answer goes out, in the goroutine that serves it

	mu        sync.RWMutex // guards all state below
	directory *directory   // the organization; nil: the accounts are in none
	accounts  map[string]*account
	keys      map[string]*credential // by access key id
	sessions  int                    // AssumeRole calls so far
	ran       time.Time              // engine: everything up to here has happened
	due       time.Time              // engine: nothing happens before; zero: nothing ever

	counters counters
	enforced atomic.Bool
}

// An account is one AWS account. Its state per Region is apart.
type account struct {
	id, name, partition string
	roles               map[string]role // by name; nil: every role can be assumed
	regions             map[string]*region
	regionNames         []string // sorted
	globalSettings      map[string]string
	iam                 *identities
}

// A region is the state of one account in one Region. Maps are made when first
// written, so that an organization of empty accounts stays small.
type region struct {
	account   *account
	name      string
	optStatus string

	tables     map[string]*table
	tableNames []string // sorted
	resources  map[string]*resource
	resourceBy []*resource // sorted by name, then ARN

	optIn         map[string]bool
	management    map[string]bool
	advancedSince time.Time // backups before are not advanced, whatever management says

	vaults         map[string]*vault
	plans          map[string]*plan // by id; deleted ones too
	backupJobs     []*backupJob
	copyJobs       []*copyJob
	restoreJobs    []*restoreJob
	jobSeq         uint64
	testingPlans   map[string]*testingPlan
	legalHolds     map[string]*legalHold
	idempotentJobs map[string]string // StartBackupJob token → job id
	tallies        []tally           // guarded by the simulator's counters

	keys     map[string]*kmsKey // by id
	watchers *watchers          // nil: none
}

func (r *region) arn(service, resource string) string {
	return "arn:" + r.account.partition + ":" + service + ":" + r.name + ":" + r.account.id + ":" + resource
}

// allRegions calls f for every Region of every account, in a fixed order.
func (s *Simulator) allRegions(f func(*region)) {
	for _, id := range sortedKeys(s.accounts) {
		a := s.accounts[id]
		for _, name := range a.regionNames {
			f(a.regions[name])
		}
	}
}

// A Server is a simulator that listens on a local port.
type Server struct {
	URL  string // "http://127.0.0.1:…": the endpoint of every service
	srv  *http.Server
	done chan struct{} // closed when nothing is served any more
}

// Start serves sim on a free local port until Close. It panics where there is
// none.
func Start(sim *Simulator) *Server {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic("awssim: " + err.Error())
	}
	s := &Server{URL: "http://" + listener.Addr().String(), srv: &http.Server{Handler: sim}, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		if err := s.srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic("awssim: " + err.Error())
		}
	}()
	return s
}

// Close stops the server: running requests lose their connection.
func (s *Server) Close() {
	s.srv.Close()
	<-s.done
}
