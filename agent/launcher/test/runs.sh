# How a program ends, and what the records say.
launch -- true
check "exit 0" all 'exited 0' 'is version=1 attempt=test reason=none stdout_bytes=0 stdout_dropped=0 spool_errno=0 spool_lost=0' '[ $RC = 0 ]'
check "the doorbell says started and end" all 'grep -q "^started [0-9]*$" "$WORK/bell"' '[ "$(tail -1 "$WORK/bell")" = end ]'
check "started has a pid and a time" all 'grep -q "^pid=[0-9]*$" "$A/started"' 'grep -q "^started_unix_ns=[0-9]*$" "$A/started"'
check "times are in order" [ "$(value ended_unix_ns)" -gt "$(value started_unix_ns)" ]
check "no temporary file stays" all '[ ! -e "$A/result.tmp" ]' '[ ! -e "$A/started.tmp" ]'
check "records are private" [ "$(stat -c %a "$A/result" "$A/started" "$A/stdout" "$A/stderr" "$A/control" | sort -u)" = 600 ]
launch -- sh -c 'exit 42'
check "exit 42" exited 42
launch -- /bin/sh -c 'exit 255'
check "program by path" exited 255
launch -- "$P" signal 11
check "ends by signal 11" is state=signaled signal=11 reason=none
launch -- sh -c 'kill -9 $$'
check "ends by signal 9" is state=signaled signal=9 reason=none
launch -- no-such-program
check "program not found: errno 2" all 'is state=not_started stage=exec errno=2' 'error_has no-such-program' '[ ! -e "$A/started" ]' '[ $RC = 0 ]'
launch -- /no/such/program
check "program path not found: errno 2" is state=not_started stage=exec errno=2
launch -- /etc/passwd
check "program not executable: errno 13" is state=not_started stage=exec errno=13
printf 'not a program' >"$WORK/text"; chmod 755 "$WORK/text"
launch -- "$WORK/text"
check "program of no known format: errno 8" is state=not_started stage=exec errno=8
launch cwd=/no/such/dir -- true
check "cwd missing" all 'is state=not_started stage=cwd errno=2' 'error_has /no/such/dir'
mkdir -m 700 "$WORK/private"
launch "cwd=$WORK/private" -- true
check "cwd is entered as the program's user" is state=not_started stage=cwd errno=13
launch cwd=/usr/bin -- pwd
check "cwd" out_is /usr/bin
launch env=A=1 'env=B=two words' -- env
check "environment is exactly what was given" [ "$(sort "$A/stdout" | tr '\n' ,)" = "A=1,B=two words,PATH=/usr/bin:/bin," ]
launch -- sh -c 'printf "%s|" "$@"' x 'a b' '' "new
line"
check "arguments pass as they are" [ "$(cat "$A/stdout")" = "a b||new
line|" ]
launch hostname=box-1 -- hostname
check "hostname" out_is box-1
launch -- sh -c umask
check "umask default" out_is 0022
launch umask=077 -- sh -c umask
check "umask" out_is 0077
launch uid=1234 gid=4321 group=7 group=8 -- id
check "uid, gid, groups" out_is 'uid=1234 gid=4321 groups=4321,7(lp),8(mail)'
launch -- id -G
check "no supplementary groups by default" out_is 65534
launch -- grep -E '^Sig(Blk|Ign)' /proc/self/status
check "no signal blocked or ignored" [ "$(grep -c '0000000000000000' "$A/stdout")" = 2 ]
launch rlimit=nofile:77:88 rlimit=core:0:0 rlimit=nproc:500:500 rlimit=fsize:1048576:infinity -- cat /proc/self/limits
check "rlimits" all 'grep -q "Max open files  *77  *88 " "$A/stdout"' 'grep -q "Max core file size  *0  *0 " "$A/stdout"' \
    'grep -q "Max processes  *500  *500 " "$A/stdout"' 'grep -q "Max file size  *1048576  *unlimited " "$A/stdout"'
write_spec -- true; mkfifo -m 600 "$A/control"; launch_spec
check "a control fifo made before is used" exited 0
write_spec -- true; ln -s /etc/passwd "$A/control"; launch_spec
check "control that is a symlink is refused" is state=not_started stage=control
write_spec -- true; ln -s "$WORK/canary-spool" "$A/stdout"; launch_spec
check "stdout that is a symlink is refused" all 'is state=not_started stage=spool' '[ ! -e "$WORK/canary-spool" ]'
write_spec -- true; launch_spec; launch_spec
check "a used directory is refused, its result kept" all '[ $RC = 70 ]' 'exited 0' 'fd2_has "new directory"'
write_spec -- true; sed -i "s#cgroup=[^\\x00]*$CG#cgroup=/sys/fs/cgroup/no-such-$CG#" "$SPEC"; launch_spec
check "missing cgroup" all 'is state=not_started stage=cgroup errno=2' 'error_has "no-such-$CG"'
launch seccomp=missing.bpf -- true
check "missing seccomp file" is state=not_started stage=seccomp errno=2
write_spec seccomp=odd.bpf -- true; printf 123 >"$A/odd.bpf"; launch_spec
check "seccomp file of odd length" is state=not_started stage=seccomp errno=22
write_spec seccomp=bad.bpf -- true; printf '\377\377\377\377\377\377\377\377' >"$A/bad.bpf"; launch_spec
check "seccomp file that is no program" is state=not_started stage=seccomp errno=22
write_spec seccomp=deny.bpf -- "$P" syscall 63 39; "$WORK/tool" filter 1 63 >"$A/deny.bpf"; launch_spec
check "seccomp denies the denied call and no other" out_is "63 EPERM
39 ok"
write_spec seccomp=deny.bpf -- true; "$WORK/tool" filter 13 59 >"$A/deny.bpf"; launch_spec
check "seccomp that denies execve: reported without any call" is state=not_started stage=exec errno=13
write_spec seccomp=deny.bpf -- true; "$WORK/tool" filter 1 1 >"$A/deny.bpf"; launch_spec
check "seccomp that denies write: run still works" exited 0
launch -- sh -c 'exit 3'; check "usage is counted" all '[ "$(value cpu_usec)" -gt 0 ]' 'exited 3'
"$LAUNCH" --version >"$WORK/v" 2>&1; check "--version" grep -q '^hostler-launch ' "$WORK/v"
"$LAUNCH" --probe >"$WORK/v" 2>&1; check "--probe" all 'grep -qx sandbox=yes "$WORK/v"' 'grep -qE "^cgroup=(v1|v2|hybrid)$" "$WORK/v"'
if [ -z "$SANITIZED" ]; then
    setpriv --reuid 65534 --clear-groups "$LAUNCH" --probe >"$WORK/v" 2>&1; RC=$?
    check "--probe without root says no" all '[ $RC = 1 ]' 'grep -qx sandbox=no "$WORK/v"' 'grep -qx root=no "$WORK/v"'
fi
