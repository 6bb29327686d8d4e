#!/bin/sh
# make package: dist/ gets a Linux archive of the desktop app and one of the
# headless app, and for Windows the program alone and an archive with it.
set -eu
cd "$(dirname "$0")/.."
: "${VERSION:?}" "${TAGS:?}"
arch=$(go env GOARCH)
stage=$(mktemp -d)
# Go takes it into a build by its place and its name, and only into one for Windows.
resource=lockstep_windows_amd64.syso
trap 'rm -rf "$stage" "$resource"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p dist

# The same commit gives the same bytes: no names, no order and no times of this machine.
stamp=@$(git log -1 --format=%ct 2>/dev/null || echo 0)
pack() { # pack NAME: $stage/NAME becomes dist/NAME.tar.xz
    tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime="$stamp" -cJf "dist/$1.tar.xz" "$1"
    echo "dist/$1.tar.xz"
}
packZip() { # packZip NAME: $stage/NAME becomes dist/NAME.zip, which knows no time before 1980
    find "$stage/$1" -exec touch -d "$stamp" {} +
    rm -f "dist/$1.zip"
    archive=$PWD/dist/$1.zip
    (cd "$stage" && find "$1" -type f | LC_ALL=C sort | TZ=UTC zip -q -9 -X "$archive" -@)
    echo "dist/$1.zip"
}
compile() { # compile FILE TAGS [LDFLAGS]
    go build -buildvcs=false -trimpath -tags "$2" -ldflags "-s -w -X main.version=$VERSION ${3:-}" -o "$1" .
}
describe() { # describe FILE WORDS: the program compiled next has icon, manifest and version
    # v1.2.3-4-gabcdef is 1.2.3.4; what has no tag is 0.0.0.0.
    numbers=$(printf '%s\n' "$VERSION" | sed -nE 's/^v?([0-9]+)\.([0-9]+)\.([0-9]+).*$/\1,\2,\3/p')
    commits=$(printf '%s\n' "$VERSION" | sed -nE 's/^.*-([0-9]+)-g[0-9a-f]+(-dirty)?$/\1/p')
    flags=0
    case $VERSION in *-* | dev) flags=VS_FF_PRERELEASE ;; esac
    {
        echo "#define VERSION_NUMBERS ${numbers:-0,0,0},${commits:-0}"
        echo "#define VERSION_WORDS \"$VERSION\""
        echo "#define VERSION_FLAGS $flags"
        echo "#define FILE_NAME \"$1\""
        echo "#define FILE_WORDS \"$2\""
    } >"$stage/version.h"
    x86_64-w64-mingw32-windres -I "$stage" -I .ci/windows -I assets -O coff -o "$resource" .ci/windows/lockstep.rc
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

if ! command -v x86_64-w64-mingw32-gcc >/dev/null 2>&1; then
    echo "no Windows program: x86_64-w64-mingw32-gcc (package gcc-mingw-w64-x86-64) is not installed"
    exit 0
fi
name=lockstep-$VERSION-windows-amd64
root=$stage/$name
mkdir -p "$root"
export GOOS=windows GOARCH=amd64
describe lockstep.exe "Lockstep"
CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc compile "$root/lockstep.exe" migrated_fynedo -H=windowsgui
describe lockstep-cli.exe "Lockstep, command line"
CGO_ENABLED=0 compile "$root/lockstep-cli.exe" nogui
cp "$root/lockstep.exe" "dist/$name.exe"
echo "dist/$name.exe"
papers "$root"
mv "$root/LICENSE" "$root/LICENSE.txt"
packZip "$name"
