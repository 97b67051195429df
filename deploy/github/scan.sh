#!/usr/bin/env bash
# Scans, appends the job summary, and sets the outputs. It ends with the scan's exit
# code, after all of that: steps behind it that run always() find their files.
#
# In:  HOLDFAST_* (the inputs), RUNNER_TEMP, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY
# Out: $RUNNER_TEMP/holdfast-reports, with every report and without the snapshot
set -euo pipefail

program=$RUNNER_TEMP/holdfast
runs=$RUNNER_TEMP/holdfast-out
reports=$RUNNER_TEMP/holdfast-reports

refuse() {
	echo "::error title=Holdfast::$1"
	exit 2
}

arguments=("--out=$runs" "--format=text,json,csv,junit,markdown,metrics,sarif")
flag() { # --name=value, where there is a value: it can't be taken for another flag
	[ -z "$2" ] || arguments+=("--$1=$2")
}
switch() {
	case $2 in
	true) arguments+=("--$1") ;;
	false | '') ;;
	*) refuse "the input $1 is neither true nor false" ;;
	esac
}
flag config "${HOLDFAST_CONFIG:-}"
flag source "${HOLDFAST_SOURCE:-}"
flag regions "${HOLDFAST_REGIONS:-}"
flag tables "${HOLDFAST_TABLES:-}"
flag rules "${HOLDFAST_RULES:-}"
flag policies "${HOLDFAST_POLICIES:-}"
flag role-arn "${HOLDFAST_ROLE_ARN:-}"
flag external-id "${HOLDFAST_EXTERNAL_ID:-}"
flag fail-on "${HOLDFAST_FAIL_ON:-}"
flag sarif-category "${HOLDFAST_SARIF_CATEGORY:-}"
flag sarif-anchor "${HOLDFAST_SARIF_ANCHOR:-}"
switch allow-incomplete "${HOLDFAST_ALLOW_INCOMPLETE:-}"
switch redact "${HOLDFAST_REDACT:-}"

# The log shows names and tags that others chose: none of them may be a command to
# the runner.
stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
code=0
echo "::stop-commands::$stop"
"$program" scan "${arguments[@]}" || code=$?
echo "::$stop::"

case $code in
0 | 1 | 3) ;;
*) refuse "the scan did not come to an end (exit code $code); the log above says why" ;;
esac

rm -rf "$reports"
mkdir -p "$reports"
cp "$runs"/latest/report.* "$runs"/latest/metrics.prom "$runs"/latest/inventory.jsonl "$reports"
cat "$reports/report.md" >>"$GITHUB_STEP_SUMMARY" # at most 900 KiB of the 1 MiB that a step has

metric() { sed -n "s/^$1 //p" "$reports/metrics.prom"; }
complete=false
[ "$(metric holdfast_complete)" = 0 ] || complete=true
{
	echo "exit-code=$code"
	echo "complete=$complete"
	for severity in critical high medium low; do
		echo "$severity=$(metric "holdfast_causes{severity=\"$severity\"}")"
	done
	echo "unknown=$(metric holdfast_unexpected_unknown)"
	echo "sarif-file=$reports/report.sarif"
	echo "reports=$reports"
} >>"$GITHUB_OUTPUT"
exit "$code"
