# Writes outside the declared paths: the mounts stop them, the filter has them told. x86-64 numbers: 257 openat, 258 mkdirat,
# 263 unlinkat, 316 renameat2, 268 fchmodat, 83 mkdir, 84 rmdir, 87 unlink, 82 rename, 90 chmod, 2 open, 76 truncate, 280 utimensat.
TELL="257 258 263 316 268 83 84 87 82 90 2 76 280"
telling() { write_spec seccomp=f.bpf "$@"; "$WORK/tool" filter tell $TELL >"$A/f.bpf"; launch_spec; }
# written: what was told, without the place in front that differs from run to run
written() { sed 's/ *$//' "$A/denials" 2>/dev/null | awk '{ print $2, $4, $(NF - 1) }' | sed "s#$WORK/#W/#"; }
is_written() { [ "$(written)" = "$1" ] || { echo "    expected: $1"; echo "    told: $(written)"; return 1; }; }
mkdir "$WORK/own" "$WORK/other" "$WORK/other/dir" && echo old >"$WORK/other/file" && ln -s "$WORK/other" "$WORK/own/link" || exit 1
chmod 777 "$WORK/own"
for uid in 0 65534; do
    telling uid=$uid gid=$uid "rw=$WORK/own" -- sh -c "cd $WORK; (echo x >own/new) && (echo y >>own/new) && mkdir own/d && mv own/new own/d/moved && rm -r own/d"
    check "writes: to a declared path they go on, and nothing is told (uid $uid)" all 'exited 0' '[ ! -e "$A/denials" ]' '! grep -q "^denied" "$A/result"'
    telling uid=$uid gid=$uid "rw=$WORK/own" -- sh -c "cd $WORK/own; (echo x >../other/file); (echo x >>link/file); mkdir ../other/new; rm -f ../other/file; chmod 777 ../other/file; cat ../other/file"
    check "writes: elsewhere they fail, and are told without links and dots (uid $uid)" all 'out_is old' 'is denied=5 violations=5' \
        'is_written "257 2 write:W/other/file
83 1 write:W/other/new
263 1 write:W/other/file
268 1 write:W/other/file"'
done
telling -- sh -c "echo x >/dev/null; echo x >/tmp/a; mkdir /tmp/b /run/c 2>/dev/null; cat /etc/passwd >/dev/null; : </proc/self/status; echo x >/dev/stderr"
check "writes: to private places and devices are nothing to tell" all '[ ! -e "$A/denials" ]'
quick() { for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do telling -- mkdir /tmp/last; [ ! -e "$A/denials" ] || return 1; done; }
check "writes: nor is the last act of a program, when its mounts are about to go" quick
telling -- sh -c "cd /usr; (: >$WORK/none/file); rm -f /usr/none; mkdir /usr/bin; mkdir /usr/none/x; true"
check "writes: what is not there to be written is nothing to tell" all '[ ! -e "$A/denials" ]'
telling -- sh -c "mkdir /usr/lib/__pycache__; true"
check "writes: what interpreters do by themselves is no violation" all 'is denied=1 violations=0'
telling on_denied=kill -- sh -c "echo before; echo x >/usr/file; echo after"
check "writes: kill at the first" all 'is state=signaled reason=denied denied=1' 'out_has before' 'out_lacks after'
telling -- sh -c 'for i in $(seq 60); do mkdir /usr/hostler-$i; done 2>/dev/null; unlink /etc/passwd'
check "writes: many of them leave room for others" all 'is denied=61' '[ "$(written | grep -c "write:/usr/hostler")" = 48 ]' \
    'written | grep -q "^83 12 write:$"' 'written | grep -q "^87 1 write:$"'
TELL="257"
telling "rw=$WORK/own" -- sh -c "cd $WORK/own; for i in \$(seq 300); do echo x >f; kill -0 \$\$; done; trap : USR1; for i in \$(seq 100); do kill -USR1 \$\$ & echo x >f; wait; done; echo over"
check "writes: signals do not break what goes on" all 'out_is over' 'exited 0'
