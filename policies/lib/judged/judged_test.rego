package holdfast.lib.judged_test

import data.holdfast.lib.judged

test_active_and_updating_tables_are_judged if {
	every status in {"ACTIVE", "UPDATING"} {
		judged.table(status, false) == true
	}
}

test_tables_that_nobody_can_protect_are_not_judged if {
	every status in {"CREATING", "DELETING", "ARCHIVING", "ARCHIVED", "INACCESSIBLE_ENCRYPTION_CREDENTIALS"} {
		judged.table(status, false) == false
	}
}

test_unknown_status_gives_no_answer if {
	{answer | answer := judged.table("SHINY_NEW_STATUS", false)} == set()
}

test_restore_test_is_not_judged if {
	judged.table("ACTIVE", true) == false
	judged.table("CREATING", true) == false
	judged.table("SHINY_NEW_STATUS", true) == false
}

test_plans_are_judged_when_the_grace_is_over if {
	judged.by_plans("ACTIVE", false, 23, 24, ["plan"]) == false
	judged.by_plans("ACTIVE", false, 24, 24, ["plan"]) == true
	judged.by_plans("ACTIVE", false, 0, 0, ["plan"]) == true
}

test_plans_are_not_judged_where_something_else_backs_up if {
	judged.by_plans("ACTIVE", false, 100, 24, ["external", "on_demand"]) == false
	judged.by_plans("ACTIVE", false, 100, 24, ["external", "plan"]) == true
	judged.by_plans("ACTIVE", false, 100, 24, []) == false
}

test_plans_are_not_judged_on_tables_that_are_not if {
	judged.by_plans("DELETING", false, 100, 24, ["plan"]) == false
	judged.by_plans("ACTIVE", true, 100, 24, ["plan"]) == false
}

test_unknown_status_gives_no_answer_on_plans_either if {
	{answer | answer := judged.by_plans("SHINY_NEW_STATUS", false, 100, 24, ["plan"])} == set()
}
