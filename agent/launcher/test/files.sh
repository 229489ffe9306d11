# The file system: what is declared works, everything else is read-only or hidden.
mkdir -m 777 "$WORK/rw" "$WORK/rw/sub" "$WORK/out" "$WORK/secret" "$WORK/secret/deep" "$WORK/secret/deep/er"
echo top >"$WORK/secret/file"; echo key >"$WORK/key"; chmod 644 "$WORK/key"; echo data >"$WORK/secret/deep/er/data"
chmod 666 "$WORK/secret/file"; : >"$WORK/plain"; chmod 666 "$WORK/plain"; echo keep >"$WORK/rw/sub/keep"
for uid in 0 65534; do
    launch uid=$uid gid=$uid -- "$P" create /x "$WORK/out/x" /usr/x /var/x "$WORK/plain" /etc/passwd /boot/x
    check "outside of what is declared nothing can be written (uid $uid)" all 'out_lacks " ok"' 'out_has "$WORK/out/x EROFS" "$WORK/plain EROFS"'
    launch uid=$uid gid=$uid "rw=$WORK/rw" -- sh -c "echo hello >'$WORK/rw/f$uid' && cat '$WORK/rw/f$uid'"
    check "a declared path can be written (uid $uid)" all 'out_is hello' '[ "$(cat "$WORK/rw/f$uid")" = hello ]' 'exited 0'
done
launch "rw=$WORK/plain" -- sh -c "echo one >'$WORK/plain'; echo x >'$WORK/rw/no'"
check "a declared file" all '[ "$(cat "$WORK/plain")" = one ]' '[ ! -e "$WORK/rw/no" ]'
mkdir -m 777 "$WORK/co:lon"
launch "rw=$WORK/co:lon:" -- touch "$WORK/co:lon/f"
check "a path with a colon ends with one" [ -e "$WORK/co:lon/f" ]
cp /bin/true "$WORK/rw/prog"
launch "rw=$WORK/rw" -- "$WORK/rw/prog"; check "programs in rw run" exited 0
launch "rw=$WORK/rw:noexec" -- "$WORK/rw/prog"; check "rw :noexec" is state=not_started stage=exec errno=13
launch "rw=$WORK/none" -- true
check "rw that is missing" all 'is state=not_started stage=mounts errno=2' 'error_has "$WORK/none"'
launch "ro=$WORK/none" -- true
check "ro that is missing" is state=not_started stage=mounts errno=2
launch "payload=$WORK/none" -- true
check "payload that is missing" is state=not_started stage=mounts errno=2
ln -s "$WORK/out" "$WORK/link"
launch "rw=$WORK/link" -- true
check "rw that is a symlink" all 'is state=not_started errno=40' 'error_has "$WORK/link" symlink'
mkdir "$WORK/out/d"
launch "rw=$WORK/link/d" -- true
check "rw with a symlink inside" is state=not_started errno=40
mkfifo "$WORK/pipe"; launch "rw=$WORK/pipe" -- true
check "rw that is a fifo" is state=not_started errno=22

launch "hide=$WORK/secret" "hide=$WORK/key" hide=/no/such/path -- "$P" read "$WORK/key" "$WORK/secret/file" "$WORK/secret"
check "hidden file and directory (user)" all 'out_has "$WORK/key EACCES" "$WORK/secret/file EACCES" "$WORK/secret EACCES"' 'exited 0'
launch uid=0 gid=0 "hide=$WORK/secret" "hide=$WORK/key" -- sh -c "chmod 777 '$WORK/secret' '$WORK/key'; '$P' create '$WORK/key' '$WORK/secret/x' '$WORK/secret/file'; '$P' read '$WORK/secret' '$WORK/key'"
check "hidden file and directory (root)" out_lacks ' ok'
launch uid=0 gid=0 cap=CAP_DAC_OVERRIDE "hide=$WORK/secret" "hide=$WORK/key" -- sh -c "ls -A '$WORK/secret'; cat '$WORK/key'"
check "hidden things are empty even to CAP_DAC_OVERRIDE" all 'is stdout_bytes=0' 'exited 0'
ln -s "$WORK/secret" "$WORK/secret-link"
launch "hide=$WORK/secret-link" -- "$P" read "$WORK/secret/file"
check "hide follows a symlink to what it means" out_has "$WORK/secret/file EACCES"
launch "hide=$WORK/secret" "ro=$WORK/secret/deep/er" -- sh -c "cat '$WORK/secret/deep/er/data'; '$P' list '$WORK/secret' '$WORK/secret/deep'; '$P' read '$WORK/secret/file'; '$P' create '$WORK/secret/deep/er/x'"
check "ro re-exposes below a hidden directory, and nothing else" all 'out_has data "$WORK/secret EACCES" "$WORK/secret/file ENOENT" "$WORK/secret/deep/er/x EROFS"'
launch uid=0 gid=0 "hide=$WORK/secret" "rw=$WORK/secret/deep/er" -- sh -c "echo w >'$WORK/secret/deep/er/w'; '$P' create '$WORK/secret/x' '$WORK/secret/deep/x'"
check "rw below a hidden directory" all '[ "$(cat "$WORK/secret/deep/er/w")" = w ]' 'out_has "$WORK/secret/x EROFS" "$WORK/secret/deep/x EROFS"'
launch "rw=$WORK/rw" "hide=$WORK/rw/sub" -- sh -c "touch '$WORK/rw/t'; '$P' read '$WORK/rw/sub/keep'; '$P' create '$WORK/rw/sub/x'"
check "hide inside a writable directory" all '[ -e "$WORK/rw/t" ]' 'out_lacks " ok"' '[ ! -e "$WORK/rw/sub/x" ]'
launch "rw=$WORK/rw" "ro=$WORK/rw/sub" -- "$P" create "$WORK/rw/sub/x" "$WORK/rw/y"
check "ro inside a writable directory" out_has "$WORK/rw/sub/x EROFS" "$WORK/rw/y ok"
mkdir "$WORK/bundle"; echo '#!/bin/sh
echo from bundle' >"$WORK/bundle/main"; chmod 755 "$WORK/bundle/main"
launch "payload=$WORK/bundle" "hide=$WORK/bundle" uid=0 gid=0 -- sh -c "/run/hostler/bundle/main; '$P' create /run/hostler/bundle/x; '$P' read '$WORK/bundle/main'"
check "the bundle is at /run/hostler/bundle, read-only" out_is "from bundle
/run/hostler/bundle/x EROFS
$WORK/bundle/main EACCES"
mkdir -m 777 /tmp/$CG; launch "rw=/tmp/$CG" -- sh -c "echo t >/tmp/$CG/t; ls -A /tmp"
check "rw below the private /tmp" all 'out_is "$CG"' '[ "$(cat /tmp/$CG/t)" = t ]'; rm -rf "/tmp/$CG"

