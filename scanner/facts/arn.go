package facts

import "strings"

// An arn is the parts of arn:partition:service:region:account:resource.
type arn struct {
	partition, service, region, account, resource string
}

// parseARN is false for what is not an ARN.
func parseARN(s string) (arn, bool) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" {
		return arn{}, false
	}
	return arn{partition: p[1], service: p[2], region: p[3], account: p[4], resource: p[5]}, true
}

func (a arn) String() string {
	return strings.Join([]string{"arn", a.partition, a.service, a.region, a.account, a.resource}, ":")
}

// tableARN is the ARN of a table; of a backup's ARN …:table/Orders/backup/0123, it
// is the ARN of the table that was backed up.
func tableARN(s string) string {
	table, _, _ := strings.Cut(s, "/backup/")
	return table
}

// tableName takes a table's name or ARN, as DynamoDB's TableName parameter does.
func tableName(s string) string {
	if a, ok := parseARN(s); ok {
		s = strings.TrimPrefix(a.resource, "table/")
	}
	return s
}

func vaultName(s string) string {
	a, _ := parseARN(s)
	return strings.TrimPrefix(a.resource, "backup-vault:")
}

// AccountARN names one account as a whole. AWS has no ARN for it.
func AccountARN(partition, account string) string {
	return arn{partition, "backup", "", account, "account"}.String()
}

// RegionARN names one Region of one account. AWS has no ARN for it: this one
// stands where a finding is about the Region, or about subjects that could not
// be listed there.
func RegionARN(partition, region, account string) string {
	return arn{partition, "backup", region, account, "region"}.String()
}
