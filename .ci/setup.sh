#!/bin/sh
# Checks that this machine can build Lockstep and run its tests, and installs
# what is missing (Debian, Ubuntu and relatives). Nothing is installed, and no
# package list is fetched, when nothing is missing.
#
#   .ci/setup.sh go        Go alone (headless build, linters)
#   .ci/setup.sh build     Go and what the desktop app is compiled with
#   .ci/setup.sh package   the same, and what archives are made with
#   .ci/setup.sh desktop   as build, and what a run without a desktop needs:
#                          X server, session bus, window manager, tray host
set -eu
cd "$(dirname "$0")/.."

want_go=1.26
missing=""

need() { # need PACKAGE COMMAND...: the package is missing when the command fails
    package=$1
    shift
    if ! "$@" >/dev/null 2>&1; then missing="$missing $package"; fi
}

has() { command -v "$1"; }
links() { pkg-config --exists "$1"; }
header() { printf '#include <%s>\n' "$1" | gcc -E -o /dev/null -; }
library() { ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p | grep -q "$1"; }
file_in() { # file_in NAME DIR...: a file of that name pattern lies below one of them
    name=$1
    shift
    find "$@" -name "$name" 2>/dev/null | grep -q .
}

check_build() {
    need gcc has gcc
    need libc6-dev header stdio.h
    need pkg-config has pkg-config
    need libgl-dev links gl
    need libxcursor-dev links xcursor
    need libxrandr-dev links xrandr
    need libxinerama-dev links xinerama
    need libxi-dev links xi
    need libxxf86vm-dev links xxf86vm
}

check_desktop() {
    need xvfb has Xvfb
    need libgl1 library libGL.so.1
    need libgl1-mesa-dri file_in '*_dri.so' /usr/lib /usr/lib64
    need dbus has dbus-daemon
    need dbus has dbus-run-session
    need openbox has openbox
    need xdotool has xdotool
    need wmctrl has wmctrl
    need imagemagick has import
    need x11-utils has xwininfo
    need fonts-dejavu-core file_in 'DejaVuSans.ttf' /usr/share/fonts
    need fonts-droid-fallback file_in 'DroidSansFallback*.ttf' /usr/share/fonts
    need xfce4-panel has xfce4-panel
    need adwaita-icon-theme file_in index.theme /usr/share/icons/Adwaita
}

check_go() {
    if ! command -v go >/dev/null 2>&1; then
        echo "setup: Go $want_go or newer is needed, and there is no 'go' on the PATH: https://go.dev/doc/install" >&2
        exit 1
    fi
    # Asked inside the module: a Go that may fetch newer toolchains answers for the one it will use.
    have=$(go env GOVERSION 2>/dev/null || true)
    have=${have:-$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null || echo unknown)}
    number=${have#go}
    oldest=$(printf '%s\n%s\n' "$want_go" "$number" | sort -V | head -n 1)
    if [ "$oldest" != "$want_go" ]; then
        echo "setup: Go $want_go or newer is needed, this is $have: https://go.dev/doc/install" >&2
        exit 1
    fi
}

install_missing() {
    missing=$(printf '%s\n' $missing | sort -u | tr '\n' ' ')
    missing=${missing% }
    if [ -z "$missing" ]; then return; fi
    echo "setup: missing system packages: $missing"
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "setup: there is no apt here. Install what your system calls these Debian packages, then run this again." >&2
        exit 1
    fi
    sudo=""
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            echo "setup: not root and no sudo. As root run: apt-get install $missing" >&2
            exit 1
        fi
        sudo="sudo"
    fi
    # DPkg::Lock::Timeout: a fresh machine often runs its own first update.
    apt="$sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq"
    $apt update
    $apt install -y --no-install-recommends $missing
}

case "${1:-desktop}" in
go) ;;
build) check_build ;;
package)
    check_build
    need xz-utils has xz
    need zip has zip
    need gcc-mingw-w64-x86-64 has x86_64-w64-mingw32-gcc
    ;;
desktop)
    check_build
    check_desktop
    ;;
*)
    echo "usage: .ci/setup.sh [go|build|package|desktop]" >&2
    exit 2
    ;;
esac
check_go
install_missing
