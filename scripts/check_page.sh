#!/bin/sh
# Rebuild the page from web/ and compare it with the files that are shipped; exit 1 if they differ.
# With --write: put the rebuilt files in their place.
set -eu
cd "$(dirname "$0")/../web"
shipped=../src/opendome/web/static

if ! command -v npm >/dev/null; then
    echo "opendome: no npm: the page was not rebuilt" >&2
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi
npm ci --silent --no-audit --no-fund
npx tsc --noEmit
if [ "${1:-}" = --write ]; then
    npx vite build --logLevel warn
    exit
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
npx vite build --logLevel warn --outDir "$made"
diff -rq "$made" "$shipped" ||
    { echo "the page differs from web/: run scripts/check_page.sh --write" >&2; exit 1; }
