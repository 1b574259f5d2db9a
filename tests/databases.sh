#!/bin/sh
# Makes sure that the tests of the databases beside SQLite have a PostgreSQL and a Redis (and with CI=true that of the
# nginx configuration an nginx); the tests start their own of
# each in a temporary folder. Exit status: 0 they have; 3 they have not, and those tests are to be left out; 1 they have
# not although CI=true demands it.

has_postgres() {
    command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1
}

has_redis() {
    command -v redis-server >/dev/null 2>&1 || command -v valkey-server >/dev/null 2>&1
}

missing() {
    wanted=""
    has_postgres || wanted=" postgresql"
    has_redis || wanted="$wanted redis-server"
    # Its Debian package starts a web server: not on a developer's machine for the sake of one test.
    [ "$CI" != true ] || command -v nginx >/dev/null 2>&1 || wanted="$wanted nginx-light"
    [ -n "$wanted" ]
}

missing || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "The tests of PostgreSQL and of several processes need:$wanted. Installing with apt-get (once) ..."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null >/dev/null
    # $wanted is a list of package names.
    # shellcheck disable=SC2086
    apt-get install -qq -y --no-install-recommends $wanted </dev/null >/dev/null
    missing || exit 0
fi
echo "Could not be set up: PostgreSQL and Redis for the tests of several processes (Debian, as root: apt-get install$wanted)."
if [ "$CI" = true ]; then
    echo "With CI=true nothing may be left out."
    exit 1
fi
echo "The tests of PostgreSQL and of several processes are left out; everything else runs."
exit 3
