# Checkpoints: a plan is how the paths are now, and the checkpoint once more as how they shall be; restoring applies it.
plan() { capture now --base c; run "$S" copy "$WORK/store" c now.after; }
apply() { run "$S" apply "$WORK/store" now now.after "$@"; }

begin; was; capture c; change; mv "$WORK/was" "$WORK/then"; was; plan
check "a plan changes nothing, and stores no byte of the checkpoint again" all 'rc 0' 'out_has "copied 9 paths"' same \
    '[ ! -e "$WORK/store/packs/now.after" ]' 'grep -qax "stored 0" "$WORK/store/now.after/manifest"' 'grep -qa "^pack c" "$WORK/store/now.after/manifest"'
run "$S" copy "$WORK/store" c now.after
check "twice is the same as once" all 'rc 0' 'out_has "copied before"'
mv "$WORK/was" "$WORK/later"; mv "$WORK/then" "$WORK/was"; apply
check "restored as planned" all 'rc 0' 'out_has "applied, identical: "' same
mv "$WORK/later" "$WORK/was"; restore now
check "and undone" all 'rc 0' same

begin; ROOTS="$T/e/gone/deep"; mkdir "$T/e/gone"; chmod 711 "$T/e/gone"; chown 5:6 "$T/e/gone"; echo z >"$T/e/gone/deep"
capture c; rm -r "$T/e/gone"; plan; apply
check "directories above are made again" all 'rc 0' '[ "$(cat "$T/e/gone/deep")" = z ]' '[ "$(stat -c %a:%u:%g "$T/e/gone")" = 711:5:6 ]'

begin; was; capture c; change; plan; echo other >>"$T/e/new"; mv "$WORK/was" "$WORK/then"; was; apply
check "what has changed since the plan is refused" all 'rc 2' 'out_has "conflict $T/e/new  (changed since)"' same
mv "$WORK/then" "$WORK/was"; apply --force
check "or forced" all 'rc 0' same

for point in manifest captured; do
    begin; was; capture c; change; capture now --base c
    { HOSTLER_CRASH=$point "$C" copy "$WORK/store" c now.after >"$WORK/out" 2>&1; RC=$?; } 2>/dev/null
    check "a copy killed at $point" rc 137
    plan; apply
    check "is made again" all 'rc 0' same
done
run "$S" copy "$WORK/store" none x
check "no copy of what is not there" all 'rc 70' 'out_has "there is no snapshot none"' '[ ! -e "$WORK/store/x/manifest" ]'
