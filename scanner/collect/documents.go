package collect

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"holdfast/scanner/snapshot"
)

// policyDocument keeps a document as JSON, or as text where it is none; nil where
// AWS sent nothing.
func policyDocument(s *string) *snapshot.PolicyDocument {
	if aws.ToString(s) == "" {
		return nil
	}
	d := readable(*s)
	return &d
}

// decodedDocument is a document of IAM, which sends them URL-encoded as in RFC
// 3986, where + is a plus. Some emulators do not encode.
func decodedDocument(s *string) snapshot.PolicyDocument {
	text := aws.ToString(s)
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		if plain, err := url.PathUnescape(text); err == nil {
			text = plain
		}
	}
	return readable(text)
}

func readable(text string) snapshot.PolicyDocument {
	if json.Valid([]byte(text)) {
		return snapshot.PolicyDocument{Document: json.RawMessage(text)}
	}
	return snapshot.PolicyDocument{Unreadable: strings.ToValidUTF8(text, "�")}
}
