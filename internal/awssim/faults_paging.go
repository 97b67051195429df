package awssim

import (
	"strings"
)

// editToken makes the answer repeat the token that was sent, or be an empty page
// whose token leads, under another name, to the page that should have come.
func (f *Fault) editToken(c *call, doc map[string]any) {
	out, in := tokenNames(c)
	sent := c.sentToken(in)
	for _, more := range []string{"IsTruncated", "Truncated"} { // IAM, KMS
		if _, ok := doc[more]; ok {
			doc[more] = true
		}
	}
	switch {
	case f.Kind == "empty-page":
		emptyLists(doc)
		doc[out] = c.samePlace(sent)
	case sent != "":
		doc[out] = sent
	default:
		if t, _ := doc[out].(string); t == "" {
			doc[out] = c.samePlace("")
		}
	}
}

// tokenNames are the fields of the next token in answer and request.
func tokenNames(c *call) (out, in string) {
	switch {
	case c.operation == "ListTables":
		return "LastEvaluatedTableName", "ExclusiveStartTableName"
	case c.operation == "ListBackups":
		return "LastEvaluatedBackupArn", "ExclusiveStartBackupArn"
	case c.service == &tagging:
		return "PaginationToken", "PaginationToken"
	case c.service == &iamAPI:
		return "Marker", "Marker"
	case c.service == &kmsAPI:
		return "NextMarker", "Marker"
	case c.service == &cloudWatchLogs:
		return "nextToken", "nextToken"
	}
	return "NextToken", "NextToken"
}

func (c *call) sentToken(name string) string {
	if c.service == &backupAPI {
		return c.query.Get("nextToken") + c.query.Get("NextToken")
	}
	var in map[string]any
	if c.decode(&in) != nil {
		return ""
	}
	s, _ := in[name].(string)
	return s
}

// samePlace is a token that differs from the one that was sent and yet leads to
// the same page.
func (c *call) samePlace(sent string) string {
	switch c.operation {
	case "ListTables":
		if sent == "" {
			return "---" // before every name
		}
		return sent + "-"
	case "ListBackups":
		if sent == "" {
			return c.region.arn("dynamodb", "table/---/backup/00000000000000-00000000")
		}
		last := strings.IndexByte(hexDigits, sent[len(sent)-1])
		return sent[:len(sent)-1] + hexDigits[min(last+1, 15):min(last+2, 16)]
	}
	p := pager{bind: c.question()}
	key, _ := p.key(sent)
	return p.variant(key, 1)
}

func emptyLists(doc map[string]any) {
	for k, v := range doc {
		switch v.(type) {
		case []any, []string:
			doc[k] = []string{}
		case []obj:
			doc[k] = []obj{}
		}
	}
}
