#!/bin/sh
# make lists: what long lists cost on a virtual display without a graphics card.
# LOCKSTEP_LISTS_ROWS is how many rows the report has; without it 20 000 and 100 000.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build
go test -tags x11,migrated_fynedo,lists -c -o build/lists.test .
for rows in ${LOCKSTEP_LISTS_ROWS:-20000 100000}; do
    # As the tray process starts windows: FYNE_CACHE. A home of its own, and no desktop whose theme would count.
    home=$(mktemp -d)
    mkdir "$home/.cache"
    FYNE_CACHE=1s LOCKSTEP_LISTS_ROWS=$rows HOME=$home DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent \
        xvfb-run -a -s '-screen 0 1280x800x24' build/lists.test
    rm -r "$home"
done
