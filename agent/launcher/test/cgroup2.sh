# The v2 path on the hybrid machine's controller-less hierarchy: entering at birth, cgroup.kill, cgroup.events.
U=/sys/fs/cgroup/unified
if [ $VERSION = 1 ] && [ -f $U/cgroup.procs ]; then
    saved=$CGROUPS; mkdir "$U/$CG"; VERSION=2 CGROUPS=$U/$CG
    launch -- grep ^0: /proc/self/cgroup
    check "v2: entered at birth" out_is "0::/$CG"
    launch -- sh -c '(trap "" TERM; sleep 600) & exit 8'
    check "v2: ends empty" all 'exited 8' '[ -z "$(members)" ]' 'grep -q "populated 0" "$CGROUPS/cgroup.events"'
    launch_later -- sh -c 'trap "" TERM; while :; do sleep 0.02; done'
    printf K >"$A/control"; ended
    check "v2: kill" is state=signaled signal=9 reason=killed
    launch_later -- sleep 600
    echo 1 >"$CGROUPS/cgroup.kill"; ended
    check "v2: killed from outside" all 'is state=signaled signal=9 reason=killed' '[ -z "$(members)" ]'
    launch_later -- sleep 0.3
    sleep 20 & stranger=$!; echo $stranger >"$CGROUPS/cgroup.procs"; ended; wait $stranger; stranger_status=$?
    check "v2: a stranger in the cgroup is killed before the result" all 'exited 0' '[ $stranger_status = 137 ]'
    launch_later -- sleep 600
    echo 1 >"$CGROUPS/cgroup.freeze"; printf K >"$A/control"; ended
    check "v2: a frozen run is killed" is state=signaled reason=killed
    echo 0 >"$CGROUPS/cgroup.freeze"
    launch -- true
    check "v2: counters that the kernel does not offer are left out" all 'exited 0' '! grep -q oom_kills "$A/result"' '[ "$(value cpu_usec)" -gt 0 ]'
    launch cpu_time_ms=300 grace_ms=0 -- sh -c '(while :; do :; done) & while :; do :; done'
    check "v2: CPU time of all processes together" all 'is state=signaled reason=cpu_time' '[ "$(value cpu_usec)" -ge 300000 ]'
    rmdir "$U/$CG" && mkdir "$U/$CG"; launch -- grep ^0: /proc/self/cgroup
    check "v2: a cgroup in which kill was never used" out_is "0::/$CG"
    mkdir "$U/$CG/sub"; write_spec -- true; sed -i "s#cgroup=$U/$CG#cgroup=$U/no-such-$CG#" "$SPEC"; launch_spec
    check "v2: missing cgroup" is state=not_started stage=cgroup errno=2
    rmdir "$U/$CG/sub" "$U/$CG"; VERSION=1 CGROUPS=$saved
    check "v2: the cgroup could be removed" [ ! -e "$U/$CG" ]
fi
