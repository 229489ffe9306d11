# Killed at every step, then done again: the end is the same.
for point in capture scan:4 scanned packed manifest captured; do
    begin; was
    { printf '%s\0' "$T" | HOSTLER_CRASH=$point "$C" capture "$WORK/store" a >"$WORK/out" 2>&1; RC=$?; } 2>/dev/null
    check "killed at $point" rc 137
    capture a
    check "captured after a kill at $point" all 'rc 0' same
    change; run "$S" seal "$WORK/store" a; restore a
    check "restored after a kill at $point" all 'rc 0' same
done
for point in manifest sealed; do
    begin; was; capture a; change
    { HOSTLER_CRASH=$point "$C" seal "$WORK/store" a >"$WORK/out" 2>&1; } 2>/dev/null
    run "$S" seal "$WORK/store" a; restore a
    check "restored after a kill of the seal at $point" all 'rc 0' same
done
for point in restoring put put:2 put:3 put:4 exchanged repair repair:2 remove applied manifest "restored identical"; do
    begin; was; capture a; change; chattr +a "$T/e/new"; chattr +i "$T/d/one"; run "$S" seal "$WORK/store" a
    { HOSTLER_CRASH=$point "$C" restore "$WORK/store" a >"$WORK/out" 2>&1; RC=$?; } 2>/dev/null
    check "killed at $point" rc 137
    restore a
    check "restored again after a kill at $point" all 'rc 0' same
done
