#!/bin/sh
# Make a virtual environment on a bare machine: make_venv.sh PYTHON FOLDER
#
# Debian and Ubuntu ship python3 without ensurepip, hence without a way to make a full virtual
# environment.  Where it is missing, this installs Debian's package for it and says so.
set -eu
python=$1
venv=$2

die() { echo "opendome: $*" >&2; exit 1; }

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) ||
    die "no working '$python': install Python 3.11 or newer, or say make PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    die "'$python' is Python $version: want 3.11 or newer; say make PYTHON=/path/to/python3.11"

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package="python$version-venv"
    remedy="'$python' cannot make virtual environments: as root, run: apt-get install $package"
    command -v apt-get >/dev/null || die "$remedy"
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "$remedy"
        as_root=sudo
        [ -t 0 ] || as_root="sudo -n"  # no terminal: fail rather than wait for a password
    fi
    echo "opendome: '$python' lacks ensurepip: installing the Debian package $package"
    log=$(mktemp)
    { $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "$package"; } >"$log" 2>&1 ||
        { tail -n 5 "$log" >&2; rm -f "$log"; die "$remedy"; }
    rm -f "$log"
fi

"$python" -m venv --clear "$venv"
