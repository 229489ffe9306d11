#!/bin/sh
# run.sh OUT: tests of hostler-snapshot, of all its builds. Needs root. SEED=N: first seed of the random trees.
OUT=$1
HERE=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "the snapshots' tests need root"; exit 1; }
for tool in rsync getfattr getfacl lsattr chattr getcap setcap cc; do
    command -v $tool >/dev/null || PATH=$PATH:/usr/sbin:/sbin
    command -v $tool >/dev/null || { echo "hostler-snapshot cannot be tested: $tool is missing; apt-get install acl attr rsync libcap2-bin e2fsprogs"; exit 1; }
done
export ASAN_OPTIONS=detect_leaks=0 LC_ALL=C
. "$HERE/look.sh"
${CC:-cc} -O2 -o "$OUT/tree" "$HERE/tree.c" || exit 1
WORK=$(mktemp -d /var/tmp/hostler-snapshot-test.XXXXXX) || exit 1
cleanup() { trap - EXIT; umount -l "$WORK/t/mounted" "$WORK/small" "$WORK/seen" "$WORK/fs" 2>/dev/null; free "$WORK"; rm -rf "$WORK"; }
trap 'cleanup; exit 1' INT TERM HUP
trap cleanup EXIT
S=$OUT/hostler-snapshot C=$OUT/crash/hostler-snapshot A=$OUT/asan/hostler-snapshot PACK=100008
passed=0 failed=0
check() {
    name=$1; shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "not ok - $name"; sed 's/^/    /' "$WORK/out" | head -20; fi
}
all() { for c; do eval "$c" || { echo "    false: $c"; return 1; }; done; }
# capture ID [OPTION...]: of $T; run COMMAND...; both keep the output and RC
T=$WORK/t
capture() { id=$1; shift; printf '%s\0' $ROOTS | "$S" capture "$WORK/store" "$id" "$@" >"$WORK/out" 2>&1; RC=$?; }
run() { timeout 60 "$@" >"$WORK/out" 2>&1; RC=$?; }
restore() { run "$S" restore "$WORK/store" "$@"; }
rc() { [ "$RC" = "$1" ] || { echo "    exit $RC"; return 1; }; }
out_has() { for text; do grep -qF -- "$text" "$WORK/out" || { echo "    no: $text"; return 1; }; done; }
same() { look "$T" >"$WORK/now" && cmp -s "$WORK/was" "$WORK/now" || { diff -a "$WORK/was" "$WORK/now" | tr '\0' '\n' | head; return 1; }; }
begin() {
    umount -l "$T/mounted" 2>/dev/null; free "$WORK"; rm -rf "$T" "$WORK/store"; mkdir -m 700 "$WORK/store"; mkdir "$T"; ROOTS=$T
    mkdir "$T/d" "$T/e"; echo one >"$T/d/one"; echo two >"$T/d/two"; ln "$T/d/two" "$T/e/two"; ln -s one "$T/d/l"; mkfifo "$T/d/p"
    head -c 100000 /dev/urandom >"$T/e/big"
    sleep 0.03
}
was() { look "$T" >"$WORK/was"; }
change() { echo more >>"$T/d/one"; rm "$T/d/two" "$T/d/l"; mkdir "$T/d/l"; echo x >"$T/d/l/x"; chmod 600 "$T/e/big"; echo new >"$T/e/new"; rm "$T/d/p"; }

for file in hash basics refusals crash preview checkpoint; do . "$HERE/$file.sh"; done
# Again with encryption: each program through with-keys.sh.
P=$S KEYS=$WORK/key; export KEYS
. "$HERE/keyed.sh"
for one in plain crash asan; do keyed "$OUT/${one#plain}/hostler-snapshot" "$KEYS" "$WORK/$one-keys"; done
S=$WORK/plain-keys C=$WORK/crash-keys PACK=100228
for file in basics crash checkpoint encrypted; do . "$HERE/$file.sh"; done
S=$P C=$OUT/crash/hostler-snapshot
. "$HERE/reflink.sh"
seed=${SEED:-$(date +%s)}
check "random trees, seed $seed" sh "$HERE/truth.sh" "$S" "$OUT/tree" "$seed" 6
check "previews of random trees, seed $seed" sh "$HERE/preview-truth.sh" "$S" "$OUT/tree" "$seed" 6
check "encrypted random trees, seed $seed" sh "$HERE/truth.sh" "$WORK/plain-keys" "$OUT/tree" "$seed" 4
check "encrypted previews of random trees, seed $seed" sh "$HERE/preview-truth.sh" "$WORK/plain-keys" "$OUT/tree" "$seed" 4
check "encrypted random trees with ASan and UBSan, seed $seed" sh "$HERE/truth.sh" "$WORK/asan-keys" "$OUT/tree" "$seed" 3
check "random trees with ASan and UBSan, seed $seed" sh "$HERE/truth.sh" "$A" "$OUT/tree" "$seed" 3
echo "snapshots: $passed passed, $failed failed"
[ $failed = 0 ]
