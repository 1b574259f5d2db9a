#!/bin/sh
# Makes sure that the browser tests have a Chromium, a Chinese font, an X server without a screen (for grabbed keys) and a
# clock that can be set (for the pictures). Exit status: 0 they have; 3 they have not, and the
# browser tests are to be left out; 1 they have not although CI=true demands it.

has_chromium() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}

has_chinese_font() {
    command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn family)" ]
}

has_x_server() {
    command -v Xvfb >/dev/null 2>&1
}

has_set_clock() {
    ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1
}

missing() {
    wanted=""
    has_chromium || wanted=" chromium"
    has_chinese_font || wanted="$wanted fontconfig fonts-noto-cjk"
    has_x_server || wanted="$wanted xvfb"
    has_set_clock || wanted="$wanted libfaketime"
    [ -n "$wanted" ]
}

missing || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "The browser tests need:$wanted. Installing with apt-get (once) ..."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null >/dev/null
    # $wanted is a list of package names.
    # shellcheck disable=SC2086
    apt-get install -qq -y --no-install-recommends $wanted </dev/null >/dev/null
    missing || exit 0
fi
echo "Could not be set up: Chromium, a Chinese font, Xvfb and libfaketime for the browser tests (Debian, as root: apt-get install$wanted)."
if [ "$CI" = true ]; then
    echo "With CI=true nothing may be left out."
    exit 1
fi
echo "The browser tests are left out; everything else runs."
exit 3
