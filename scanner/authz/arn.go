package authz

import "strings"

// splitARN returns the six fields of an ARN; the last keeps its colons.
func splitARN(text string) (fields [6]string, ok bool) {
	for i := range 5 {
		field, rest, found := strings.Cut(text, ":")
		if !found {
			return fields, false
		}
		fields[i], text = field, rest
	}
	fields[5] = text
	return fields, fields[0] == "arn"
}

// accountID says whether a text is an account's id.
// https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html
func accountID(text string) bool {
	if len(text) != 12 {
		return false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

func digits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

func hasWildcard(text string) bool { return strings.ContainsAny(text, "*?") }

// lastSegment is what follows the last slash.
func lastSegment(text string) string { return text[strings.LastIndexByte(text, '/')+1:] }
