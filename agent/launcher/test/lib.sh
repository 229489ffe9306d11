# Sourced by the test files. Needs LAUNCH (the program under test), TOOLS (folder of probe and tool), WORK (scratch on a
# disk that the sandbox shows: not /tmp), CG (unique cgroup name).
passed=0 failed=0 count=0
ok() { passed=$((passed + 1)); echo "ok - $*"; }
not_ok() { failed=$((failed + 1)); echo "not ok - $*"; }

# check NAME COMMAND...: the command's status decides; on failure shows what the last run left.
check() {
    name=$1; shift
    if "$@"; then ok "$name"; else
        not_ok "$name"
        echo "    failed: $*"; sed 's/^/    fd2: /' "$WORK/fd2" 2>/dev/null | head -20
        sed 's/^/    result: /' "$A/result" 2>/dev/null; head -c 600 "$A/stdout" 2>/dev/null | sed 's/^/    out: /'
        head -c 600 "$A/stderr" 2>/dev/null | sed 's/^/    err: /'
    fi
}

controllers="memory pids cpu freezer"
[ -d /sys/fs/cgroup/cpuacct ] && [ ! -e /sys/fs/cgroup/cpu/cpuacct.usage ] && controllers="$controllers cpuacct"
cgroups_make() {
    if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
        VERSION=2 CGROUPS=/sys/fs/cgroup/$CG
        for c in memory pids cpu; do echo +$c >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null; done
        mkdir "$CGROUPS"
    else
        VERSION=1 CGROUPS=
        for c in $controllers; do mkdir "/sys/fs/cgroup/$c/$CG"; CGROUPS="$CGROUPS /sys/fs/cgroup/$c/$CG"; done
    fi
}
# Whatever a failed test has left in them ends here.
cgroups_remove() {
    for g in $CGROUPS "/sys/fs/cgroup/unified/$CG"; do
        [ -d "$g" ] || continue
        [ -e "$g/freezer.state" ] && echo THAWED >"$g/freezer.state"
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            for pid in $(cat "$g/cgroup.procs"); do kill -9 "$pid" 2>/dev/null; done
            rmdir "$g" 2>/dev/null && break
            sleep 0.1
        done
    done
}
# set_limit memory|pids VALUE
set_limit() {
    case $VERSION$1 in
    1memory) echo "$2" >"/sys/fs/cgroup/memory/$CG/memory.limit_in_bytes" ;;
    1pids) echo "$2" >"/sys/fs/cgroup/pids/$CG/pids.max" ;;
    2*) echo "$2" >"$CGROUPS/$1.max" ;;
    esac
}
no_limit() { case $VERSION$1 in 1memory) set_limit memory -1 ;; *) set_limit "$1" max ;; esac }
members() { for g in $CGROUPS; do cat "$g/cgroup.procs"; done; }

new_dir() { count=$((count + 1)); A=$WORK/a$count; mkdir -m 700 "$A"; SPEC=$WORK/spec$count; }

# fields KEY=VALUE... -- ARGV...: a whole spec on stdout. A single key given here replaces the default.
fields() {
    printf 'version=1\0'
    for default in attempt=test "dir=$A" cgroup_version=$VERSION cwd=/ uid=65534 gid=65534 net=none seccomp=unconfined \
        stdout_max=4000000000 stderr_max=4000000000; do
        key=${default%%=*} given=
        for field; do
            [ "$field" = -- ] && break
            case $field in "$key="* | "-$key") given=yes ;; esac
        done
        [ "$given" ] || printf '%s\0' "$default"
    done
    for g in $CGROUPS; do printf 'cgroup=%s\0' "$g"; done
    printf 'env=PATH=/usr/bin:/bin\0'
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        case $1 in -*) ;; *) printf '%s\0' "$1" ;; esac
        shift
    done
    [ $# -gt 0 ] && shift
    for argument; do printf 'argv=%s\0' "$argument"; done
}
# write_spec: same arguments; leaves it in SPEC of a new attempt directory A
write_spec() { new_dir; (umask 077; fields "$@" >"$SPEC"); }
# launch: same arguments; runs to the end. RC, WORK/bell, WORK/fd2, A/...
launch() { write_spec "$@"; launch_spec; }
launch_spec() { timeout -k 5 120 "$LAUNCH" "$SPEC" >"$WORK/bell" 2>"$WORK/fd2"; RC=$?; }
# launch_later: same, in the background as SHIM, waits until it has started
launch_later() {
    write_spec "$@"
    "$LAUNCH" "$SPEC" >"$WORK/bell" 2>"$WORK/fd2" &
    SHIM=$!
    wait_for test -e "$A/started"
}
# Waits for the shim, but not for ever: a hang is a failure of the test, not of the suite.
ended() {
    (sleep 45; kill -9 "$SHIM" 2>/dev/null) >/dev/null 2>&1 & watchdog=$!
    wait "$SHIM"; RC=$?
    kill $watchdog 2>/dev/null; wait $watchdog 2>/dev/null
}
wait_for() {
    tries=0
    until "$@"; do
        tries=$((tries + 1)); [ $tries -gt 1000 ] && return 1
        sleep 0.01
    done
}
value() { sed -n "s/^$1=//p" "$A/result"; }
# is KEY=VALUE...: all of them are lines of the result
is() { for line; do grep -qxF -- "$line" "$A/result" || { echo "    no line $line"; return 1; }; done; }
exited() { is state=exited exit_code="$1"; }
out_is() { [ "$(cat "$A/stdout")" = "$1" ] || { echo "    expected: $1"; return 1; }; }
out_has() { for line; do grep -qxF -- "$line" "$A/stdout" || { echo "    no line: $line"; return 1; }; done; }
out_lacks() { ! grep -q -- "$1" "$A/stdout"; }
fd2_has() { for text; do grep -qF -- "$text" "$WORK/fd2" || { echo "    fd 2 lacks: $text"; return 1; }; done; }
error_has() { for text; do value error | grep -qF -- "$text" || { echo "    error lacks: $text"; return 1; }; done; }
all() { for c; do eval "$c" || { echo "    false: $c"; return 1; }; done; }
