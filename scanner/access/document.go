package access

import (
	"cmp"

	"holdfast/scanner/authz"
	"holdfast/scanner/snapshot"
)

// addDocument puts a policy of the snapshot into a layer. One that AWS did not send,
// or that is no policy, makes the layer unread; why says what is known of the reason.
func addDocument(library *authz.Library, layer *authz.Layer, kind authz.Kind, name string, d snapshot.PolicyDocument, why string) {
	switch {
	case len(d.Document) > 0:
		library.Add(layer, kind, name, d.Document)
	case d.Unreadable != "":
		layer.Unread = append(layer.Unread, name+": it is not JSON")
	default:
		layer.Unread = append(layer.Unread, name+": "+cmp.Or(why, "AWS sent no document"))
	}
}
