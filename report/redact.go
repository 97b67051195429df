package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"regexp"

	"holdfast/scanner/facts"
	"holdfast/scanner/finding"
)

// Redacted returns an Input that says the same without account ids and without
// the names of principals. What is hidden gets a name made from its sha256, the
// same in every report and every run, so that findings can still be told apart
// and alerts stay the same. Whoever knows an account id can so confirm it; nobody
// can read it off.
//
// Names of tables, vaults and plans stay: without them nothing could be fixed.
func Redacted(in *Input) *Input {
	out := *in
	out.Header = redacted(in.Header)
	out.Gaps = redacted(in.Gaps)
	out.ExpectedGaps = redacted(in.ExpectedGaps)
	out.Run = redacted(in.Run)
	out.Changes = redacted(in.Changes)
	out.Sources = in.Sources.redacted()
	out.Findings = func() iter.Seq2[*finding.Finding, error] { return redactedStream(in.Findings()) }
	if in.Subjects != nil {
		out.Subjects = func() iter.Seq2[*facts.Subject, error] { return redactedStream(in.Subjects()) }
	}
	return &out
}

func redactedStream[T any](in iter.Seq2[*T, error]) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for item, err := range in {
			if err == nil {
				hidden := redacted(*item)
				item = &hidden
			}
			if !yield(item, err) {
				return
			}
		}
	}
}

// redacted rewrites every string of a value, through its JSON form: no field can
// be forgotten.
func redacted[T any](value T) T {
	plain, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("redacting %T: %v", value, err)) // these types marshal always
	}
	var out T
	if err := json.Unmarshal(redactJSON(plain), &out); err != nil {
		panic(fmt.Sprintf("redacting %T: %v", value, err))
	}
	return out
}

var (
	jsonString = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	// A principal's ARN keeps its kind: arn:aws:iam::111122223333:role/Admin.
	principal = regexp.MustCompile(`(arn:[a-z0-9-]+:(?:iam|sts)::\d{12}:(?:user|role|group|assumed-role|federated-user|policy))/[^\s"',;]+`)
	accountID = regexp.MustCompile(`\b\d{12}\b`)
)

func redactJSON(plain []byte) []byte {
	return jsonString.ReplaceAllFunc(plain, func(s []byte) []byte {
		if !bytes.ContainsAny(s, "0123456789") {
			return s
		}
		s = principal.ReplaceAllFunc(s, func(arn []byte) []byte {
			kind := principal.FindSubmatch(arn)[1]
			return append(append(bytes.Clone(kind), '/'), pseudonym("principal-", arn)...)
		})
		return accountID.ReplaceAllFunc(s, func(id []byte) []byte { return pseudonym("account-", id) })
	})
}

func pseudonym(kind string, name []byte) []byte {
	sum := sha256.Sum256(name)
	return append([]byte(kind), hex.EncodeToString(sum[:4])...)
}
