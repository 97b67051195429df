package facts

// An Account is one account as a whole: what its Regions come to together.
type Account struct {
	Tables int `json:"tables"` // in all Regions of the scan
}
