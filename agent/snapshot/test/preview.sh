# Previews: layers as hostler-launch makes them, captured as if they lay over the tree, applied, undone.
# lay: the tree seen through layers at $WORK/seen; unlay. view DIR: how it looks, without the sizes and link counts of
# directories, which are the file system's own.
view() { look "$1" | sed -z 's/^\(d [0-7]* [0-9]* [0-9]*\) [0-9]* [0-9]* /\1 /' | sort -z; }
lay() {
    rm -rf "$WORK/layers"; mkdir -p "$WORK/layers/upper" "$WORK/layers/work" "$WORK/seen"
    chmod --reference="$T" "$WORK/layers/upper"; chown --reference="$T" "$WORK/layers/upper"; touch -r "$T" "$WORK/layers/upper"
    mount -t overlay overlay -o "lowerdir=$T,upperdir=$WORK/layers/upper,workdir=$WORK/layers/work,index=on,redirect_dir=on,metacopy=off" "$WORK/seen"
}
unlay() { umount "$WORK/seen"; }
preview() { capture p.after --base p --overlay "$T" --layers "$WORK/layers"; }
apply() { run "$S" apply "$WORK/store" p p.after; }

begin; head -c 50000 /dev/urandom >"$T/same"; sleep 0.03; was; capture p; lay; T=$WORK/seen change; view "$WORK/seen" >"$WORK/will"; unlay
check "the tree is as before" same
preview
check "what the layers would make is captured" all 'rc 0' same
check "what is unchanged is not stored again" [ "$(stat -c %s "$WORK/store/packs/p.after")" -lt 110000 ]
run "$S" seal "$WORK/store" p; apply
check "applied" all 'rc 0' 'out_has "changed  $T/d/one  (content, mtime)" "deleted  $T/d/two" "created  $T/e/new"' 'out_has "applied, identical: " "changes made"' \
    'view "$T" | cmp - "$WORK/will"'
apply
check "twice is the same as once" all 'rc 0' 'out_has "applied, identical: 0 changes made"'
restore p
check "and undone by restoring what was before" all 'rc 0' same

begin; was; capture p; lay; T=$WORK/seen change; unlay; preview; echo other >>"$T/d/two"; look "$T" >"$WORK/was"; apply
check "a tree that has changed since is refused" all 'rc 2' 'out_has "conflict $T/d/two  (changed since)" "make a new one"' same
begin; was; capture p; lay; T=$WORK/seen change; unlay; preview; touch "$T/unrelated"; look "$T" >"$WORK/was"; apply
check "also where the preview changes nothing" all 'rc 2' 'out_has "conflict $T/unrelated  (created since)"' same

begin; was; capture p; lay; mv "$WORK/seen/d" "$WORK/seen/moved"; view "$WORK/seen" >"$WORK/will"; unlay; preview; apply
check "a directory that was renamed" all 'rc 0' 'view "$T" | cmp - "$WORK/will"'

for point in capture scan:3 packed manifest captured; do
    begin; was; capture p; lay; T=$WORK/seen change; view "$WORK/seen" >"$WORK/will"; unlay
    { printf '%s\0' "$T" | HOSTLER_CRASH=$point "$C" capture "$WORK/store" p.after --base p --overlay "$T" --layers "$WORK/layers" >"$WORK/out" 2>&1; RC=$?; } 2>/dev/null
    check "a preview's capture killed at $point" all 'rc 137' same
    preview; apply
    check "is done again" all 'rc 0' 'view "$T" | cmp - "$WORK/will"'
done
for point in restoring put put:2 exchanged repair remove applied manifest "restored identical"; do
    begin; was; capture p; lay; T=$WORK/seen change; view "$WORK/seen" >"$WORK/will"; unlay; preview
    { HOSTLER_CRASH=$point "$C" apply "$WORK/store" p p.after >"$WORK/out" 2>&1; RC=$?; } 2>/dev/null
    check "an apply killed at $point" rc 137
    apply
    check "goes on" all 'rc 0' 'view "$T" | cmp - "$WORK/will"'
    restore p
    check "and is undone" all 'rc 0' same
done
capture q --overlay "$T" --layers "$WORK/none"
check "layers that are missing" all 'rc 70' 'out_has "$WORK/none"'
mkdir "$WORK/tree"; echo x >"$WORK/tree/f"; chattr +i "$WORK/tree/f" 2>/dev/null; run "$S" remove "$WORK" tree
check "a tree with flags is removed" all 'rc 0' '[ ! -e "$WORK/tree" ]'
run "$S" remove "$WORK" ../x
check "remove takes a name" rc 64
begin; mknod "$T/white" c 0 0; capture p --for preview
check "layers of somebody else's are refused" all 'rc 70' 'out_has "part of an overlay"'
rm "$T/white"; setfattr -n trusted.overlay.opaque -v y "$T/d"; capture p --for preview
check "also directories of them" all 'rc 70' 'out_has "$T/d is part of an overlay"'
