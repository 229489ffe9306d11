#!/bin/sh
# preview-truth.sh PROGRAM TREE FIRST COUNT [PATHS]: random trees are changed at random under layers, as a preview has it done,
# and a copy is changed in the same way for real. The tree must be as it was; what the preview has found, applied to it, must
# make it what the copy is; and undoing that must bring it back. Times of what was written are left out. Ends with 0 if not one
# of COUNT seeds from FIRST on shows a difference.
PROGRAM=$1 TREE=$2 FIRST=$3 COUNT=$4 PATHS=${5:-150}
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/look.sh"
WORK=$(mktemp -d /var/tmp/hostler-preview-truth.XXXXXX) || exit 1
cleanup() { umount "$WORK/seen" 2>/dev/null; rm -rf "$WORK"; }
trap cleanup EXIT
trap 'exit 1' INT TERM HUP
export PREVIEW=1
mkdir -m 700 "$WORK/store" "$WORK/seen"
# Without times, and without sizes of directories, which are the file system's own.
view() { look "$1" | sed -z 's/^\([a-z] [0-7]* [0-9]* [0-9]* [0-9]* [0-9]*\) [0-9.-]* /\1 /; s/^\(d [0-7]* [0-9]* [0-9]*\) [0-9]* /\1 /' | sort -z; }
bad=0
seed=$FIRST
while [ "$seed" -lt $((FIRST + COUNT)) ]; do
    tree=$WORK/tree layers=$WORK/layers id=s$seed
    mkdir -p "$tree" "$layers/upper" "$layers/work"
    "$TREE" make "$seed" "$tree" "$PATHS" 2>/dev/null
    rsync -aHAX --no-inc-recursive "$tree/" "$WORK/copy/" >"$WORK/rsync" 2>&1 || { echo "seed $seed: rsync"; cat "$WORK/rsync"; bad=$((bad + 1)); }
    look "$tree" >"$WORK/before"
    view "$tree" >"$WORK/view"
    fail=
    printf '%s\0' "$tree" | "$PROGRAM" capture "$WORK/store" "$id" --for preview >"$WORK/out" 2>&1 || fail=capture
    chmod --reference="$tree" "$layers/upper"; chown --reference="$tree" "$layers/upper"; touch -r "$tree" "$layers/upper"
    mount -t overlay overlay -o "lowerdir=$tree,upperdir=$layers/upper,workdir=$layers/work,index=on,redirect_dir=on,metacopy=off" "$WORK/seen" || exit 1
    mount --bind "$WORK/seen" "$tree" # so that the program sees the paths that it would see
    "$TREE" change "$seed" "$tree" 2>/dev/null
    umount "$tree"; umount "$WORK/seen"
    look "$tree" | cmp -s - "$WORK/before" || fail="$fail the-host-changed"
    printf '%s\0' "$tree" | "$PROGRAM" capture "$WORK/store" "$id.after" --base "$id" --overlay "$tree" --layers "$layers" >>"$WORK/out" 2>&1 || fail="$fail after"
    look "$tree" | cmp -s - "$WORK/before" || fail="$fail the-capture-changed"
    mv "$tree" "$WORK/real-tree"; mv "$WORK/copy" "$tree"
    "$TREE" change "$seed" "$tree" 2>/dev/null
    view "$tree" >"$WORK/real"
    mv "$tree" "$WORK/copy"; mv "$WORK/real-tree" "$tree"
    "$PROGRAM" seal "$WORK/store" "$id" >>"$WORK/out" 2>&1 || fail="$fail seal"
    "$PROGRAM" apply "$WORK/store" "$id" "$id.after" >>"$WORK/out" 2>&1 || fail="$fail apply"
    view "$tree" >"$WORK/applied"
    cmp -s "$WORK/real" "$WORK/applied" || fail="$fail not-as-for-real"
    cmp -s "$WORK/view" "$WORK/applied" && fail="$fail nothing-changed"
    "$PROGRAM" restore "$WORK/store" "$id" >>"$WORK/out" 2>&1 || fail="$fail undo"
    look "$tree" | cmp -s - "$WORK/before" || fail="$fail not-undone"
    if [ -n "$fail" ]; then
        echo "seed $seed:$fail"
        bad=$((bad + 1))
        tail -5 "$WORK/out"
        diff -a "$WORK/real" "$WORK/applied" | tr '\0' '\n' | head -20
        [ -z "$KEEP" ] || { trap - EXIT; exit 1; }
    fi
    free "$WORK"
    rm -rf "$tree" "$WORK/copy" "$layers" "$WORK/store/$id" "$WORK/store/$id.after" "$WORK/store/packs/$id" "$WORK/store/packs/$id.after"
    seed=$((seed + 1))
done
echo "previews: $COUNT seeds from $FIRST, $bad with a difference"
[ "$bad" = 0 ]
