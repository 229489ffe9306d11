# field-notes: Attacks. Numbers are those of the list.
for uid in 0 65534; do
    launch uid=$uid gid=$uid -- "$P" executables
    check "1: no /proc/*/exe is writable (uid $uid)" all 'out_lacks " ok"' 'grep -q "writable 0$" "$A/stdout"'
done
launch uid=0 gid=0 cap=CAP_SYS_PTRACE cap=CAP_DAC_OVERRIDE -- "$P" executables
check "1: nor with CAP_SYS_PTRACE" all 'grep -q "^seen [2-9] writable 0$" "$A/stdout"'
printf '#!/proc/self/exe --version\n' >"$WORK/shebang"; chmod 755 "$WORK/shebang"
cp "$LAUNCH" "$WORK/launch-copy"
launch uid=0 gid=0 -- sh -c "'$WORK/shebang'; '$P' access /proc/self/exe"
check "1: a script with #!/proc/self/exe gets no writable launcher" out_lacks 'launch.* ok'
check "1: the launcher's file is untouched" cmp "$LAUNCH" "$WORK/launch-copy"
new_dir; (umask 077; fields -- "$P" fds >"$SPEC")
"$LAUNCH" "$SPEC" 7</ 9>"$WORK/leak" >"$WORK/bell" 2>"$WORK/fd2"
check "2: only descriptors 0 to 2 inside" out_is '0 1 2 '
launch cwd=/dev/fd -- true
check "2: a cwd that leads into /proc is refused" all 'is state=not_started stage=cwd' '[ "$(value errno)" != 0 ]'
mkdir -m 777 "$WORK/canary" "$WORK/canary/in" "$WORK/real" "$WORK/real/in"; ln -s "$WORK/canary" "$WORK/decoy"
"$WORK/tool" swap "$WORK/real" "$WORK/decoy" & swapper=$!; HELPERS="$HELPERS $swapper"
i=0 ran=0 refused=0
while [ $i -lt 60 ]; do
    launch uid=0 gid=0 "rw=$WORK/real/in" -- sh -c "echo x >'$WORK/real/in/f'"
    case $(value state) in exited) ran=$((ran + 1)) ;; not_started) refused=$((refused + 1)) ;; esac
    i=$((i + 1))
done
kill $swapper; wait $swapper 2>/dev/null
check "3: a declared path swapped with a symlink never reaches the canary ($ran ran, $refused refused)" all \
    '[ -z "$(ls -A "$WORK/canary/in")" ]' '[ $((ran + refused)) = 60 ]' '[ $refused -gt 0 ]' '[ $ran -gt 0 ]'
