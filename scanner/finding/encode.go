package finding

import "encoding/json"

// appendFinding appends what json.Marshal would make of f, several times faster:
// a large account has a million findings. The raw values in it are JSON on one
// line, as json.Marshal makes it.
func appendFinding(b []byte, f *Finding) (_ []byte, err error) {
	b = append(b, `{"rule":`...)
	b = appendText(b, f.Rule)
	b = append(b, `,"subject":`...)
	b = appendText(b, f.Subject)
	b = append(b, `,"arn":`...)
	b = appendText(b, f.ARN)
	b = append(b, `,"account":`...)
	b = appendText(b, f.Account)
	b = append(b, `,"region":`...)
	b = appendText(b, f.Region)
	b = appendOptional(b, `,"name":`, f.Name)
	b = append(b, `,"status":`...)
	b = appendText(b, string(f.Status))
	b = append(b, `,"severity":`...)
	b = appendText(b, string(f.Severity))
	b = appendOptional(b, `,"message":`, f.Message)
	b = appendRaw(b, `,"expected":`, f.Expected)
	b = appendRaw(b, `,"actual":`, f.Actual)
	b = appendOptional(b, `,"scope":`, f.Scope)
	b = appendOptional(b, `,"cause":`, f.Cause)
	b = appendTexts(b, `,"caused_by":`, f.CausedBy)
	b = appendTexts(b, `,"members":`, f.Members)
	b = appendOptional(b, `,"business_function":`, f.BusinessFunction)
	b = appendOptional(b, `,"owner":`, f.Owner)
	b = appendEvidence(b, f.Evidence)
	if f.Gap != nil {
		b, err = appendSlow(b, `,"gap":`, f.Gap)
	}
	if f.Waiver != nil && err == nil {
		b, err = appendSlow(b, `,"waiver":`, f.Waiver)
	}
	if f.Remediation != nil {
		b = append(b, `,"remediation":{"action":`...)
		b = appendText(b, f.Remediation.Action)
		b = appendRaw(b, `,"parameters":`, f.Remediation.Parameters)
		b = append(b, '}')
	}
	return append(b, '}'), err
}

func appendEvidence(b []byte, all []Evidence) []byte {
	for i, e := range all {
		if i == 0 {
			b = append(b, `,"evidence":[`...)
		} else {
			b = append(b, ',')
		}
		b = append(b, `{"path":`...)
		b = appendText(b, e.Path)
		b = appendRaw(b, `,"value":`, e.Value)
		b = appendTexts(b, `,"calls":`, e.Calls)
		b = append(b, '}')
	}
	if len(all) > 0 {
		b = append(b, ']')
	}
	return b
}

func appendOptional(b []byte, key, s string) []byte {
	if s == "" {
		return b
	}
	return appendText(append(b, key...), s)
}

func appendTexts(b []byte, key string, all []string) []byte {
	for i, s := range all {
		if i == 0 {
			b = append(append(b, key...), '[')
		} else {
			b = append(b, ',')
		}
		b = appendText(b, s)
	}
	if len(all) > 0 {
		b = append(b, ']')
	}
	return b
}

// appendRaw appends JSON. A line break in it would break the line format, and
// some characters would be unsafe in HTML: then it is written anew.
func appendRaw(b []byte, key string, raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return b
	}
	b = append(b, key...)
	if plain(raw) {
		return append(b, raw...)
	}
	again, err := json.Marshal(raw)
	if err != nil { // no JSON; keep it readable as a text
		return appendText(b, string(raw))
	}
	return append(b, again...)
}

// special are the bytes of which one may have to be written anew; 0xe2 begins
// U+2028 and U+2029.
var special = [256]bool{'\n': true, '\r': true, '\t': true, '<': true, '>': true, '&': true, 0xe2: true}

func plain(raw []byte) bool {
	for _, c := range raw {
		if special[c] {
			return false
		}
	}
	return true
}

func appendSlow(b []byte, key string, v any) ([]byte, error) {
	text, err := json.Marshal(v)
	return append(append(b, key...), text...), err
}

func appendText(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			text, _ := json.Marshal(s) // a string can always be encoded
			return append(b, text...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
