#!/bin/sh
# Make a bundle that installs without internet: every wheel that requirements-postgres.txt locks (requirements.txt and the driver), ours, and what is in this folder.
# bundle.sh PYTHON TO: run on a machine like those of the hall (same system, same Python), from a clone; TO is a new folder.
set -eu
python=$1 to=$2
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
[ ! -e "$to" ] || { echo "$to 已经存在 / is there already" >&2; exit 2; }
mkdir -p "$to/wheels"
to=$(cd "$to" && pwd)
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
pip="$python -m pip --disable-pip-version-check --quiet"
# From a copy, so that nothing is left behind in the clone.
(cd "$root" && git ls-files -z --cached --others --exclude-standard | tar -c --null --files-from=- --ignore-failed-read 2>/dev/null) |
  tar -x -C "$built"
$pip wheel --no-index --no-deps --no-build-isolation --wheel-dir "$to/wheels" "$built"
$pip download --require-hashes --only-binary :all: --dest "$to/wheels" --requirement "$root/requirements-postgres.txt"
cp "$root/requirements-postgres.txt" "$to/requirements.txt"
cp "$here"/* "$to/"
(cd "$to" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum > SHA256SUMS)
echo "$to"
