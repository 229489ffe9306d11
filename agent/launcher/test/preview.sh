# Previews: the program sees what it writes, the host stays as it is, the layers have it.
mkdir -m 777 "$WORK/pv" "$WORK/pv/sub" "$WORK/pv/moved"; echo old >"$WORK/pv/file"; chmod 666 "$WORK/pv/file"; ln "$WORK/pv/file" "$WORK/pv/link"
mkdir -m 777 "$WORK/pd"; echo alone >"$WORK/pd/alone"; chmod 666 "$WORK/pd/alone"; echo not >"$WORK/pd/other"; chmod 666 "$WORK/pd/other"
state() { (cd "$WORK" && find pv pd -printf '%p %y %m %U %G %s %n %T@\n' | sort; cat pv/file pd/alone); }
before=$(state)
for uid in 0 65534; do
    launch uid=$uid gid=$uid "preview=$WORK/pv" "preview=$WORK/pd" "rw=$WORK/pv" "rw=$WORK/pd/alone" -- sh -c "
        cd '$WORK/pv' && echo new >>file && cat link && echo x >created && mv moved renamed && rmdir sub
        echo changed >../pd/alone && echo z >../pd/other; ls; exit 3"
    check "a preview runs, and the host is as before (uid $uid)" all 'exited 3' '[ "$(state)" = "$before" ]'
    check "what it prints is all in stderr (uid $uid)" all 'is stdout_bytes=0' '[ "$(grep -cE "^(old|new|created|renamed)$" "$A/stderr")" = 4 ]' 'grep -q "other" "$A/stderr"'
    check "the layers have what it wrote (uid $uid)" all '[ "$(cat "$A/overlay/0/upper/file")" = "old
new" ]' '[ -e "$A/overlay/0/upper/created" ]' '[ -c "$A/overlay/0/upper/sub" ]' '[ "$(cat "$A/overlay/1/upper/alone")" = changed ]' '[ ! -e "$A/overlay/1/upper/other" ]'
done
check "no mount is left" [ -z "$(grep -F "$WORK/pv" /proc/self/mountinfo)" ]
chmod 1775 "$WORK/pv"; chown 7:8 "$WORK/pv"; setfacl -m u:9:rwx "$WORK/pv" 2>/dev/null; touch -d 2001-01-01 "$WORK/pv"
want=$(stat -c '%a %u %g %Y' "$WORK/pv")
launch uid=0 gid=0 "preview=$WORK/pv" "rw=$WORK/pv" -- stat -c '%a %u %g %Y' "$WORK/pv"
check "the top looks as it does on the host" [ "$(cat "$A/stderr")" = "$want" ]
setfacl -b "$WORK/pv" 2>/dev/null; chmod 777 "$WORK/pv"
cp "$P" "$WORK/pv/prog"
launch "preview=$WORK/pv" "rw=$WORK/pv:noexec" -- "$WORK/pv/prog"; check "noexec holds in a preview" is state=not_started stage=exec errno=13
launch uid=0 gid=0 cap=CAP_MKNOD "preview=$WORK/pv" "rw=$WORK/pv" -- sh -c "mknod '$WORK/pv/zero' c 1 5; head -c1 '$WORK/pv/zero'"
check "so does nodev" all 'is state=exited' 'grep -q "Permission denied" "$A/stderr"'
launch "preview=$WORK/pd" "rw=$WORK/pv" -- true
check "a writable path outside of the preview is refused" all '[ $RC = 64 ]' 'fd2_has "field rw" "not inside a preview directory"'
launch "preview=$WORK" "rw=$WORK/pv" -- true
check "layers below what is previewed are refused" all '[ $RC = 64 ]' 'fd2_has "field preview" "overlaps with dir"'
ln -s pv "$WORK/pl"; launch "preview=$WORK/pl" "rw=$WORK/pl" -- true
check "a preview through a symlink is refused" is state=not_started stage=mounts errno=40
if chattr +i "$WORK/pv" 2>/dev/null; then
    launch uid=0 gid=0 "preview=$WORK/pv" "rw=$WORK/pv" -- true; chattr -i "$WORK/pv"
    check "an immutable top is refused" is state=not_started stage=mounts errno=1
fi
launch_later "preview=$WORK/pv" "rw=$WORK/pv" -- sh -c "echo x >'$WORK/pv/killed'; while :; do sleep 1; done"
wait_for test -e "$A/overlay/0/upper/killed"; kill -9 $SHIM; ended 2>/dev/null
check "a killed preview leaves the host as it was" [ ! -e "$WORK/pv/killed" ]
rm "$WORK/pv/prog"
