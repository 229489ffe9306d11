begin; capture a; change; run "$S" seal "$WORK/store" a; echo other >>"$T/d/one"; echo also >"$T/d/also"; look "$T" >"$WORK/was"; restore a
check "what changed since is a conflict, and nothing is done" all 'rc 2' 'out_has "conflict $T/d/one  (changed since)" "conflict $T/d/also  (created since)"' same
check "what did not is none" [ "$(grep -c ^conflict "$WORK/out")" = 2 ]
restore a --force
check "--force restores all the same" all 'rc 0' '[ "$(cat "$T/d/one")" = one ]' '[ ! -e "$T/d/also" ]'
begin; capture a; change; restore a
check "without a seal nobody knows who changed what" all 'rc 2' 'out_has --force'

begin; echo canary >"$WORK/canary"; was; capture a; rm -r "$T/d"; ln -s "$WORK" "$T/d"; rm "$T/e/big"; ln -s "$WORK/canary" "$T/e/big"; run "$S" seal "$WORK/store" a; restore a
check "planted symbolic links are replaced, not followed" all 'rc 0' same '[ "$(cat "$WORK/canary")" = canary ]' '[ ! -e "$WORK/one" ]'
ROOTS=$T/l/one; ln -s d "$T/l"; capture b
check "a root behind a symbolic link is refused" all 'rc 70' 'out_has "leads through a symbolic link"' '[ ! -e "$WORK/store/b/manifest" ]'

begin; mkdir "$T/mounted"; mount -t tmpfs none "$T/mounted"; echo inside >"$T/mounted/file"; capture a
check "a mount is not entered" all 'rc 0' '! grep -q " file " "$WORK/store/a/manifest"'
rm "$T/d/one"; run "$S" seal "$WORK/store" a; restore a
check "and not touched" all 'rc 0' '[ "$(cat "$T/mounted/file")" = inside ]'

begin; mkdir -p "$T/own/in"; echo 1 >"$T/own/in/file"; echo 1 >"$T/e/toml"; chmod 700 "$T/own"
left_out() { capture a --outside "$T/own" --outside "$T/e/toml" --outside "$T/none"; }
left_out
check "what is the agent's own is not captured" all 'rc 0' '! grep -qE " (own|in|file|toml) " "$WORK/store/a/manifest"'
change; run "$S" seal "$WORK/store" a; echo 2 >"$T/own/in/file"; echo 2 >"$T/own/new"; echo 3 >"$T/e/toml.new"; mv "$T/e/toml.new" "$T/e/toml"
echo later >"$T/none"; chmod 755 "$T/own"; restore a
check "and no difference, no conflict, and not restored" all 'rc 0' 'out_has identical' '[ "$(cat "$T/d/one")" = one ]' \
    '[ "$(cat "$T/own/in/file" "$T/own/new" "$T/e/toml" "$T/none")" = "2
2
3
later" ]'
run "$S" diff "$WORK/store" a
check "not in a comparison either" all 'rc 0' 'out_has identical'
ROOTS=$T/own; capture b --outside "$T/own"
check "nor as a root of its own" all 'rc 70' 'out_has "is the agent'"'"'s own"'

begin; capture a --max-bytes 1000
check "a snapshot that is too large is refused" all 'rc 3' 'out_has snapshots.largest' '[ ! -e "$WORK/store/packs/a" ]'
begin; capture a --min-free 999999999999999
check "a disk that is too full is left alone" all 'rc 3' 'out_has snapshots.keep_free' '[ ! -e "$WORK/store/packs/a" ]'
begin; mkdir "$WORK/small"; mount -t tmpfs -o size=64k none "$WORK/small"; printf '%s\0' "$T" | "$S" capture "$WORK/small" a >"$WORK/out" 2>&1; RC=$?
check "a full disk ends the capture" all 'rc 3' 'out_has "disk is full"' '[ ! -e "$WORK/small/packs/a" ]'
umount "$WORK/small"

begin; capture a; echo x >"$T/d/one"; rm "$T/e/big"; run "$S" seal "$WORK/store" a
printf X | dd of="$WORK/store/packs/a" conv=notrunc status=none; restore a
check "a damaged pack is noticed, the rest is restored" all 'rc 1' 'out_has "failed   $T/d/one  (content: the pack does not have what was captured)"' '[ "$(cat "$T/d/one")" = x ]' '[ -s "$T/e/big" ]'
sed -i 's/ one / onf /' "$WORK/store/a/manifest"; run "$S" diff "$WORK/store" a
check "a damaged manifest is noticed" all 'rc 70' 'out_has "manifest is damaged"'
run "$S" diff "$WORK/store" none
check "no such snapshot" all 'rc 70' 'out_has "no snapshot none"'
run "$S" diff "$WORK/store" ../store
check "an id that is a path" rc 64
run "$S" nonsense
check "usage" rc 64
ROOTS=relative; capture c
check "relative paths" all 'rc 64' 'out_has absolute'
