# METADATA
# title: A trail records who changes backups
# description: >-
#   Without a trail nobody can tell afterwards who deleted a backup, shortened a plan or disabled a key: CloudTrail itself
#   forgets after 90 days, and events that a rule could tell somebody of are not even made.
# related_resources:
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
#   - https://docs.aws.amazon.com/awscloudtrail/latest/userguide/receive-cloudtrail-log-files-from-multiple-regions.html
#   - https://docs.aws.amazon.com/aws-backup/latest/devguide/logging-using-cloudtrail.html
# custom:
#   severity: medium
#   evidence: [trails, watched]
#   limits: |
#     A trail counts if it is on, delivers its files, and records management events that write, those of KMS included, in
#     each Region with tables or backups of tables. **For how long its bucket keeps the files, 12 months or more, the scan
#     does not see**: look at the bucket's lifecycle rules, mostly in another account. Event data stores of CloudTrail Lake
#     are not looked at. Of an organization's trail, the state is what AWS shows to this account.
#   fix: |
#     One trail of all Regions is enough, best the organization's. Keep its files for at least 12 months, in an account
#     whose administrators are others, and validate them.
#
#     **Console.** CloudTrail → Trails → Create trail → Multi-region trail, Management events: Read and Write; then S3 →
#     the bucket → Management → Lifecycle rules.
#
#     **CLI.**
#
#     ```sh
#     aws cloudtrail create-trail --name account --s3-bucket-name BUCKET --is-multi-region-trail \
#       --enable-log-file-validation
#     aws cloudtrail start-logging --name account
#     aws cloudtrail get-trail-status --name account
#     aws s3api get-bucket-lifecycle-configuration --bucket BUCKET
#     ```
#
#     **Terraform.**
#
#     ```hcl
#     resource "aws_cloudtrail" "account" {
#       name                       = "account"
#       s3_bucket_name             = aws_s3_bucket.trail.id
#       is_multi_region_trail      = true
#       enable_log_file_validation = true
#     }
#     ```
package holdfast.account.trail

applicable := count(input.watched) > 0

ok if {
	every region in input.watched {
		region.recorded == "yes"
	}
}

deny contains violation if {
	count(_unrecorded) > 0
	violation := {
		"message": sprintf("no trail records who changes backups, tables and keys in %s", [concat(", ", _unrecorded)]),
		"expected": "a trail that is on and records management events",
		"actual": {"unrecorded": _unrecorded},
	}
}

ambiguous contains sprintf("whether a trail records who changes backups in %s was not read, or is not documented", [region.region]) if {
	count(_unrecorded) == 0
	some region in input.watched
	region.recorded == "ambiguous"
}

_unrecorded := [region.region | some region in input.watched; region.recorded == "no"]
