# Timeout, cancel, kill, deaths around the run.
armed() { wait_for test -s "$A/stdout"; }
start=$(date +%s%N)
launch timeout_ms=300 grace_ms=300 -- sh -c 'trap "" TERM; echo ready; while :; do sleep 0.05; done'
took=$((($(date +%s%N) - start) / 1000000))
check "timeout kills a program that ignores TERM" all 'is state=signaled signal=9 reason=timeout' 'out_is ready' '[ $took -ge 590 ]' '[ $took -lt 5000 ]'
launch timeout_ms=200 grace_ms=5000 -- sh -c 'trap "echo bye; exit 7" TERM; while :; do sleep 0.02; done'
check "timeout: TERM first, the program may end itself" all 'is state=exited exit_code=7 reason=timeout' 'out_is bye'
launch timeout_ms=100 grace_ms=0 -- sleep 60
check "no grace: killed at once" is state=signaled signal=9 reason=timeout
launch timeout_ms=20000 -- true
check "a timeout that does not come" is state=exited exit_code=0 reason=none
launch timeout_ms=100 grace_ms=5000 -- sh -c 'kill -STOP $$'
check "a stopped program is continued to get its TERM" is state=signaled signal=15 reason=timeout
launch timeout_ms=150 grace_ms=3000 -- sh -c 'sh -c "trap \"echo child; exit\" TERM; while :; do sleep 0.02; done" & trap "wait; exit 5" TERM; wait'
check "TERM goes to every process" all 'is exit_code=5' 'out_is child'
launch_later grace_ms=5000 -- sh -c 'trap "exit 9" TERM; echo armed; while :; do sleep 0.02; done'
armed; printf C >"$A/control"; ended
check "cancel by the control fifo" is state=exited exit_code=9 reason=cancelled
launch_later grace_ms=200 -- sh -c 'trap "" TERM; echo armed; while :; do sleep 0.02; done'
armed; kill -TERM $SHIM; ended
check "cancel by SIGTERM to the shim" all 'is state=signaled signal=9 reason=cancelled' '[ $RC = 0 ]'
launch_later -- sh -c 'trap "" TERM; while :; do sleep 0.02; done'
printf K >"$A/control"; ended
check "kill by the control fifo" is state=signaled signal=9 reason=killed
launch_later grace_ms=60000 -- sh -c 'trap "" TERM; echo armed; while :; do sleep 0.02; done'
armed; printf C >"$A/control"; sleep 0.2; printf K >"$A/control"; ended
check "kill within the grace: the first reason stays" is state=signaled signal=9 reason=cancelled
launch_later -- sh -c 'sleep 0.3; exit 4'
printf xyz >"$A/control"; kill -HUP $SHIM; kill -INT $SHIM; kill -PIPE $SHIM; ended
check "other bytes and HUP, INT, PIPE change nothing" is state=exited exit_code=4 reason=none
launch_later -- sleep 60
kill -9 "$(sed -n s/^pid=//p "$A/started")"; ended
check "reaper killed from outside" is state=signaled signal=9 reason=killed
launch_later -- sleep 60
for g in $CGROUPS; do pids=$(cat "$g/cgroup.procs"); done; kill -9 $pids; ended
check "cgroup killed from outside" all 'is state=signaled signal=9' 'members | wc -l | grep -qx 0'

launch -- sh -c '(trap "" TERM; while :; do echo still; sleep 0.05; done) & exit 3'
check "background child with stdout open is killed with the run" all 'exited 3' '[ -z "$(members)" ]'
launch -- sh -c 'setsid sh -c "trap \"\" TERM HUP; sleep 600" >/dev/null 2>&1 </dev/null & exit 0'
check "daemon in a session of its own is killed too" all 'exited 0' '[ -z "$(members)" ]'
# A stranger in the cgroup, outside the pid namespace: the result must wait for it to be gone.
launch_later -- sleep 0.3
sleep 20 & stranger=$!
for g in $CGROUPS; do echo $stranger >"$g/cgroup.procs"; done
ended; wait $stranger; stranger_status=$?
check "result only when the cgroup is empty, whoever is in it" all 'exited 0' '[ $stranger_status = 137 ]' '[ -z "$(members)" ]'
launch_later -- sh -c 'i=0; while [ $i -lt 50 ]; do (trap "" TERM; sleep 600) & i=$((i+1)); done; sleep 0.2'
until [ -e "$A/result" ]; do :; done; left=$(members); ended
check "result never before the cgroup is empty" [ -z "$left" ]
if [ $VERSION = 1 ]; then
    launch_later -- sleep 600
    echo FROZEN >"/sys/fs/cgroup/freezer/$CG/freezer.state"
    printf K >"$A/control"; ended
    check "a frozen run is thawed and killed" is state=signaled signal=9 reason=killed
fi

# The agent: starts the shim with a pipe as doorbell, and dies.
write_spec -- sh -c 'sleep 0.4; echo late; echo oops >&2; exit 6'
(sh -c '"$0" "$1" & kill -9 $$' "$LAUNCH" "$SPEC" 2>"$WORK/fd2" | head -c 1 >/dev/null) >/dev/null 2>&1
wait_for test -e "$A/result"
check "the agent's death does not disturb the run" all 'exited 6' 'out_is late' '[ "$(cat "$A/stderr")" = oops ]'
launch_later -- sleep 600
kill -9 $SHIM; wait $SHIM 2>/dev/null
none_left() { [ -z "$(members)" ]; }
check "the run dies with its shim" all 'wait_for none_left' '[ ! -e "$A/result" ]'
