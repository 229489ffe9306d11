#!/bin/sh
# bench.sh LAUNCHER TOOLS: what the launcher costs beside a plain spawn of the same no-op, in one run; prints table rows.
LAUNCH=$1 TOOLS=$2
HERE=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "the launcher needs root" >&2; exit 1; }
umask 022
WORK=$(mktemp -d /var/lib/hostler-launch-bench.XXXXXX) || exit 1
chmod 755 "$WORK"
CG=hostler-lb-$$-${WORK##*.}
. "$HERE/lib.sh"
trap 'cgroups_remove; rm -rf "$WORK"' EXIT
trap 'exit 1' INT TERM HUP
cp "$TOOLS/tool" "$WORK/"
cgroups_make
mkdir "$WORK/runs"
# shellcheck disable=SC2086 # one word for each group
"$TOOLS/bench" "$LAUNCH" "$WORK/runs" /bin/true $CGROUPS
# One system call: denied and told, denied in silence, allowed.
cp "$TOOLS/probe" "$WORK/"
for how in notify 1; do
    write_spec seccomp=f.bpf -- "$WORK/probe" cost 63 900
    "$WORK/tool" filter $how 63 >"$A/f.bpf"; launch_spec
    case $how in notify) what="denied and told" ;; *) what="denied in silence" ;; esac
    echo "| system call, $what | $(cat "$A/stdout") (900) |"
done
