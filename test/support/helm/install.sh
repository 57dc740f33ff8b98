#!/bin/sh
# Installs helm and kubernetes-validate for test/helm, unless they are installed, and prints their folder. helm is built from its
# source, which takes three minutes of processor time; so CI runs this script in the background before the tests.
set -eu
helm=v3.22.0
validate=1.37.0
folder=${XDG_CACHE_HOME:-$HOME/.cache}/gemini-sync-bridge-tests/helm-$helm-$validate
mkdir -p "$folder"
# A second one waits for the first, and then has nothing to do.
if command -v flock >/dev/null; then
  exec 9>"$folder/lock"
  flock 9
fi
new=$folder/new.$$
trap 'rm -rf "$new"' EXIT
# A tool gets its place only when it is whole.
if [ ! -x "$folder/helm" ]; then
  GOBIN=$new GOFLAGS=-mod=mod go install "helm.sh/helm/v3/cmd/helm@$helm" >&2
  mv "$new/helm" "$folder/helm"
fi
if [ ! -d "$folder/python" ]; then
  python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target "$new" \
    "kubernetes-validate==$validate" >&2
  mv "$new" "$folder/python"
fi
echo "$folder"
