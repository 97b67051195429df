# METADATA
# title: Minutes, told to people
# description: Facts count minutes; thresholds and people count hours.
package holdfast.lib.duration

# METADATA
# title: Whole hours in so many minutes, rounded down
# description: A limit that is made of minutes is rounded down, so that rounding never excuses a late backup.
hours(minutes) := (minutes - (minutes % 60)) / 60

# METADATA
# title: Minutes as text
# description: '"24 h", "24 h 30 min" or "45 min".'
text(minutes) := sprintf("%d h", [hours(minutes)]) if {
	minutes % 60 == 0
}

text(minutes) := sprintf("%d h %d min", [hours(minutes), minutes % 60]) if {
	minutes % 60 > 0
	minutes > 60
}

text(minutes) := sprintf("%d min", [minutes]) if {
	minutes > 0
	minutes < 60
}
