package facts

// An Account is one account as a whole: what its Regions come to together.
type Account struct {
	Tables  int             `json:"tables"`  // in all Regions of the scan
	Watched []RegionWatch   `json:"watched"` // of the Regions with tables or with backups of tables, sorted
	Trails  []TrailRecorder `json:"trails"`  // sorted by ARN
}

// A RegionWatch says whether somebody would notice what endangers the backups in a
// Region.
type RegionWatch struct {
	Region string `json:"region"`
	// Recorded says whether a trail that is on records the calls below: "yes", "no",
	// or "ambiguous".
	Recorded string    `json:"recorded"`
	Calls    []Telling `json:"calls"` // "backup:DeleteRecoveryPoint", …
}

// A Telling says whether anybody would be told of something that happens.
type Telling struct {
	Event string `json:"event"`
	// Told is "yes", "no", or "ambiguous".
	Told string   `json:"told"`
	Why  []string `json:"why"` // what tells, or why what might does not; the first few
}

// A TrailRecorder is a trail, with what it records.
type TrailRecorder struct {
	TrailARN            string `json:"TrailARN"`
	HomeRegion          string `json:"HomeRegion,omitempty"`
	IsMultiRegionTrail  *bool  `json:"IsMultiRegionTrail,omitempty"`
	IsOrganizationTrail *bool  `json:"IsOrganizationTrail,omitempty"`
	IsLogging           *bool  `json:"IsLogging,omitempty"`
	S3BucketName        string `json:"S3BucketName,omitempty"` // for how long it keeps the files, nothing here says
	// LatestDeliveryError is why AWS could not put the last file into the bucket.
	LatestDeliveryError string `json:"LatestDeliveryError,omitempty"`
	// Records says whether its selectors take in calls that change backups, tables and
	// keys: "yes", "no" or "ambiguous".
	Records string `json:"records"`
}
