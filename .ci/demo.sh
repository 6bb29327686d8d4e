#!/bin/sh
# Runs the demo: on the desktop if there is one, where it stays until Quit, else
# on a display and a session bus of its own, where it tells its story, leaves
# screenshots in demo-out/ and ends.
set -eu
cd "$(dirname "$0")/.."

app=build/lockstep-demo
out=demo-out

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$app" --demo
fi

# In a container nobody chose a language for, the pictures would look in vain for windows
# whose titles are not all ASCII.
case $(locale charmap 2>/dev/null) in
UTF-8) ;;
*) export LC_ALL=C.UTF-8 ;;
esac

trap 'exit 130' INT TERM # an exit, so that the clean-up below runs
if [ "${1:-}" != "inside" ]; then
    home=$(mktemp -d)
    trap 'rm -rf "$home"' EXIT
    # Nothing of the person who runs this is read or written: no settings, no keyring, no running app.
    mkdir -m 700 "$home/run" "$home/cache" "$home/config" "$home/data"
    env HOME="$home" XDG_RUNTIME_DIR="$home/run" XDG_CACHE_HOME="$home/cache" \
        XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" \
        dbus-run-session -- "$0" inside
    exit
fi

pids=""
trap 'for p in $pids; do kill "$p" 2>/dev/null || true; done' EXIT

# Xvfb picks a free display by itself and writes its number once it accepts clients.
number=$HOME/display
mkfifo "$number"
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp -noreset +extension GLX 3>"$number" >/dev/null 2>&1 &
pids="$pids $!"
read -r n <"$number"
export DISPLAY=":$n" LIBGL_ALWAYS_SOFTWARE=1 FYNE_SCALE=1
openbox >/dev/null 2>&1 &
pids="$pids $!"

mkdir -p "$out"
code=0
# The story takes under two minutes, on a busy machine more; whatever hangs must not hang a terminal for ever.
timeout -k 5 300 "$app" --demo --demo-story --out "$out" || code=$?
if [ "$code" -eq 124 ]; then echo "demo: not finished after 5 minutes, stopped" >&2; fi
exit "$code"
