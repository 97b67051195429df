package holdfast.lib.cause_test

import data.holdfast.lib.cause

test_cause_is_named if {
	cause.named({"message": "is late"}, "plan/nightly") == {"message": "is late", "cause": "plan/nightly"}
}

test_violation_stays_as_it_is_without_a_cause if {
	cause.named({"message": "is late", "actual": ""}, "") == {"message": "is late", "actual": ""}
}
