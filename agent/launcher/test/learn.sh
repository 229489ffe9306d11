# learn=1: everything may be written, and what was done is recorded. x86-64 numbers: 1 write, 42 connect, 44 sendto, 49 bind,
# 90 chmod, 92 chown, 165 mount, 257 openat, 260 fchownat.
learn() {
    write_spec learn=1 seccomp=f.bpf "$@"
    "$WORK/tool" filter tell $(seq 0 58) $(seq 60 230) $(seq 232 321) $(seq 323 460) >"$A/f.bpf" # not execve, exit_group, execveat
    launch_spec
}
learned() { grep -v '^call' "$A/learned" | sed "s#$WORK/#W/#" | sort; }
is_learned() { [ "$(learned)" = "$1" ] || { echo "    expected: $1"; echo "    learned: $(learned)"; return 1; }; }
mkdir "$WORK/l" && chmod 777 "$WORK/l" && echo old >"$WORK/l/file" && chmod 666 "$WORK/l/file" && echo mine >"$WORK/l/closed" || exit 1
learn -- sh -c "cd $WORK/l; echo x >file; echo x >made; mkdir d; rmdir d; cat closed; echo y >closed; echo z >/tmp/private"
check "learn: nothing is read-only, and paths are recorded" all '[ "$(cat "$WORK/l/file")" = x ]' 'is_learned "make W/l/d
make W/l/made
write W/l/file"' 'grep -q "^call 257 [0-9]" "$A/learned"' 'grep -q "^call 1 [0-9]" "$A/learned"' '[ ! -e "$A/denials" ]'
check "learn: what a user may not write anyway is not proposed" all '[ "$(cat "$WORK/l/closed")" = mine ]'
chown 12345 "$WORK/l/closed"; chmod 600 "$WORK/l/closed"
learn uid=0 gid=0 cap=CAP_DAC_OVERRIDE cap=CAP_CHOWN cap=CAP_FOWNER -- sh -c "cd $WORK/l; echo x >>closed; chmod 640 closed; chown 7:8 made"
check "learn: capabilities are worked out" is_learned "cap CAP_CHOWN
cap CAP_DAC_OVERRIDE
cap CAP_FOWNER
write W/l/closed
write W/l/made"
learn net=host uid=0 gid=0 cap=CAP_NET_BIND_SERVICE -- "$P" peers
check "learn: peers and ports" is_learned "cap CAP_NET_BIND_SERVICE
listen 127.0.0.1:809
peer 127.0.0.1:9
peer 127.0.0.2:53
peer unix:/no/such"
learn -- sh -c "$P syscall 63; cd $WORK/l; for i in \$(seq 2100); do : >n\$i; done"
check "learn: it has a bound" all 'grep -qx "more make" "$A/learned"' '[ "$(grep -c "^make" "$A/learned")" -lt 2049 ]' 'exited 0'
rm -r "$WORK/l"
write_spec learn=2 -- true; launch_spec
check "learn: 0 or 1" all '[ $RC = 64 ]' 'fd2_has "field learn" "use 0 or 1"'
