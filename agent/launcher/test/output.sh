# Output: exact bytes, caps, a disk that is full.
launch -- sh -c 'echo out; echo err >&2; printf "no newline"'
check "two streams, kept apart" all '[ "$(cat "$A/stderr")" = err ]' 'is stdout_bytes=14 stderr_bytes=4' 'grep -qx o "$WORK/bell"' 'grep -qx e "$WORK/bell"'
check "last line without newline" [ "$(tail -c 10 "$A/stdout")" = "no newline" ]
launch -- "$P" pattern 1000003
"$P" pattern 1000003 >"$WORK/expected"
check "binary output, byte for byte" cmp "$A/stdout" "$WORK/expected"
launch -- sh -c 'printf "\377\376\0\303\050"'
check "invalid UTF-8 and NUL" [ "$(od -An -tx1 "$A/stdout" | tr -d ' \n')" = fffe00c328 ]
launch -- sh -c 'i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done'
i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i + 1)); done >"$WORK/expected"
check "many small lines, byte for byte" cmp "$A/stdout" "$WORK/expected"
launch -- "$P" pattern 200000000
"$P" pattern 200000000 >"$WORK/expected"
check "200 MB, byte for byte" all 'is stdout_bytes=200000000 stdout_dropped=0' 'cmp "$A/stdout" "$WORK/expected"'
rm -f "$WORK/expected" "$A/stdout"
launch stdout_max=1000 -- "$P" pattern 500000
"$P" pattern 1000 >"$WORK/expected"
check "cap: the prefix is kept, the rest counted" all 'exited 0' 'is stdout_bytes=1000 stdout_dropped=499000' 'cmp "$A/stdout" "$WORK/expected"'
launch stdout_max=0 -- sh -c 'echo x; echo y >&2'
check "cap 0 keeps nothing; the other stream is untouched" is stdout_bytes=0 stdout_dropped=2 stderr_bytes=2 stderr_dropped=0
launch stderr_max=5 stdout_max=5 -- sh -c 'printf 12345; printf 123456 >&2'
check "cap reached exactly, and passed by one" is stdout_bytes=5 stdout_dropped=0 stderr_bytes=5 stderr_dropped=1
launch stdout_max=100000000 -- sh -c 'exec >&-; sleep 0.1; echo after >&2; exit 2'
check "stdout closed early" all 'exited 2' 'is stdout_bytes=0 stderr_bytes=6'
launch -- sh -c 'echo named >/dev/stdout; echo too >/dev/stderr'
check "/dev/stdout and /dev/stderr can be opened by the program's user" all 'out_is named' '[ "$(cat "$A/stderr")" = too ]'
launch -- cat
check "stdin is empty" all 'exited 0' 'is stdout_bytes=0'

mkdir "$WORK/full"; mount -t tmpfs -o size=64k,mode=700 full "$WORK/full"; mkdir "$WORK/full/a"
write_spec "dir=$WORK/full/a" -- sh -c "'$P' pattern 1000000; exit 5"; A=$WORK/full/a; launch_spec
"$P" pattern 1000000 | head -c "$(value stdout_bytes)" >"$WORK/expected"
check "disk full: the run succeeds, the loss is counted" all '[ $RC = 0 ]' 'exited 5' 'is spool_errno=28 stdout_dropped=0' \
    '[ $(($(value stdout_bytes) + $(value spool_lost))) = 1000000 ]' '[ "$(value stdout_bytes)" -gt 0 ]' \
    '[ "$(stat -c %s "$A/stdout")" = "$(value stdout_bytes)" ]' 'cmp "$A/stdout" "$WORK/expected"'
rm -rf "$WORK/full/a"; mkdir "$WORK/full/a"; head -c 100000 /dev/zero >"$WORK/full/fill" 2>/dev/null
write_spec "dir=$WORK/full/a" -- touch "$WORK/ran"; A=$WORK/full/a; launch_spec
check "no room for a result: nothing is run" all '[ $RC = 70 ]' '[ ! -e "$WORK/ran" ]' 'fd2_has "reserve"'
umount "$WORK/full"
