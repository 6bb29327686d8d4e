#!/bin/sh
# Installs Lockstep from this folder for the person who runs it, or for everybody:
#
#   ./install.sh                    below ~/.local
#   sudo PREFIX=/usr/local ./install.sh
#   ./install.sh remove             takes it away again; settings and data stay
set -eu
cd "$(dirname "$0")"
prefix=${PREFIX:-$HOME/.local}

find bin share -type f | while read -r file; do
    if [ "${1:-}" = "remove" ]; then
        rm -f "$prefix/$file"
        continue
    fi
    case $file in bin/*) mode=755 ;; *) mode=644 ;; esac
    mkdir -p "$(dirname "$prefix/$file")"
    cp "$file" "$prefix/$file"
    chmod "$mode" "$prefix/$file"
done

# An entry of the menu must start the program even where ~/.local/bin is not on the PATH.
entry=$prefix/share/applications/app.lockstep.Lockstep.desktop
if [ -f "$entry" ]; then
    sed "s|^Exec=lockstep|Exec=\"$prefix/bin/lockstep\"|" "$entry" >"$entry.new"
    mv "$entry.new" "$entry"
    chmod 644 "$entry"
fi
if [ "${1:-}" = "remove" ]; then echo "Lockstep was removed from $prefix."; else echo "Lockstep was installed: $prefix/bin/lockstep"; fi
