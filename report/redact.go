package report

import (
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
	// Digits inside of a word, a hash say, are no account.
	accountID = regexp.MustCompile(`(^|[^0-9A-Za-z])(\d{12})($|[^0-9A-Za-z])`)
	digits    = regexp.MustCompile(`\d{12}`)
)

// redactJSON goes through the texts of a document as they are meant: escaped, a line
// end before an account would read as a letter.
func redactJSON(plain []byte) []byte {
	return jsonString.ReplaceAllFunc(plain, func(s []byte) []byte {
		var text string
		if !digits.Match(s) || json.Unmarshal(s, &text) != nil {
			return s
		}
		hidden, err := json.Marshal(redactText(text))
		if err != nil {
			panic(fmt.Sprintf("redacting %s: %v", s, err)) // a text can always be encoded
		}
		return hidden
	})
}

func redactText(text string) string {
	text = principal.ReplaceAllStringFunc(text, func(arn string) string {
		return principal.FindStringSubmatch(arn)[1] + "/" + pseudonym("principal-", arn)
	})
	for range 2 { // what stands between two accounts belongs to one match only
		text = accountID.ReplaceAllStringFunc(text, func(s string) string {
			m := accountID.FindStringSubmatch(s)
			return m[1] + pseudonym("account-", m[2]) + m[3]
		})
	}
	return text
}

func pseudonym(kind, name string) string {
	sum := sha256.Sum256([]byte(name))
	return kind + hex.EncodeToString(sum[:4])
}
