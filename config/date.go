package config

import (
	"encoding/json"
	"time"
)

// A Date is a day in UTC, written 2027-01-31.
type Date struct{ day time.Time }

const dateLayout = "2006-01-02"

// ParseDate reads "2027-01-31".
func ParseDate(s string) (Date, error) {
	day, err := time.Parse(dateLayout, s)
	return Date{day}, err
}

// Time is the first instant of the day.
func (d Date) Time() time.Time { return d.day }

// End is the instant at which the day is over.
func (d Date) End() time.Time { return d.day.AddDate(0, 0, 1) }

// Over says whether the whole day has passed.
func (d Date) Over(now time.Time) bool { return !now.Before(d.End()) }

func (d Date) IsZero() bool   { return d.day.IsZero() }
func (d Date) String() string { return d.day.Format(dateLayout) }

// MarshalJSON writes "2027-01-31".
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }
