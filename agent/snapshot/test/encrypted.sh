# What only encrypted snapshots have. $P: the program itself; $S: with the keys of $KEYS.
keys() { mkdir -p "$WORK/keys"; for k; do [ -e "$WORK/keys/$k" ] || head -c 48 /dev/urandom >"$WORK/keys/$k"; done; (cd "$WORK/keys" && cat "$@") >"$KEYS"; }
keyid() { head -c 16 "$WORK/keys/$1" | od -An -tx1 | tr -d ' \n'; }
flip() { at=$2; [ "$at" -ge 0 ] || at=$(($(stat -c %s "$1") + at)); dd if="$1" bs=1 skip="$at" count=1 status=none | tr '\000-\377' '\001-\377\000' | dd of="$1" bs=1 seek="$at" conv=notrunc status=none; }

keys one
begin; echo canary-content >"$T/d/secret"; ln -s canary-target "$T/d/link"; setfattr -n user.x -v canary-value "$T/d/one"; was; capture a
check "encrypted: captured" all 'rc 0' same
check "encrypted: nothing of it can be read" all '! grep -rqaF canary "$WORK/store"' '! grep -qaF " secret " "$WORK/store/a/manifest"' \
    'head -5 "$WORK/store/a/manifest" | grep -qa "^encrypted $(keyid one) "' 'head -c 108 "$WORK/store/packs/a" | grep -qa "^encrypted $(keyid one) "'
run "$P" diff "$WORK/store" a
check "encrypted: without its key it is told which is missing" all 'rc 70' 'out_has "snapshot a is encrypted with key $(keyid one), which this host does not have"'
keys two; run "$S" diff "$WORK/store" a
check "encrypted: with another key, too" all 'rc 70' 'out_has "which this host does not have"'
head -c 40 "$WORK/keys/one" >"$KEYS"; echo | "$P" --keys 1 --encrypt diff "$WORK/store" a >"$WORK/out" 2>&1 <"$KEYS"; RC=$?
check "encrypted: keys that are cut short" all 'rc 64' 'out_has "ended after 40 bytes"'
keys one; change; rm "$T/d/secret"; run "$S" seal "$WORK/store" a; restore a
check "encrypted: restored" all 'rc 0' 'out_has identical' same
check "encrypted: how the job left it cannot be read either" all '! grep -rqaF canary "$WORK/store"' 'head -5 "$WORK/store/a/after" | grep -qa ^encrypted'

begin; for n in 0 1 65535 65536 65537 131072 3000001; do head -c $n /dev/urandom >"$T/e/$n"; done; i=0; while [ $i -lt 1500 ]; do echo $i >"$T/e/file-with-a-name-that-is-long-$i"; i=$((i + 1)); done
truncate -s 90M "$T/e/sparse"; echo x | dd of="$T/e/sparse" bs=1 seek=80000000 conv=notrunc status=none
sums() { (cd "$T" && find . -type f -print0 | sort -z | xargs -0 sha256sum); }
sleep 0.03; sums >"$WORK/sums"; capture a; rm -r "$T/e"; run "$S" seal "$WORK/store" a; restore a
check "encrypted: files and manifests of every length" all 'rc 0' 'out_has identical' 'sums | cmp - "$WORK/sums"' '[ "$(stat -c %s "$WORK/store/a/manifest")" -gt 200000 ]'
capture b --base a
check "encrypted: a second snapshot stores nothing of what was settled" all 'rc 0' '[ ! -e "$WORK/store/packs/b" ] || [ "$(stat -c %s "$WORK/store/packs/b")" -le "$(stat -c %s "$WORK/store/packs/a")" ]'

begin; was; capture a; rm "$T/d/one" "$T/e/big"; run "$S" seal "$WORK/store" a; flip "$WORK/store/packs/a" 121; restore a
check "encrypted: a changed byte is noticed, the rest is restored" all 'rc 1' 'out_has "failed   $T/d/one  (content: the pack does not have what was captured)"' '[ ! -e "$T/d/one" ]' '[ -s "$T/e/big" ]'
begin; was; capture a; rm "$T/d/one" "$T/e/big"; run "$S" seal "$WORK/store" a; truncate -s -1 "$WORK/store/packs/a"; restore a
check "encrypted: a pack that is cut short is noticed" all 'rc 1' 'out_has "failed   $T/e/big  (content: the pack does not have"' '[ -s "$T/d/one" ]'
begin; capture a; capture b; rm "$T/d/one"; run "$S" seal "$WORK/store" a; check "encrypted: the same bytes are never the same twice" eval '! cmp -s "$WORK/store/packs/a" "$WORK/store/packs/b"'
cp "$WORK/store/packs/b" "$WORK/store/packs/a"; restore a
check "encrypted: the pack of another snapshot is none" all 'rc 1' 'out_has "failed   $T/d/one  (content: the pack does not have"'
for where in 30 -1 -60; do
    begin; capture a; flip "$WORK/store/a/manifest" $where; run "$S" diff "$WORK/store" a
    check "encrypted: a manifest that was changed at $where" all 'rc 70' 'out_has "snapshot a"'
done
begin; i=0; while [ $i -lt 1500 ]; do echo $i >"$T/e/file-with-a-name-that-is-long-$i"; i=$((i + 1)); done; capture a; capture b
cp "$WORK/store/a/manifest" "$WORK/manifest"; cp "$WORK/store/b/manifest" "$WORK/store/a/manifest"; run "$S" diff "$WORK/store" a
check "encrypted: the manifest of another snapshot is none" all 'rc 70' 'out_has "its manifest is not what was encrypted"'
from=$(($(head -5 "$WORK/manifest" | grep -ab ^encrypted | cut -d: -f1) + 108)) chunk=$((65536 + 28))
head -c $((from + chunk)) "$WORK/manifest" >"$WORK/store/a/manifest"; run "$S" diff "$WORK/store" a
check "encrypted: nor is one that is cut between its chunks" all 'rc 70' 'out_has "its manifest is not what was encrypted"'
piece() { tail -c +$(($1 + 1)) "$WORK/manifest" | head -c "$2"; }
{ head -c $from "$WORK/manifest"; piece $((from + chunk)) $chunk; piece $from $chunk; tail -c +$((from + 2 * chunk + 1)) "$WORK/manifest"; } >"$WORK/store/a/manifest"
run "$S" diff "$WORK/store" a
check "encrypted: nor one whose chunks stand in another order" all 'rc 70' 'out_has "its manifest is not what was encrypted"'
cp "$WORK/manifest" "$WORK/store/a/manifest"; run "$S" diff "$WORK/store" a
check "encrypted: the whole one is" rc 0

begin; was; printf '%s\0' "$T" | "$P" capture "$WORK/store" a >"$WORK/out" 2>&1; capture b --base a
check "encrypted: bytes are not shared with what is not" all 'rc 0' 'out_has "100228 of them stored anew"'
capture c --base b --base a
check "encrypted: they are with what is" all 'rc 0' 'out_has " 0 of them stored anew"'
ENCRYPT= ; export ENCRYPT; capture d --base c
check "encrypted: off again, the keys are still of use" all 'rc 0' 'out_has " 0 of them stored anew"' 'grep -q "^pack b $(keyid one)$" "$WORK/store/d/manifest"' 'grep -q " one " "$WORK/store/d/manifest"'
unset ENCRYPT; keys two one; capture e --base c
check "encrypted: nothing is shared with what has another key" all 'rc 0' 'out_has "100228 of them stored anew"'
keys two; capture f --base c
check "encrypted: a base whose key is lost is passed over" all 'rc 0' 'out_has "100228 of them stored anew"'
keys two one
for id in a c d e; do
    echo x >"$T/d/one"; rm "$T/e/big"; run "$S" seal "$WORK/store" $id; restore $id
    check "encrypted: each of a mixed store is restored: $id" all 'rc 0' same
done
keys two; rm "$T/e/big"; restore d --force
check "encrypted: files whose key is lost are told" all 'rc 1' 'out_has "failed   $T/e/big  (content: the pack is encrypted with a key that this host does not have)"'
