package awssim

import (
	"slices"
	"time"
)

// A legalHold keeps points from deletion while it is ACTIVE.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/legalhold.html
type legalHold struct {
	id, arn            string
	token              string // IdempotencyToken
	title, description string
	status             string
	cancelNote         string
	created, canceled  time.Time
	selection          holdSelection
	tags               tags
}

// holdSelection is RecoveryPointSelection; empty parts hold everything.
type holdSelection struct {
	VaultNames          []string   `json:",omitempty"`
	ResourceIdentifiers []string   `json:",omitempty"`
	DateRange           *dateRange `json:",omitempty"`
}

type dateRange struct{ FromDate, ToDate epoch }

func (r *region) addLegalHold(title, description string, selection holdSelection, created time.Time) *legalHold {
	id := uuid(hash("hold", r.account.id, r.name, title, millis(created)))
	h := &legalHold{id: id, arn: r.arn("backup", "legal-hold:"+id), title: title, description: description, status: "ACTIVE",
		created: created, selection: selection}
	if r.legalHolds == nil {
		r.legalHolds = map[string]*legalHold{}
	}
	r.legalHolds[id] = h
	return h
}

func (h *legalHold) holds(p *point) bool {
	s := h.selection
	if len(s.VaultNames) > 0 && !slices.Contains(s.VaultNames, p.vault.name) ||
		len(s.ResourceIdentifiers) > 0 && !slices.Contains(s.ResourceIdentifiers, p.resource.arn) {
		return false
	}
	if d := s.DateRange; d != nil {
		created := epochMillis(p.created)
		return created >= d.FromDate && created <= d.ToDate
	}
	return true
}

// held says whether an ACTIVE hold protects the point.
func (r *region) held(p *point) bool {
	for _, h := range r.legalHolds {
		if h.status == "ACTIVE" && h.holds(p) {
			return true
		}
	}
	return false
}

func (h *legalHold) row() obj {
	o := obj{"Title": h.title, "Status": h.status, "LegalHoldId": h.id, "LegalHoldArn": h.arn, "CreationDate": epochOf(h.created)}
	o.set("Description", h.description)
	o.set("CancellationDate", epochOf(h.canceled))
	return o
}

func listLegalHolds(c *call) (any, error) {
	p, err := c.restPage()
	if err != nil {
		return nil, err
	}
	ids, token := page(p, sortedKeys(c.region.legalHolds), func(s string) string { return s }, nil)
	rows := make([]obj, len(ids))
	for i, id := range ids {
		rows[i] = c.region.legalHolds[id].row()
	}
	return listOf("LegalHolds", rows, token), nil
}

func (c *call) legalHold() (*legalHold, error) {
	if h := c.region.legalHolds[c.labels[0]]; h != nil {
		return h, nil
	}
	return nil, notFound("Cannot find legal hold %s", c.labels[0])
}

func getLegalHold(c *call) (any, error) {
	h, err := c.legalHold()
	if err != nil {
		return nil, err
	}
	row := h.row()
	row["RecoveryPointSelection"] = h.selection
	row.set("CancelDescription", h.cancelNote)
	return row, nil
}

func createLegalHold(c *call) (any, error) {
	in := struct {
		Title, Description, IdempotencyToken string
		RecoveryPointSelection               holdSelection
		Tags                                 map[string]string
	}{}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.Title == "" || in.Description == "" {
		return nil, missingParameter("Title and Description are required")
	}
	active := 0
	for _, h := range c.region.legalHolds {
		if in.IdempotencyToken != "" && h.token == in.IdempotencyToken {
			return h.written(), nil
		}
		if h.status == "ACTIVE" {
			active++
		}
	}
	if active >= 50 {
		return nil, fail(400, "LimitExceededException", "An account has at most 50 active legal holds")
	}
	h := c.region.addLegalHold(in.Title, in.Description, in.RecoveryPointSelection, c.now)
	h.token = in.IdempotencyToken
	for k, v := range in.Tags {
		h.tags.put(k, v)
	}
	return h.written(), nil
}

func (h *legalHold) written() obj {
	row := h.row()
	row["RecoveryPointSelection"] = h.selection
	return row
}

func cancelLegalHold(c *call) (any, error) {
	h, err := c.legalHold()
	if err != nil {
		return nil, err
	}
	if h.status != "ACTIVE" {
		return nil, fail(400, "InvalidResourceStateException", "Legal hold %s is %s", h.id, h.status)
	}
	h.status, h.canceled, h.cancelNote = "CANCELED", c.now, c.query.Get("cancelDescription")
	for _, v := range c.region.vaults {
		v.expiry = c.now // points whose retention is over go now
	}
	c.sim.wake(c.now)
	return created{nil}, nil
}

func listPointsByLegalHold(c *call) (any, error) {
	p, err := c.restPage()
	if err != nil {
		return nil, err
	}
	h, err := c.legalHold()
	if err != nil {
		return nil, err
	}
	var points []*point
	for _, v := range c.region.sortedVaults() {
		points = append(points, v.points...)
	}
	points, token := page(p, points, func(p *point) string { return p.vault.name + "\x00" + seqKey(p.seq) }, h.holds)
	rows := make([]obj, len(points))
	for i, p := range points {
		rows[i] = obj{"RecoveryPointArn": p.arn(), "ResourceArn": p.resource.arn, "ResourceType": "DynamoDB", "BackupVaultName": p.vault.name}
	}
	return listOf("RecoveryPoints", rows, token), nil
}
