# Variables that come on fd 0 and must not lie on a disk.
printf 'TOKEN=s3cret-1\0EMPTY=\0' >"$WORK/variables"
show='printf %s "$TOKEN" | sha256sum | cut -c1-8; echo "$A|${EMPTY-none}"; wc -c </proc/self/fd/0'
digest=$(printf s3cret-1 | sha256sum | cut -c1-8)
got="$digest
1|
0"
# secret FIELDS... -- ARGV...: with $WORK/secret on fd 0
secret() { write_spec "$@"; launch_spec <"$WORK/variables"; }
secret secret_env=22 env=A=1 -- sh -c "$show"
check "secrets: the program has them, and nothing on its stdin" all 'exited 0' 'out_is "$got"'
check "secrets: they are in no file" all '! grep -rq s3cret "$A" "$SPEC" "$WORK/bell" "$WORK/fd2"'
secret secret_env=22 env=A=1 uid=0 gid=0 -- sh -c "$show"
check "secrets: also of a launcher that starts again" all 'exited 0' 'out_is "$got"'
secret env=A=1 -- sh -c 'echo "${TOKEN-none}"; cat'
check "secrets: what nobody asked for is not read" all 'exited 0' 'out_is none'
secret secret_env=23 -- sh -c 'echo ran'
check "secrets: too few bytes, nothing runs" all 'is state=not_started stage=secrets errno=32' '[ ! -s "$A/stdout" ]' \
    'error_has "of 23 bytes" "22 came"'
secret secret_env=9 -- true
check "secrets: not ended by a NUL" is state=not_started stage=secrets errno=22
printf 'TOKEN s3cret-1\0' >"$WORK/variables"; secret secret_env=15 -- true
check "secrets: no NAME=VALUE, and the value is not shown" all 'is state=not_started stage=secrets errno=22' \
    '! grep -rq s3cret "$A" "$WORK/fd2"'
heap_lacks() {
    range=$(grep '\[heap\]' "/proc/$1/maps" | cut -d' ' -f1)
    [ "$range" ] || { echo "    no heap"; return 1; }
    from=$((0x${range%-*} / 4096)) to=$((0x${range#*-} / 4096))
    dd if="/proc/$1/mem" bs=4096 skip=$from count=$((to - from)) 2>/dev/null >"$WORK/heap"
    [ -s "$WORK/heap" ] && ! grep -q "$2" "$WORK/heap"
}
if [ -z "$SANITIZED" ]; then # which has a heap of its own
    printf 'TOKEN=s3cret-1\0' >"$WORK/variables"
    write_spec secret_env=15 -- sleep 30
    "$LAUNCH" "$SPEC" <"$WORK/variables" >"$WORK/bell" 2>"$WORK/fd2" &
    SHIM=$!
    wait_for test -e "$A/started"
    wait_for grep -q started "$WORK/bell"
    check "secrets: the shim forgets them once the program has them" wait_for heap_lacks "$SHIM" s3cret-1
    check "secrets: the reaper forgets them, too" wait_for heap_lacks "$(sed -n 's/^pid=//p' "$A/started")" s3cret-1
    kill "$SHIM"; ended
fi
