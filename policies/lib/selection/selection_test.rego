package holdfast.lib.selection_test

import data.holdfast.lib.selection

test_only_ambiguous_protections_are_unclear if {
	selection.unclear([
		{"covered": "yes", "ambiguities": ["settled by a point"]},
		{"covered": "ambiguous", "ambiguities": ["no tag stage", "wildcard inside"]},
		{"covered": "opted_out", "ambiguities": []},
	]) == {"no tag stage", "wildcard inside"}
}

test_nothing_is_unclear_without_protections if {
	selection.unclear([]) == set()
}

test_ambiguous_protection_without_a_reason_is_still_unclear if {
	every nameless in [[], null] {
		protection := {"covered": "ambiguous", "ambiguities": nameless}
		selection.unclear([protection]) == {"AWS does not say whether a selection matches it"}
	}
}
