package holdfast.lib.duration_test

import data.holdfast.lib.duration

test_hours_are_rounded_down if {
	duration.hours(0) == 0
	duration.hours(59) == 0
	duration.hours(60) == 1
	duration.hours(1919) == 31
	duration.hours(1920) == 32
}

test_text if {
	duration.text(0) == "0 h"
	duration.text(45) == "45 min"
	duration.text(60) == "1 h"
	duration.text(61) == "1 h 1 min"
	duration.text(1440) == "24 h"
	duration.text(1470) == "24 h 30 min"
	duration.text(4320) == "72 h"
}
