# The spec: what is refused, with which words.
# bad NAME FIELD VALUE FIX FIELDS...: exit code 64, nothing made, a message with field, value and fix
bad() {
    name=$1 field=$2 shown=$3 fix=$4; shift 4
    write_spec "$@"; launch_spec
    check "spec: $name" all '[ $RC = 64 ]' 'fd2_has "field $field:" "value \"$shown\"" "$fix"' '[ ! -e "$A/result" ]' \
        '[ ! -e "$A/stdout" ]'
}
bad "unknown key" colour red "unknown field" colour=red -- true
bad "single key twice" hostname b "given twice" hostname=a hostname=b -- true
write_spec -- true; sed -i 's/^version=1/version=2/' "$SPEC"; launch_spec
check "spec: wrong version" all '[ $RC = 64 ]' 'fd2_has "field version:" "\"2\"" "knows version 1"'
bad "bad attempt" attempt "a b" "letters" "attempt=a b" -- true
bad "attempt with a slash" attempt ../a "use" attempt=../a -- true
bad "uid not a number" uid abc "decimal" uid=abc -- true
bad "uid negative" uid -1 "decimal" uid=-1 -- true
bad "uid empty" uid "" "decimal" uid= -- true
bad "uid with space" uid " 5" "decimal" "uid= 5" -- true
bad "uid hexadecimal" uid 0x10 "decimal" uid=0x10 -- true
bad "uid leading zero" uid 010 "leading zero" uid=010 -- true
bad "uid all ones" uid 4294967295 "too large" uid=4294967295 -- true
bad "gid too large" gid 99999999999999999999 "too large" gid=99999999999999999999 -- true
bad "group not a number" group x "decimal" group=x -- true
bad "relative cwd" cwd tmp "absolute" cwd=tmp -- true
bad "cwd with dots" cwd /a/../b "normal path" cwd=/a/../b -- true
bad "cwd in /proc" cwd /proc/self/fd/7 "must not be below /proc" cwd=/proc/self/fd/7 -- true
bad "relative dir" dir x "absolute" dir=x -- true
bad "missing dir" dir /nonexistent/x "make the directory first" dir=/nonexistent/x -- true
bad "bad cgroup_version" cgroup_version 3 "1 or 2" cgroup_version=3 -- true
bad "relative cgroup" cgroup x "absolute" cgroup=x -- true
bad "env without =" env FOO "NAME=VALUE" env=FOO -- true
bad "env without name" env =x "NAME=VALUE" env==x -- true
bad "bad hostname" hostname a_b "hostname" hostname=a_b -- true
bad "unknown net" net lan "none, loopback, allow-list or host" net=lan -- true
bad "unknown capability" cap CAP_FLY "capabilities(7)" cap=CAP_FLY -- true
bad "capability without prefix" cap SYS_ADMIN "capabilities(7)" cap=SYS_ADMIN -- true
bad "unknown rlimit" rlimit pigs:1:1 "NAME:SOFT:HARD" rlimit=pigs:1:1 -- true
bad "rlimit soft above hard" rlimit nofile:9:1 "SOFT <= HARD" rlimit=nofile:9:1 -- true
bad "rlimit without hard" rlimit nofile:9 "NAME:SOFT:HARD" rlimit=nofile:9 -- true
bad "rlimit twice" rlimit nofile:9:9 "each NAME once" rlimit=nofile:9:9 rlimit=nofile:9:9 -- true
bad "bad umask" umask 9 "octal" umask=9 -- true
bad "bad timeout" timeout_ms 1s "decimal" timeout_ms=1s -- true
bad "bad grace" grace_ms 99999999999 "too large" grace_ms=99999999999 -- true
bad "unlimited tmp" tmp_bytes 0 "at least 4096" tmp_bytes=0 -- true
bad "bad secret_env" secret_env 1k "decimal" secret_env=1k -- true
bad "too large secret_env" secret_env 1048577 "too large" secret_env=1048577 -- true
bad "bad stdout_max" stdout_max lots "decimal" stdout_max=lots -- true
bad "seccomp path" seccomp ../x "use" seccomp=../x -- true
bad "payload relative" payload x "absolute" payload=x -- true
bad "rw relative" rw x "absolute" rw=x -- true
bad "rw trailing slash" rw /srv/ "normal path" rw=/srv/ -- true
bad "rw unknown option" rw /srv:fast "only option" rw=/srv:fast -- true
bad "hide root" hide / "root itself" hide=/ -- true
bad "ro in /proc" ro /proc/sys "cannot be declared" ro=/proc/sys -- true
for p in / /etc /usr /run /boot /proc /proc/sys/kernel /sys/fs/cgroup /dev/shm /dev; do
    bad "rw=$p" rw $p "" rw=$p -- true
