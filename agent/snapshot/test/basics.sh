begin; was; capture a
check "capture" all 'rc 0' 'out_has "captured 9 paths"' same
check "only root can read what was kept" [ -z "$(find "$WORK/store" -perm /077)" ]
check "content is stored once" [ "$(stat -c %s "$WORK/store/packs/a")" = $PACK ]
run "$S" diff "$WORK/store" a
check "nothing differs" all 'rc 0' 'out_has identical'
change; run "$S" diff "$WORK/store" a
check "what differs is told" all 'rc 1' 'out_has "changed  $T/d/one  (content, mtime)" "deleted  $T/d/two" "changed  $T/d/l  (type)"' \
    'out_has "changed  $T/e/big  (mode)" "created  $T/e/new" "deleted  $T/d/p"'
run "$S" seal "$WORK/store" a
check "sealed" rc 0
restore a
check "restored, identical" all 'rc 0' 'out_has "restored, identical"' same
check "the log tells the steps" [ "$(tr '\n' , <"$WORK/store/a/log")" = "captured,sealed,restoring,restored identical," ]
restore a
check "twice is the same as once" all 'rc 0' 'out_has "identical: 0 changes undone"' same

begin; capture a; capture b --base a
check "a second snapshot stores nothing" all 'rc 0' 'out_has "0 of them stored anew"' '[ ! -e "$WORK/store/packs/b" ]'
echo another >"$WORK/store/a/boot"; capture c --base a
check "nor after another start of the host, which reads all again" all 'rc 0' 'out_has "0 of them stored anew"' '[ ! -e "$WORK/store/packs/c" ]'
echo another >"$WORK/store/b/boot"
was; echo x >"$T/d/one"; echo y >"$T/e/big"; run "$S" seal "$WORK/store" b; restore b
check "and is restored from the first one's pack" all 'rc 0' same

begin; ROOTS="$T/d $T/none $T/d/one $T/e/gone/deep"; mkdir "$T/e/gone"; chmod 711 "$T/e/gone"; chown 5:6 "$T/e/gone"; echo z >"$T/e/gone/deep"
was; capture a; echo x >"$T/none"; rm -r "$T/e/gone"; run "$S" seal "$WORK/store" a; restore a
touch -r "$T/e" "$T"; # only roots are restored, not the times above them
check "an absence is restored, and directories above a root" all 'rc 0' '[ ! -e "$T/none" ]' '[ "$(cat "$T/e/gone/deep")" = z ]' \
    '[ "$(stat -c %a:%u:%g "$T/e/gone")" = 711:5:6 ]'

begin; ln "$T/d/p" "$T/e/p"; ln "$T/d/one" "$T/e/one"; chattr +i "$T/d/one" "$T/e"; was; capture a
chattr -i "$T/e" "$T/d/one"; rm "$T/e/p" "$T/e/one"; chattr +i "$T/d/one" "$T/e"; run "$S" seal "$WORK/store" a; restore a
check "links to a fifo, and to what may not be linked, come back into what may not be changed" all 'rc 0' same

begin; truncate -s 10G "$T/hole"; printf end | dd of="$T/hole" bs=1 seek=9000000000 conv=notrunc status=none; was2=$(stat -c '%s %b %y' "$T/hole")
capture a
check "a hole costs nothing" all 'rc 0' '[ "$(stat -c %s "$WORK/store/packs/a")" -lt 200000 ]'
printf x | dd of="$T/hole" bs=1 seek=5000000000 conv=notrunc status=none; run "$S" seal "$WORK/store" a; restore a
check "and is a hole again" all 'rc 0' '[ "$(stat -c "%s %b %y" "$T/hole")" = "$was2" ]' '[ "$(tail -c 999999998 "$T/hole" | head -c 3)" = "" ] || [ "$(dd if="$T/hole" bs=1 skip=9000000000 count=3 status=none)" = end ]'

begin; p=$T; i=0; while [ $i -lt 300 ]; do p=$p/ddddddddddddddddddddddddddddddd; i=$((i + 1)); done
(cd "$T" && i=0 && while [ $i -lt 300 ]; do mkdir ddddddddddddddddddddddddddddddd && cd -P ddddddddddddddddddddddddddddddd; i=$((i + 1)); done; echo deep >file)
capture a
check "a path longer than the kernel takes" rc 0
(cd "$T"; i=0; while [ $i -lt 300 ]; do cd -P ddddddddddddddddddddddddddddddd; i=$((i + 1)); done; echo changed >file)
run "$S" seal "$WORK/store" a; restore a
check "is restored" all 'rc 0' 'out_has identical'

begin; ln -s x "$T/d/far"; setfattr -n user.a -v 1 "$T/d/one" "$T/d"; sleep 0.03; capture a; capture b --base a
check "a second look at an unchanged tree stores nothing" all 'rc 0' 'out_has ", 0 of them stored anew"'
for at in one . ; do touch -r "$T/d/$at" "$WORK/times"; setfattr -n user.a -v 2 "$T/d/$at"; touch -r "$WORK/times" "$T/d/$at"; done
touch -h -r "$T/d/far" "$WORK/times"; rm "$T/d/far"; ln -s y "$T/d/far"; touch -h -r "$WORK/times" "$T/d/far"; chown 1 "$T/d/p"; chown 0 "$T/d/p"; chattr +d "$T/e/big"
run "$S" diff "$WORK/store" b
check "but what was changed behind the times' back is seen" all 'rc 1' 'out_has "$T/d/one  (xattrs" "$T/d  (" "$T/d/far  (target" "$T/e/big  (flags"'
restore b --force
check "and restored" all 'rc 0' 'out_has identical' '[ "$(readlink "$T/d/far")" = x ]' '[ "$(getfattr --only-values -n user.a "$T/d/one" 2>/dev/null)" = 1 ]'
