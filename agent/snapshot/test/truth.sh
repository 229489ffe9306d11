#!/bin/sh
# truth.sh PROGRAM TREE FIRST COUNT [PATHS]: random trees, changed at random, restored, compared by tools that are not ours.
# Ends with 0 if not one of COUNT seeds from FIRST on shows a difference.
PROGRAM=$1 TREE=$2 FIRST=$3 COUNT=$4 PATHS=${5:-150}
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/look.sh"
WORK=$(mktemp -d /var/tmp/hostler-snapshot-truth.XXXXXX) || exit 1
cleanup() { free "$WORK"; rm -rf "$WORK"; }
trap cleanup EXIT
trap 'exit 1' INT TERM HUP
mkdir -m 700 "$WORK/store"
bad=0
seed=$FIRST
while [ "$seed" -lt $((FIRST + COUNT)) ]; do
    tree=$WORK/tree
    mkdir "$tree"
    "$TREE" make "$seed" "$tree" "$PATHS" 2>/dev/null
    rsync -aHAX --no-inc-recursive "$tree/" "$WORK/copy/" >"$WORK/rsync" 2>&1 || { echo "seed $seed: rsync"; cat "$WORK/rsync"; bad=$((bad + 1)); }
    look "$tree" >"$WORK/before"
    fail=
    printf '%s\0' "$tree" | "$PROGRAM" capture "$WORK/store" "s$seed" >"$WORK/out" 2>&1 || fail=capture
    look "$tree" | cmp -s - "$WORK/before" || fail="$fail capture-changed-something"
    "$TREE" change "$seed" "$tree" 2>/dev/null
    look "$tree" >"$WORK/changed"
    "$PROGRAM" seal "$WORK/store" "s$seed" >>"$WORK/out" 2>&1 || fail="$fail seal"
    "$PROGRAM" restore "$WORK/store" "s$seed" >>"$WORK/out" 2>&1 || fail="$fail restore"
    look "$tree" >"$WORK/after"
    cmp -s "$WORK/before" "$WORK/after" || fail="$fail look"
    rsync -aHAXn --delete --checksum --no-inc-recursive --out-format='%i %n%L' "$WORK/copy/" "$tree/" >"$WORK/rsync" 2>&1
    [ ! -s "$WORK/rsync" ] || fail="$fail rsync"
    "$PROGRAM" restore "$WORK/store" "s$seed" >"$WORK/again" 2>&1 || fail="$fail again"
    grep -q '^restored, identical: 0 ' "$WORK/again" || fail="$fail not-idempotent"
    cmp -s "$WORK/before" "$WORK/changed" && fail="$fail nothing-changed"
    if [ -n "$fail" ]; then
        echo "seed $seed:$fail"
        bad=$((bad + 1))
        tail -5 "$WORK/out"
        diff -a "$WORK/before" "$WORK/after" | tr '\0' '\n' | head -20
        head -5 "$WORK/rsync"
        [ -z "$KEEP" ] || { trap - EXIT; exit 1; }
    fi
    free "$WORK"
    rm -rf "$tree" "$WORK/copy" "$WORK/store/s$seed" "$WORK/store/packs/s$seed"
    seed=$((seed + 1))
done
echo "snapshots: $COUNT seeds from $FIRST, $bad with a difference"
[ "$bad" = 0 ]
