# Denied calls: answered, counted, told, and in a file that outlives everybody. x86-64 numbers: 41 socket, 42 connect,
# 62 kill, 63 uname, 165 mount, 166 umount2, 272 unshare, 39 getpid.
# told NUMBER: fields 2 to 14 of its lines
told() { sed 's/ *$//' "$A/denials" | awk -v n="$1" '$2 == n { $1 = $3 = $5 = $6 = $NF = ""; print }' | tr -s ' ' | sed 's/^ //; s/ $//'; }
is_told() { [ "$(told "$1")" = "$2" ] || { echo "    expected: $2"; echo "    told: $(told "$1")"; return 1; }; }
filtered() { write_spec seccomp=f.bpf "$@"; "$WORK/tool" filter notify $CALLS >"$A/f.bpf"; }
CALLS="63"
filtered -- "$P" syscall 63 39; launch_spec
check "denials: answered EPERM, others untouched" all 'out_is "63 EPERM
39 ok"' 'exited 0' 'is denied=1 violations=1'
check "denials: told once, on the doorbell and in the file" all 'grep -qx d "$WORK/bell"' 'is_told 63 "63 1 0 0 0 0 0 0 0 -"' '[ "$(stat -c "%a %s" "$A/denials")" = "600 256" ]'
check "denials: thread and times" awk -v now="$(date +%s)" '{ exit !($3 > 1 && $5 == $6 && $5 / 1e9 > now - 60 && $1 == $NF) }' "$A/denials"
launch -- true
check "denials: none, no file" all '[ ! -e "$A/denials" ]' '! grep -q "^denied" "$A/result"'
CALLS="42 165 166 272"
for uid in 0 65534; do
    filtered uid=$uid gid=$uid -- "$P" denied; launch_spec
    check "denials: all denied (uid $uid)" all 'out_lacks " ok"' 'out_has "connect 4 ENETUNREACH" "mount EPERM"' 'is denied=6'
    check "denials: addresses, paths and flags are told, nothing else of the memory (uid $uid)" all \
        'is_told 42 "42 1 0 0 0 0 0 0 0 10.0.0.1:443
42 1 0 0 0 0 0 0 0 [::1]:80
42 1 0 0 0 0 0 0 0 -"' 'is_told 165 "165 1 8 0 0 0 2 0 0 /mnt/a%20b%0A%25"' 'is_told 166 "166 1 2 0 2 0 0 0 0 /edge"' \
        'is_told 272 "272 1 1 10000000 0 0 0 0 0 -"' '! grep -q secret "$A/denials"'
done
CALLS="63"
filtered -- "$P" cost 63 3000; launch_spec
check "denials: a loop is counted, not listed" all 'is denied=3000' 'is_told 63 "63 3000 0 0 0 0 0 0 0 -"'
filtered -- "$P" threads 63; launch_spec
check "denials: none of 16 threads is forgotten" is_told 63 "63 3200 0 0 0 0 0 0 0 -"
filtered -- sh -c "for i in 1 2 3; do '$P' syscall 63 & done; wait"; launch_spec
check "denials: children are under the filter, too" is_told 63 "63 3 0 0 0 0 0 0 0 -"
CALLS="62"
filtered -- "$P" kinds 500; launch_spec
check "denials: the file has a bound, and the rest is counted together" all 'is denied=500' '[ "$(stat -c %s "$A/denials")" = 32768 ]' \
    'is_told -1 "-1 373 0 0 0 0 0 0 0 -"'
CALLS="63"
start=$(date +%s%N)
filtered timeout_ms=60000 -- sh -c "'$P' cost 63 5000; echo over"; launch_spec
took=$((($(date +%s%N) - start) / 1000000))
check "denials: who asks too much waits for its answers ($took ms for 5000)" all 'is denied=5000' '[ $took -ge 350 ]' '[ $took -lt 20000 ]'
filtered on_denied=kill -- sh -c "echo before; '$P' syscall 39 63; echo after"; launch_spec
check "denials: kill at the first" all 'is state=signaled signal=9 reason=denied denied=1' 'is_told 63 "63 1 0 0 0 0 0 0 0 -"' 'out_has before "39 ok"' 'out_lacks after' '[ -z "$(members)" ]'
CALLS="41 63"
filtered on_denied=kill -- sh -c "'$P' connect /x; '$P' syscall 63; echo after"; launch_spec
check "denials: what libraries do by themselves is told, and does not kill" all 'is reason=denied denied=3 violations=1' 'out_lacks after' 'is_told 41 "41 1 7 1 1 0 0 0 0 -
41 1 7 1 2 0 0 0 0 -"'
CALLS="1 63"
filtered -- "$P" syscall 63; launch_spec
check "denials: a program that may not even write" all 'exited 0' 'is stdout_bytes=0' 'is_told 63 "63 1 0 0 0 0 0 0 0 -"'
CALLS="63"
filtered -- sh -c "'$P' cost 63 200 & trap 'exit 3' TERM; sleep 0.1; kill -TERM \$\$; wait"; launch_spec
check "denials: signals meanwhile" exited 3
# The agent dies: what it has not heard is in the file; and the shim's death leaves no call hanging.
filtered -- sh -c "sleep 0.3; '$P' syscall 63; echo late"
(sh -c '"$0" "$1" & kill -9 $$' "$LAUNCH" "$SPEC" 2>"$WORK/fd2" | head -c 1 >/dev/null) >/dev/null 2>&1
wait_for test -e "$A/result"
check "denials: survive the agent" all 'out_has "63 EPERM" late' 'is_told 63 "63 1 0 0 0 0 0 0 0 -"'
filtered -- sh -c "while :; do '$P' syscall 63; done"
"$LAUNCH" "$SPEC" >"$WORK/bell" 2>"$WORK/fd2" &
SHIM=$!
wait_for test -e "$A/denials"; kill -9 $SHIM; wait $SHIM 2>/dev/null
none_left() { [ -z "$(members)" ]; }
check "denials: the run dies with its shim, none hangs" wait_for none_left
filtered -- sh -c "while :; do '$P' syscall 63; done"
"$LAUNCH" "$SPEC" >"$WORK/bell" 2>"$WORK/fd2" &
SHIM=$!
wait_for test -e "$A/denials"; printf K >"$A/control"; ended
check "denials: a run that is being denied can be killed" is state=signaled signal=9 reason=killed
CALLS="59"
filtered timeout_ms=1000 -- true
(sleep 1; printf K >"$A/control") & launch_spec
check "denials: a filter that asks about execve itself ends when it is told to" is reason=killed
bad "on_denied" on_denied maybe "deny or kill" on_denied=maybe -- true
mkdir "$WORK/full"; mount -t tmpfs -o size=64k full "$WORK/full"; CALLS="63"
write_spec seccomp=f.bpf -- sh -c "sleep 0.5; '$P' syscall 63"; A=$WORK/full
sed -i "s#dir=[^\\x00]*#dir=$A#" "$SPEC"; "$WORK/tool" filter notify 63 >"$A/f.bpf"; 
"$LAUNCH" "$SPEC" >"$WORK/bell" 2>"$WORK/fd2" & SHIM=$!; wait_for test -e "$A/started"; head -c 70000 /dev/zero >"$A/fill" 2>/dev/null; ended
check "denials: a full disk hides the list, not the result" all 'exited 0' 'is denied=1' 'fd2_has "cannot write denials"'
umount "$WORK/full"
