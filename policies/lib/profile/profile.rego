# METADATA
# title: Retention profiles
# description: >-
#   A profile is a list of tiers: up to the age of to_days, the backups that still exist lie no more than max_gap_hours
#   apart. A tier begins where the next shorter one ends, so that [{35, 24}, {91, 168}] asks for a backup a day for five
#   weeks and one a week for the two months after.
#
#   What a table has is a list of steps of the same shape: the backups that still exist at an age above from_days, up to
#   to_days, lie at most longest_gap_minutes apart. A step without that has no backups.
# related_resources:
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
package holdfast.lib.profile

# METADATA
# title: The age in days to which a profile asks for backups
end(tiers) := max({tier.to_days | some tier in tiers})

# METADATA
# title: Whether backups exist up to an age, however far apart
# description: True or false. Kept for ever reaches any age.
reaches(steps, days) if {
	_for_ever(steps)
} else if {
	kept_days(steps) >= days
} else := false

# METADATA
# title: Whether backups are kept longer than so many days
# description: True or false. For ever is longer than anything.
outlasts(steps, days) if {
	_for_ever(steps)
} else if {
	kept_days(steps) > days
} else := false

# METADATA
# title: The age in days that the oldest backups reach, where they are not kept for ever
# description: Zero where there are none. A step without backups ends what came before it.
kept_days(steps) := min({longest} | _bare(steps)) if longest := max({0} | {step.to_days | some step in steps})

# METADATA
# title: How long backups are kept, as text
kept_text(steps) := "for ever" if {
	_for_ever(steps)
} else := sprintf("%d days", [kept_days(steps)])

# METADATA
# title: Where backups lie further apart than a tier allows
# description: >-
#   At most one place for each tier, its youngest. Ages at which no backup exists are left out: those are a matter of
#   reaches.
sparse(steps, tiers) := {place |
	some tier in tiers
	from := _from_days(tier, tiers)
	limit := tier.max_gap_hours * 60
	found := {[max([step.from_days, from]), step.longest_gap_minutes] |
		some step in steps
		step.from_days < tier.to_days
		_ends_after(step, from)
		step.longest_gap_minutes > limit
	}
	[after, gap] := min(found)
	place := {"after_days": after, "gap_minutes": gap, "limit_minutes": limit, "to_days": tier.to_days}
}

_for_ever(steps) if {
	some step in steps
	step.for_ever
	count(_bare(steps)) == 0
}

_bare(steps) := {step.from_days |
	some step in steps
	not step.longest_gap_minutes
}

_from_days(tier, tiers) := max({0} | {other.to_days | some other in tiers; other.to_days < tier.to_days})

_ends_after(step, _) if step.for_ever

_ends_after(step, days) if step.to_days > days
