# Limits of the cgroup.
set_limit pids 30
launch timeout_ms=20000 -- "$P" bomb
check "a fork bomb is bounded by the pids limit" all 'exited 0' '[ "$(sed s/made.// "$A/stdout")" -le 28 ]' '[ "$(sed s/made.// "$A/stdout")" -ge 20 ]' '[ "$(value pids_denied)" -ge 1 ]' '[ -z "$(members)" ]'
set_limit pids 1
launch -- true
check "a pids limit without room for the program: refused, said why" all 'is state=not_started errno=11' 'error_has "pids limit"'
no_limit pids
set_limit memory 67108864
launch -- "$P" hog 400
check "a memory hog is killed, and it is said that memory was the reason" all 'is state=signaled signal=9 reason=none' '[ "$(value oom_kills)" -ge 1 ]' '[ "$(value memory_peak_bytes)" -ge 60000000 ]'
launch -- sh -c "'$P' hog 400; exit 5"
check "a child out of memory does not end the run" all 'exited 5'
launch tmp_bytes=1000000000 -- sh -c "head -c 400000000 /dev/zero >/tmp/x; exit 6"
check "the private /tmp counts as the attempt's memory" all '[ "$(value state)" = signaled ] || exited 6' '[ "$(stat -f -c %T /tmp)" != none ]' '[ "$(value memory_peak_bytes)" -le 68000000 ]'
no_limit memory
launch -- cat /proc/self/cgroup
check "the program is in the attempt's cgroups" all '[ "$(grep -c "/$CG$" "$A/stdout")" = "$(echo $CGROUPS | wc -w)" ]'
(echo 500 >/proc/self/oom_score_adj; exec "$LAUNCH" --version >/dev/null)
write_spec -- cat /proc/self/oom_score_adj
sh -c 'echo 300 >/proc/self/oom_score_adj; exec "$0" "$1"' "$LAUNCH" "$SPEC" >/dev/null 2>"$WORK/fd2"
check "the agent's OOM score is not inherited" out_is 0
write_spec -- sh -c 'cut -d" " -f19 /proc/self/stat'
nice -n 5 "$LAUNCH" "$SPEC" >/dev/null 2>"$WORK/fd2"
check "the agent's priority is not inherited" out_is 0
# Limits that the shim looks at.
before=$(value cpu_usec)
launch cpu_time_ms=400 grace_ms=5000 timeout_ms=60000 -- sh -c 'trap "echo term; exit 9" TERM; (while :; do :; done) & while :; do :; done'
check "CPU time of all processes together: TERM, and it is said why" all 'exited 9' 'is reason=cpu_time' 'out_is term' '[ "$(value cpu_usec)" -ge $((before + 400000)) ]' '[ "$(value cpu_usec)" -lt $((before + 900000)) ]'
launch cpu_time_ms=300 grace_ms=200 -- sh -c 'trap "" TERM; while :; do :; done'
check "CPU time: KILL after the grace" is state=signaled signal=9 reason=cpu_time
launch cpu_time_ms=2000 -- sh -c 'sleep 0.5; exit 4'
check "sleep costs no CPU time" all 'exited 4' 'is reason=none'
if [ $VERSION = 1 ]; then
    saved=$CGROUPS; CGROUPS=/sys/fs/cgroup/pids/$CG; launch cpu_time_ms=300 -- true; CGROUPS=$saved
    check "CPU time that nobody counts is refused" all 'is state=not_started stage=limits' 'error_has cpu_time_ms'
    Q=/sys/fs/cgroup/cpu/$CG/cpu.cfs_quota_us; echo 20000 >"$Q"
else
    Q=$CGROUPS/cpu.max; echo "20000 100000" >"$Q"
fi
launch timeout_ms=700 grace_ms=0 -- sh -c 'while :; do :; done'
check "the CPU quota's throttling is counted" all 'is reason=timeout' '[ "$(value cpu_throttled)" -ge 3 ]' '[ "$(value cpu_periods)" -ge "$(value cpu_throttled)" ]' '[ "$(value cpu_throttled_usec)" -ge 100000 ]'
[ $VERSION = 1 ] && echo -1 >"$Q" || echo max >"$Q"
launch rlimit=nofile:50:60 -- "$P" files 300
check "a process with all its descriptors is noticed" all 'out_is "47 EMFILE"' '[ "$(value files_full)" = 1 ]'
launch rlimit=nofile:50:60 timeout_ms=50 grace_ms=0 -- "$P" files 5000
check "also when it is ended before the first look" all 'is reason=timeout' '[ "$(value files_full)" = 1 ]'
