#!/usr/bin/env bash
# Puts the program where scan.sh looks for it: the one that is given, else one built
# from the source of the action, at the commit that the workflow names.
set -euo pipefail

program=$RUNNER_TEMP/holdfast
if [ -n "${HOLDFAST_BINARY:-}" ]; then
	cp -- "$HOLDFAST_BINARY" "$program"
	exit
fi
command -v go >/dev/null || {
	echo "::error title=Holdfast::Go is not here to build it; run actions/setup-go before, or give the input binary"
	exit 2
}
released=
if [[ ${GITHUB_ACTION_REF:-} =~ ^v([0-9]+\.[0-9]+\.[0-9]+)$ ]]; then
	released=${BASH_REMATCH[1]}
fi
cd "$GITHUB_ACTION_PATH"
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.released=$released" -o "$program" ./cmd/holdfast
