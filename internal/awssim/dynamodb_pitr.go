package awssim

import "time"

// pitr is a table's point-in-time recovery.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
type pitr struct {
	on    bool
	days  int       // RecoveryPeriodInDays
	since time.Time // switched on
	floor time.Time // history before this was thrown away by a shorter period
}

const defaultRecoveryPeriod = 35 // days

// earliest is how far back the table can be restored: the period, but not before
// recovery was switched on, nor into what a shorter period threw away.
func (p pitr) earliest(now time.Time) time.Time {
	e := now.AddDate(0, 0, -p.days)
	for _, bound := range []time.Time{p.since, p.floor} {
		if bound.After(e) {
			e = bound
		}
	}
	return e
}

// latest trails the present by five minutes.
func (p pitr) latest(now time.Time) time.Time {
	l := now.Add(-5 * time.Minute)
	if l.Before(p.since) {
		return p.since
	}
	return l
}

func (t *table) continuousBackups(now time.Time) obj {
	d := obj{"PointInTimeRecoveryStatus": "DISABLED"}
	if t.pitr.on {
		d["PointInTimeRecoveryStatus"] = "ENABLED"
		d["RecoveryPeriodInDays"] = t.pitr.days
		d["EarliestRestorableDateTime"] = epochOf(t.pitr.earliest(now).Truncate(time.Second))
		d["LatestRestorableDateTime"] = epochOf(t.pitr.latest(now).Truncate(time.Second))
	}
	return obj{"ContinuousBackupsDescription": obj{"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": d}}
}

func describeContinuousBackups(c *call) (any, error) {
	in := struct{ TableName string }{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.tableOf(in.TableName, "TableNotFoundException")
	if err != nil {
		return nil, err
	}
	return t.continuousBackups(c.now), nil
}

// updateContinuousBackups switches recovery on or off, or changes the period. A
// period that is not sent is 35, also where another one was set before.
func updateContinuousBackups(c *call) (any, error) {
	in := struct {
		TableName                        string
		PointInTimeRecoverySpecification struct {
			PointInTimeRecoveryEnabled *bool
			RecoveryPeriodInDays       *int
		}
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t, err := c.tableOf(in.TableName, "TableNotFoundException")
	if err != nil {
		return nil, err
	}
	spec := in.PointInTimeRecoverySpecification
	if spec.PointInTimeRecoveryEnabled == nil {
		return nil, validation("1 validation error detected: Value null at 'pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled' failed to satisfy constraint: Member must not be null")
	}
	days := defaultRecoveryPeriod
	if spec.RecoveryPeriodInDays != nil {
		days = *spec.RecoveryPeriodInDays
	}
	if days < 1 || days > 35 {
		return nil, validation("Invalid RecoveryPeriodInDays %d: it must be between 1 and 35", days)
	}
	switch {
	case !*spec.PointInTimeRecoveryEnabled:
		t.pitr = pitr{}
	case !t.pitr.on:
		t.pitr = pitr{on: true, days: days, since: c.now}
	default:
		shorter := t.pitr
		shorter.days = min(days, t.pitr.days)
		t.pitr.floor = shorter.earliest(c.now)
		t.pitr.days = days
	}
	return t.continuousBackups(c.now), nil
}
