package finding

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"strings"
)

// Hash is the sha256, in hexadecimal, of several texts, none of which can run
// into the next.
func Hash(parts ...string) string {
	d := newDigest()
	for _, part := range parts {
		d.text(part)
	}
	return d.sum()
}

// A digest is what two runs have in common that found the same: rule, resource,
// status, expected, actual, message, scope and waiver of all findings in order.
// Times, evidence and the tool's version are not in it.
type digest struct {
	hash   hash.Hash
	buffer []byte
}

func newDigest() *digest { return &digest{hash: sha256.New()} }

func (d *digest) add(f *Finding) {
	d.buffer = d.buffer[:0]
	for _, part := range [...]string{f.Rule, f.ARN, string(f.Status), f.Message, f.Scope} {
		d.buffer = append(binary.AppendUvarint(d.buffer, uint64(len(part))), part...)
	}
	for _, part := range [...][]byte{f.Expected, f.Actual, waiverText(f.Waiver)} {
		d.buffer = append(binary.AppendUvarint(d.buffer, uint64(len(part))), part...)
	}
	d.hash.Write(d.buffer)
}

func waiverText(w *Waiver) []byte {
	if w == nil {
		return nil
	}
	text, err := json.Marshal(w)
	if err != nil { // a year beyond 9999; the findings could not be written either
		return []byte(strings.Join([]string{w.Reason, w.Ticket, w.Owner, w.Approver}, "\n"))
	}
	return text
}

func (d *digest) text(part string) {
	d.buffer = append(binary.AppendUvarint(d.buffer[:0], uint64(len(part))), part...)
	d.hash.Write(d.buffer)
}

func (d *digest) sum() string { return hex.EncodeToString(d.hash.Sum(nil)) }
