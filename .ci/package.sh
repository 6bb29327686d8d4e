#!/bin/sh
# make package: dist/ gets a Linux archive of the desktop app and one of the
# headless app, and a Windows program where the mingw-w64 compiler is installed.
set -eu
cd "$(dirname "$0")/.."
: "${VERSION:?}" "${TAGS:?}"
arch=$(go env GOARCH)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p dist

# The same commit gives the same bytes: no names, no order and no times of this machine.
stamp=@$(git log -1 --format=%ct 2>/dev/null || echo 0)
pack() { # pack NAME: $stage/NAME becomes dist/NAME.tar.xz
    tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime="$stamp" -cJf "dist/$1.tar.xz" "$1"
    echo "dist/$1.tar.xz"
}
compile() { # compile FILE TAGS [LDFLAGS]
    go build -buildvcs=false -trimpath -tags "$2" -ldflags "-s -w -X main.version=$VERSION ${3:-}" -o "$1" .
}
papers() { # papers DIR: what belongs into every archive
    cp LICENSE CHANGELOG.md "$1/"
    if [ -f README.md ]; then cp README.md "$1/"; fi
}

name=lockstep-$VERSION-linux-$arch
root=$stage/$name
share=$root/share
mkdir -p "$root/bin" "$share/applications" "$share/icons/hicolor/256x256/apps" \
    "$share/icons/hicolor/512x512/apps" "$share/icons/hicolor/scalable/apps"
compile "$root/bin/lockstep" "$TAGS"
cp .ci/linux/app.lockstep.Lockstep.desktop "$share/applications/"
cp assets/icon-256.png "$share/icons/hicolor/256x256/apps/app.lockstep.Lockstep.png"
cp assets/icon.png "$share/icons/hicolor/512x512/apps/app.lockstep.Lockstep.png"
cp assets/svg/app.svg "$share/icons/hicolor/scalable/apps/app.lockstep.Lockstep.svg"
cp .ci/linux/install.sh "$root/"
papers "$root"
pack "$name"

name=lockstep-headless-$VERSION-linux-$arch
mkdir -p "$stage/$name"
CGO_ENABLED=0 compile "$stage/$name/lockstep" nogui
papers "$stage/$name"
pack "$name"

if command -v x86_64-w64-mingw32-gcc >/dev/null 2>&1; then
    CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc GOOS=windows GOARCH=amd64 \
        compile "dist/lockstep-$VERSION-windows-amd64.exe" migrated_fynedo -H=windowsgui
    echo "dist/lockstep-$VERSION-windows-amd64.exe"
else
    echo "no Windows program: x86_64-w64-mingw32-gcc (package gcc-mingw-w64-x86-64) is not installed"
fi
