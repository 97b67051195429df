package facts

import "time"

// Promises is whether recovery points will be deleted when the plan that made them
// said. AWS keeps a promise of a plan's version for the points that this version
// made, whatever is edited later.
type Promises struct {
	Known      int         `json:"known"`      // usable points of which the promise is known
	Unknown    int         `json:"unknown"`    // usable points of a plan of which that version, or that copy action, is not there any more
	Older      int         `json:"older"`      // keep what an older version promised, and the plan says something else today
	Deviations []Deviation `json:"deviations"` // points to be deleted earlier or later than promised; the worst first, at most 8
}

// A Deviation is recovery points of one vault that will not go when they should.
type Deviation struct {
	BackupVaultName string    `json:"BackupVaultName"`
	Region          string    `json:"region"`
	Copy            bool      `json:"copy"`
	Earlier         bool      `json:"earlier"` // than promised; else later
	Promised        Retention `json:"promised"`
	Retention       Retention `json:"retention"`
	Points          int       `json:"points"`
}

// Overdue is recovery points that should be gone. AWS deletes at a random time
// within 8 hours of DeleteAt.
type Overdue struct {
	Points      int  `json:"points"`                 // past DeleteAt and these 8 hours
	OldestHours *int `json:"oldest_hours,omitempty"` // of these: the longest time since DeleteAt
	Expired     int  `json:"expired"`                // EXPIRED: AWS could not delete them
	Held        int  `json:"held"`                   // past their time, and under a legal hold: not counted above
}

// Cold is recovery points whose time to move to cold storage is over since two
// days. Which storage a point is in, AWS tells of single points alone: the oldest and
// the newest of each vault and lifecycle are asked about.
type Cold struct {
	Due     int `json:"due"`
	Sampled int `json:"sampled"` // of these: asked about
	Warm    int `json:"warm"`    // of these: still WARM
}

// Gone is recovery points that were there, or were made, and are not there any
// more, though their DeleteAt is still to come.
type Gone struct {
	Points int         `json:"points"`
	Listed []GonePoint `json:"listed"` // the newest first, at most 5
}

// A GonePoint is one of them.
type GonePoint struct {
	RecoveryPointArn string     `json:"RecoveryPointArn"`
	BackupVaultName  string     `json:"BackupVaultName"`
	CreationDate     *time.Time `json:"CreationDate,omitempty"`
	DeleteAt         *time.Time `json:"DeleteAt,omitempty"`  // absent: it was to be kept for ever
	DaysLeft         *int       `json:"days_left,omitempty"` // until DeleteAt
	Known            string     `json:"known"`               // "job": a completed job made it; "snapshot": the previous run saw it
	By               string     `json:"by,omitempty"`        // ARN of who deleted it, where CloudTrail was read and says so
	Call             string     `json:"call,omitempty"`      // "DeleteRecoveryPoint"
	At               *time.Time `json:"at,omitempty"`        // when
}
