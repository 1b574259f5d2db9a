#!/bin/sh
# Install paihao from this bundle, without internet: install.sh /opt/paihao [PYTHON]. An installation that is there is kept
# beside it with .before at its name (roll back: put it back); data and settings lie elsewhere and are not touched.
set -eu
to=$1 python=${2:-python3}
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
sha256sum --check --quiet SHA256SUMS || { echo "安装包不完整 / the bundle is damaged" >&2; exit 2; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 / needs Python 3.11" >&2; exit 2; }
# A virtual environment cannot be moved: it is made under its name, the old one steps aside and comes back if this fails.
if [ -e "$to" ]; then
  rm -rf "$to.before"
  mv "$to" "$to.before"
  trap '[ -e "$to/.installed" ] || { rm -rf "$to"; mv "$to.before" "$to"; }' EXIT
fi
"$python" -m venv "$to"
pip="$to/bin/python -m pip --disable-pip-version-check --quiet install --no-index --no-deps"
$pip --find-links wheels --require-hashes --requirement requirements.txt
$pip wheels/paihao-*.whl
"$to/bin/paihao" --help > /dev/null
touch "$to/.installed"
echo "已安装 / installed: $to/bin/paihao"