launch tmp_bytes=1048576 -- sh -c 'for d in /tmp /var/tmp /dev/shm; do echo x >$d/f && stat -c "%a %n" $d; done; head -c 2000000 /dev/zero >/tmp/big; stat -c %s /tmp/big'
check "private /tmp, /var/tmp and /dev/shm, of limited size" all 'out_has "1777 /tmp" "1777 /var/tmp" "1777 /dev/shm"' 'grep -q "No space left" "$A/stderr"' '[ ! -e /tmp/big ]'
launch tmp_bytes=1048576 -- sh -c 'for d in /tmp /var/tmp /dev/shm; do head -c 500000 /dev/zero >$d/f; done; stat -c %s /dev/shm/f; i=0; while true >/tmp/n$i; do i=$((i + 1)); [ $i -lt 3000 ] || break; done; [ $i -lt 3000 ]'
check "one quota is for all of them, in bytes and in files" all 'exited 0' '[ "$(cat "$A/stdout")" -lt 100000 ]' 'is tmp_peak_bytes=1048576' '[ "$(value tmp_full)" -ge 1 ]'
launch tmp_bytes=1048576 -- sh -c 'head -c 500000 /dev/zero >/tmp/f; rm /tmp/f'
check "a scratch that was not full is not told" all 'exited 0' '[ -z "$(value tmp_full)" ]'
echo mine >"/tmp/$CG.f"; launch -- sh -c 'ls -A /tmp /var/tmp /run /dev/shm'; rm -f "/tmp/$CG.f"
check "nothing of the host in them" all 'out_lacks "$CG"' '[ "$(wc -w <"$A/stdout")" = 4 ]'
launch -- sh -c 'cd /dev; echo *'
check "/dev has the minimal nodes" out_is 'fd full null random shm stderr stdin stdout urandom zero'
launch uid=0 gid=0 -- sh -c 'echo x >/dev/null && head -c 3 /dev/zero | wc -c; head -c 4 /dev/urandom | wc -c; touch /dev/x; echo $?'
check "they work, and /dev cannot be added to" out_is "3
4
1"
launch -- sh -c 'ls -d /proc/[0-9]* | wc -l; cat /proc/1/comm 2>/dev/null; cat /proc/cpuinfo | head -c 1 | wc -c'
check "/proc shows only the program's processes" all '[ "$(head -1 "$A/stdout")" -le 4 ]' 'exited 0'
launch -- sh -c 'ls /sys/fs/cgroup /sys/kernel/debug /sys/kernel/tracing /sys/fs/bpf 2>/dev/null | grep -v : | grep .'
check "no cgroup, debug, tracing or bpf file system below /sys" is stdout_bytes=0
mkdir "$WORK/chroot-proc"; mount -t proc proc "$WORK/chroot-proc"
launch -- "$P" list "$WORK/chroot-proc"
check "a /proc of the host that is mounted elsewhere is masked" out_has "$WORK/chroot-proc EACCES"
launch "rw=$WORK/chroot-proc" -- true
check "and cannot be declared" is state=not_started stage=mounts errno=1
umount "$WORK/chroot-proc"
mkdir "$WORK/rw/inner"; mount -t tmpfs -o mode=777 inner "$WORK/rw/inner"
launch "rw=$WORK/rw" -- "$P" create "$WORK/rw/inner/x"
check "another file system below a writable path stays read-only" out_has "$WORK/rw/inner/x EROFS"
launch "rw=$WORK/rw" "rw=$WORK/rw/inner" -- "$P" create "$WORK/rw/inner/x"
check "until it is declared itself" out_has "$WORK/rw/inner/x ok"
mount -o remount,ro,bind "$WORK/rw/inner"
launch "rw=$WORK/rw/inner" -- true
check "rw on a mount that the host has read-only is refused" is state=not_started stage=mounts errno=30
umount "$WORK/rw/inner"
launch "rw=$WORK/rw" net=host -- sh -c 'while read -r _ _ _ _ at flags _; do echo "$at $flags"; done </proc/self/mountinfo'
check "every mount is nosuid" [ -z "$(grep -v '[ ,]nosuid' "$A/stdout")" ]
check "every mount is nodev, but /dev" [ "$(grep -v '[ ,]nodev' "$A/stdout" | cut -d' ' -f1)" = /dev ]
check "writable are the private directories and what was declared" [ "$(grep ' rw,' "$A/stdout" | cut -d' ' -f1 | sort | xargs)" = \
    "$(printf '%s\n' /dev/shm /run /tmp /var/tmp "$WORK/rw" | sort | xargs)" ]
