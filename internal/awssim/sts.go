package awssim

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

var sts = service{name: "sts", protocol: awsQuery, namespace: "https://sts.amazonaws.com/doc/2011-06-15/", operations: index("sts",
	operation{name: "GetCallerIdentity", handle: getCallerIdentity},
	operation{name: "AssumeRole", writes: true, handle: assumeRole},
)}

func getCallerIdentity(c *call) (any, error) {
	return obj{"Arn": c.caller.arn, "UserId": c.caller.userID, "Account": c.caller.account}, nil
}

// assumeRole gives temporary keys for a role of a simulated account. Trust
// policies are not evaluated but for the external id.
func assumeRole(c *call) (any, error) {
	arn, session := c.query.Get("RoleArn"), c.query.Get("RoleSessionName")
	partition, id, name, ok := parseRoleArn(arn)
	if !ok || session == "" {
		return nil, fail(http.StatusBadRequest, "ValidationError", "Invalid RoleArn or RoleSessionName")
	}
	a := c.sim.accounts[id]
	if a == nil || a.partition != partition || !a.trusts(name, c.query.Get("ExternalId")) {
		return nil, c.accessDenied(arn)
	}
	seconds := 3600
	if v := c.query.Get("DurationSeconds"); v != "" {
		var err error
		if seconds, err = strconv.Atoi(v); err != nil || seconds < 900 || seconds > 43200 {
			return nil, fail(http.StatusBadRequest, "ValidationError", "DurationSeconds must be between 900 and 43200")
		}
	}
	c.sim.sessions++
	n := strconv.Itoa(c.sim.sessions)
	key := "ASIA" + strings.ToUpper(shortID(hash("key", arn, session, n), 16))
	roleID := "AROA" + strings.ToUpper(shortID(hash("role", arn), 16))
	cred := &credential{
		account: id,
		arn:     "arn:" + partition + ":sts::" + id + ":assumed-role/" + name + "/" + session,
		userID:  roleID + ":" + session,
		token:   "awssim-session-" + uuid(hash("token", arn, session, n)),
		expires: c.now.Add(time.Duration(seconds) * time.Second),
	}
	c.sim.keys[key] = cred
	return obj{
		"AssumedRoleUser": obj{"AssumedRoleId": cred.userID, "Arn": cred.arn},
		"Credentials": obj{"AccessKeyId": key, "SecretAccessKey": uuid(hash("secret", key)), "SessionToken": cred.token,
			"Expiration": epochOf(c.announced(cred.expires, seconds))},
	}, nil
}

// announced is the expiry that the client is told. Clients judge it by their own
// clock, so keys that are good for the simulator must not look old to them.
func (c *call) announced(expires time.Time, seconds int) time.Time {
	if local := time.Now().UTC().Add(time.Duration(seconds) * time.Second); local.After(expires) {
		return local
	}
	return expires
}

// trusts says whether the role can be assumed with that external id. Accounts
// whose scenario names no roles let every role be assumed.
func (a *account) trusts(name, externalID string) bool {
	if a.roles == nil {
		return true
	}
	r, ok := a.roles[name]
	return ok && (r.externalID == "" || r.externalID == externalID)
}

// parseRoleArn cuts arn:aws:iam::111122223333:role/path/Name; name is the last
// segment, as in the ARN of the session.
func parseRoleArn(arn string) (partition, account, name string, ok bool) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" || !strings.HasPrefix(parts[5], "role/") {
		return "", "", "", false
	}
	return parts[1], parts[4], parts[5][strings.LastIndex(parts[5], "/")+1:], true
}
