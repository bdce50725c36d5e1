#!/bin/sh
# Install Debian packages that are missing: need.sh COMMAND=PACKAGE ...
#
# Fails where it cannot; with CI unset it says so and goes on, since what needs them can be left
# out on a user's machine.
set -eu

missing=
for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || missing="$missing ${pair#*=}"
done
[ -n "$missing" ] || exit 0

cannot() {
    echo "opendome: missing:$missing (as root: apt-get install$missing)" >&2
    [ "${CI:-}" != true ] || exit 1
    exit 0
}

command -v apt-get >/dev/null || cannot
as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || cannot
    as_root="sudo -n"  # no terminal is waited for
fi
echo "opendome: installing the Debian packages$missing"
log=$(mktemp)
{ $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1 ||
    { tail -n 5 "$log" >&2; rm -f "$log"; cannot; }
rm -f "$log"
