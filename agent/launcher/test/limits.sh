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
