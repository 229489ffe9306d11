#!/bin/sh
# run.sh LAUNCHER TOOLS LABEL: the whole suite (or FILES of it) against one build. Needs root. Ends with 'N passed, N failed'.
LAUNCH=$1 TOOLS=$2 LABEL=$3
case $LABEL in *asan*) SANITIZED=yes ;; *) SANITIZED= ;; esac
HERE=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "the launcher's tests need root"; exit 1; }
umask 022
WORK=$(mktemp -d /var/lib/hostler-launch-test.XXXXXX) || exit 1
chmod 755 "$WORK"
CG=hostler-lt-$$-${WORK##*.}
export ASAN_OPTIONS=abort_on_error=0:exitcode=99 UBSAN_OPTIONS=print_stacktrace=1
. "$HERE/lib.sh"
cleanup() {
    trap - EXIT
    for pid in $HELPERS; do kill "$pid" 2>/dev/null; done
    for m in mnt full; do umount -l "$WORK/$m" 2>/dev/null; done
    umount -l "$WORK" 2>/dev/null
    cgroups_remove
    rm -rf "$WORK" "/tmp/$CG.sock" "/run/$CG.sock"
}
HELPERS=
trap 'cleanup; exit 1' INT TERM HUP
trap cleanup EXIT
# A directory of its own, as a shared mount, so that propagation is really there to be cut.
mount --bind "$WORK" "$WORK" && mount --make-shared "$WORK" || exit 1
cp "$TOOLS/probe" "$TOOLS/tool" "$WORK/" && cp "$WORK/probe" "$WORK/suid" && chmod 4755 "$WORK/suid"
P=$WORK/probe
cgroups_make
for file in ${FILES:-spec runs secrets stop output denials writes learn files network preview attack limits cgroup2}; do
    echo "# $file ($LABEL)"
    . "$HERE/$file.sh"
done
echo "$passed passed, $failed failed ($LABEL)"
[ $failed = 0 ]