for uid in 0 65534; do
    launch uid=$uid gid=$uid net=host -- "$P" escapes
    check "5: mount, unshare, setns, ptrace, mknod, chroot all fail (uid $uid)" all 'out_lacks " ok$"' 'out_has "pid 1 alive"' 'exited 0'
    launch uid=$uid gid=$uid -- "$P" write /proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/sys/kernel/modprobe \
        /proc/sys/vm/drop_caches /proc/self/oom_score_adj /sys/power/state /sys/kernel/uevent_helper /proc/kcore
    check "5: core_pattern and the like cannot be written (uid $uid)" out_lacks ' ok$'
    for g in /sys/fs/cgroup/*/release_agent /sys/fs/cgroup/cgroup.procs; do
        [ -e "$g" ] || continue
        launch uid=$uid gid=$uid -- "$P" write "$g" "$(dirname "$g")/cgroup.procs" "$(dirname "$g")/$CG/cgroup.procs"
        check "5: $g is out of reach (uid $uid)" out_lacks ' ok$'
    done
done
launch -- "$P" read /proc/kcore /proc/keys /proc/timer_list /proc/sysrq-trigger
check "5: kcore, keys, timer_list, sysrq-trigger are masked" out_lacks ' ok$'
launch -- "$WORK/suid" euid
check "6: a setuid program gains nothing" out_is "65534 65534"
mkdir -m 777 "$WORK/suidrw"; cp "$WORK/suid" "$WORK/suidrw/s"; chmod 6755 "$WORK/suidrw/s"
launch "rw=$WORK/suidrw" "payload=$WORK/suidrw" -- sh -c "'$WORK/suidrw/s' euid; /run/hostler/bundle/s euid"
check "6: nor on a writable path or in the bundle" out_is "65534 65534
65534 65534"
launch -- "$P" nnp; check "6: no_new_privs" out_is 1
launch -- grep Cap /proc/self/status
check "6: no capability in any set (user)" [ "$(grep -c '	0000000000000000$' "$A/stdout")" = 5 ]
launch uid=0 gid=0 -- grep Cap /proc/self/status
check "6: no capability in any set (root)" [ "$(grep -c '	0000000000000000$' "$A/stdout")" = 5 ]
launch cap=CAP_NET_BIND_SERVICE -- grep Cap /proc/self/status
check "6: a kept capability is in all five sets (user)" [ "$(grep -c '	0000000000000400$' "$A/stdout")" = 5 ]
launch uid=0 gid=0 cap=CAP_CHOWN -- grep Cap /proc/self/status
check "6: a kept capability is in all sets but ambient (root)" [ "$(grep -c '	0000000000000001$' "$A/stdout")" = 4 ]
write_spec -- "$P" tty
"$WORK/tool" terminal "$LAUNCH" "$SPEC" >"$WORK/bell" 2>"$WORK/fd2"
check "7: no terminal, though the shim was started on one" all 'out_lacks " ok$"' 'out_has "session own"'
write_spec uid=0 gid=0 cap=CAP_SYS_ADMIN -- "$P" tty
"$WORK/tool" terminal "$LAUNCH" "$SPEC" >"$WORK/bell" 2>"$WORK/fd2"
check "7: nor with CAP_SYS_ADMIN" all 'out_lacks " ok$"' 'out_has "session own"'
launch -- "$P" kill $$ -1
check "8: the host's processes cannot be signalled" out_has "$$ ESRCH"

launch_later "rw=$WORK/rw" -- sh -c "while [ ! -e '$WORK/rw/go' ]; do sleep 0.02; done; ls -A '$WORK/mnt'; '$P' create '$WORK/mnt/x'"
mkdir -p "$WORK/mnt"; mount -t tmpfs -o mode=777 late "$WORK/mnt"; : >"$WORK/mnt/seen"; : >"$WORK/rw/go"; ended
check "10: a mount made on the host after start is neither seen nor writable" all '[ ! -e "$WORK/mnt/x" ]' 'out_lacks seen' 'out_lacks " ok"'
umount "$WORK/mnt"; rm "$WORK/rw/go"
for s in "/tmp/$CG.sock" "/run/$CG.sock" "$WORK/odd.sock"; do "$WORK/tool" serve "$s" & HELPERS="$HELPERS $!"; done
"$WORK/tool" serve-dgram "$WORK/odd.dgram" & HELPERS="$HELPERS $!"
wait_for test -S "$WORK/odd.dgram"; wait_for test -S "$WORK/odd.sock"; wait_for test -S "/run/$CG.sock"; sleep 0.1
"$P" connect "$WORK/odd.sock" >"$WORK/v"; check "10: (the sockets can be connected to from the host)" grep -q ' ok$' "$WORK/v"
for uid in 0 65534; do
    launch uid=$uid gid=$uid net=host -- "$P" connect "/tmp/$CG.sock" "/run/$CG.sock" "$WORK/odd.sock" "$WORK/odd.dgram" /run/dbus/system_bus_socket /run/docker.sock /run/systemd/private
    check "10: host Unix sockets cannot be connected to (uid $uid)" all 'out_lacks " ok$"' 'exited 0'
done
if [ "$("$LAUNCH" --probe | sed -n s/landlock_abi=//p)" -ge 6 ]; then
    "$WORK/tool" serve "@$CG" & HELPERS="$HELPERS $!"
    wait_for sh -c "'$P' connect '@$CG' | grep -q ' ok'"
    launch uid=0 gid=0 net=host -- "$P" connect "@$CG"
    check "10: nor host abstract sockets, with net=host" out_lacks ' ok$'
fi
launch -- "$P" connect "@$CG"
check "10: nor host abstract sockets, in a network namespace" out_lacks ' ok$'

launch -- sh -c "'$P' interfaces; readlink /proc/self/ns/net"
check "net=none: only a loopback that is down" all 'grep -qx "lo lo-down" "$A/stdout"' 'out_lacks "$(readlink /proc/self/ns/net | tr -d "[]")"'
launch net=loopback -- "$P" interfaces
check "net=loopback: only a loopback that is up" out_is 'lo lo-up'
launch net=host -- readlink /proc/self/ns/net
check "net=host: the host's network" out_is "$(readlink /proc/self/ns/net)"
launch -- sh -c 'for n in mnt pid ipc uts; do readlink /proc/self/ns/$n; done'
for n in mnt pid ipc uts; do readlink /proc/self/ns/$n; done >"$WORK/v"
check "new mnt, pid, ipc and uts namespaces" [ "$(sort "$A/stdout" "$WORK/v" | uniq -d | wc -l)" = 0 ]