done
bad "rw twice" rw /srv "name it once" rw=/srv rw=/srv -- true
bad "rw and hide" hide /srv "name it once" rw=/srv hide=/srv -- true
bad "rw over the bundle" rw /run/hostler/bundle/x "overlaps" rw=/run/hostler/bundle/x -- true
bad "rw over the agent's state" rw "$WORK" "agent's own state" rw="$WORK" -- true
bad "empty program" argv "" "program" -- ""
for key in attempt dir cwd uid gid net seccomp cgroup_version stdout_max stderr_max; do
    write_spec -- true
    tr '\0' '\n' <"$SPEC" | grep -v "^$key=" | tr '\n' '\0' >"$SPEC.x" && cat "$SPEC.x" >"$SPEC"
    launch_spec
    check "spec: missing $key" all '[ $RC = 64 ]' 'fd2_has "field $key:" "missing"'
done
write_spec -- true; sed -i 's/^version=1.//' "$SPEC"; launch_spec
check "spec: missing version" all '[ $RC = 64 ]' 'fd2_has "first field must be version"'
bad "missing argv" argv "" "missing" --
new_dir; printf 'version=1\0uid=5' >"$SPEC"; launch_spec
check "spec: cut short" all '[ $RC = 64 ]' 'fd2_has "cut short"'
new_dir; : >"$SPEC"; launch_spec
check "spec: empty" all '[ $RC = 64 ]' 'fd2_has "empty"'
new_dir; (fields -- true; printf 'nonsense\0') >"$SPEC"; launch_spec
check "spec: no =" all '[ $RC = 64 ]' 'fd2_has "KEY=VALUE"'
new_dir; (fields -- true; printf 'env=A='; head -c 1100000 /dev/zero | tr '\0' x; printf '\0') >"$SPEC"; launch_spec
check "spec: larger than 1 MiB" all '[ $RC = 64 ]' 'fd2_has "1 MiB"'
write_spec -- true; chmod 666 "$SPEC"; launch_spec
check "spec: writable by others" all '[ $RC = 64 ]' 'fd2_has "mode 0600"'
write_spec -- true; chown 65534 "$SPEC"; launch_spec
check "spec: of another owner" all '[ $RC = 64 ]' 'fd2_has "file of root"'
write_spec -- true; ln -s "$SPEC" "$SPEC.l"; SPEC=$SPEC.l; launch_spec
check "spec: a symlink" all '[ $RC = 64 ]' 'fd2_has "regular file"'
A=$WORK SPEC=$WORK/nothing; launch_spec
check "spec: missing" all '[ $RC = 64 ]' 'fd2_has "No such file"'
SPEC=relative; launch_spec
check "spec: relative" all '[ $RC = 64 ]' 'fd2_has "usage"'
i=0
write_spec env=A=B -- true; size=$(wc -c <"$SPEC"); whole=$SPEC bad_cuts=
while [ $i -lt "$size" ]; do
    new_dir; head -c $i "$whole" >"$SPEC"; launch_spec
    [ $RC = 64 ] || bad_cuts="$bad_cuts $i"
    i=$((i + 7))
done
check "spec: cut at every 7th byte is refused" [ -z "$bad_cuts" ]
