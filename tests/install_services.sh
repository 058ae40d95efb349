#!/usr/bin/env bash
# Installs what some tests use and skip without: PostgreSQL (the store) and Chromium (pages in a browser). Does nothing where they are
# there, where this is no Debian with apt-get, or where the caller is not root; without a network it says so and lets the tests skip.
set -euo pipefail
wanted=()
compgen -G "/usr/lib/postgresql/*/bin/pg_ctl" >/dev/null || wanted+=(postgresql)
command -v chromium >/dev/null || wanted+=(chromium)
[ ${#wanted[@]} -gt 0 ] || exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "not installed (needs apt-get and root): ${wanted[*]}; their tests are skipped" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# The tests start servers of their own: the package need not make and start one.
mkdir -p /etc/postgresql-common/createcluster.d
echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.d/resclassify.conf
install() { timeout 600 apt-get install -y -qq --no-install-recommends "$1" >/dev/null 2>&1; }
updated=
for package in "${wanted[@]}"; do
    install "$package" && continue
    [ -n "$updated" ] || timeout 300 apt-get update -qq >/dev/null 2>&1 || true
    updated=yes
    install "$package" || echo "could not install $package; its tests are skipped" >&2
done
