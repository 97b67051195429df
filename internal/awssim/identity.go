package awssim

import (
	"net/http"
	"strings"
	"time"
)

// A credential is what an access key id stands for.
type credential struct {
	account string
	arn     string // of the user or the assumed role
	userID  string
	token   string    // session token; "" for keys of users
	expires time.Time // zero: never
}

// A role can be assumed, by callers that know its external id if it has one.
type role struct{ externalID string }

// authenticate finds caller and Region in the Authorization header. The scope of
// the credential names the Region; the signature is not checked.
//
//	AWS4-HMAC-SHA256 Credential=AKIA…/20261122/eu-west-1/dynamodb/aws4_request, …
func (c *call) authenticate(r *http.Request) error {
	p := c.service.protocol
	_, rest, found := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if !found {
		return noCredentials.in(p)
	}
	scope, _, _ := strings.Cut(rest, ",")
	parts := strings.Split(strings.TrimSpace(scope), "/")
	if len(parts) != 5 {
		return noCredentials.in(p)
	}
	c.sim.mu.RLock()
	defer c.sim.mu.RUnlock()
	cred := c.sim.keys[parts[0]]
	if cred == nil || cred.token != r.Header.Get("X-Amz-Security-Token") {
		return unknownKey.in(p)
	}
	if !cred.expires.IsZero() && !c.now.Before(cred.expires) {
		return expiredKey.in(p)
	}
	region := c.sim.accounts[cred.account].regions[parts[2]]
	switch {
	case c.service.global:
		region = c.sim.accounts[cred.account].home()
	case c.service == &sts || c.service == &accountAPI:
		if region == nil { // both have one endpoint for Regions that are not opted in to
			region = c.sim.accounts[cred.account].anyRegion()
		}
	case region == nil || region.optStatus == "DISABLED":
		return unknownKey.in(p) // AWS answers so where a Region is not opted in to
	}
	c.caller, c.region = cred, region
	return nil
}

// home is where what has no Region is kept and counted.
func (a *account) home() *region {
	if r := a.regions["us-east-1"]; r != nil {
		return r
	}
	return a.anyRegion()
}

func (a *account) anyRegion() *region {
	if len(a.regionNames) == 0 {
		return &region{account: a, name: "us-east-1"}
	}
	return a.regions[a.regionNames[0]]
}

// accessDenied names who may not do what, as STS and DynamoDB write it.
func (c *call) accessDenied(resource string) *apiError {
	status, code := http.StatusForbidden, "AccessDeniedException"
	if c.service.protocol == awsQuery {
		code = "AccessDenied"
	}
	if c.service.protocol == awsJSON10 || c.service.protocol == awsJSON11 {
		status = http.StatusBadRequest
	}
	on := ""
	if resource != "" {
		on = " on resource: " + resource
	}
	return fail(status, code, "User: %s is not authorized to perform: %s:%s%s", c.caller.arn, c.service.name, c.operation, on)
}
