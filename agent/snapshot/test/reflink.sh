# Blocks that are shared instead of copied, on file systems that can: real ones, on loop devices. Left out, saying so, where a
# file system or a loop device cannot be had.
shared() { filefrag -v "$1" 2>/dev/null | grep -q shared; }
used() { sync -f "$1"; df --output=used -B1 "$1" | tail -1; }
for fs in btrfs xfs; do
    (command -v mkfs.$fs && command -v filefrag && modprobe $fs; grep -qw $fs /proc/filesystems) >/dev/null 2>&1 && command -v mkfs.$fs >/dev/null ||
        { echo "left out: sharing of blocks on $fs (no mkfs.$fs, or not in this kernel; apt-get install btrfs-progs xfsprogs)"; continue; }
    begin; rm -f "$WORK/image"; truncate -s 400M "$WORK/image"; mkfs.$fs -q "$WORK/image" >/dev/null; mkdir -p "$WORK/fs"
    mount -o loop "$WORK/image" "$WORK/fs" 2>/dev/null || { echo "left out: sharing of blocks on $fs (no loop device)"; continue; }
    big=$WORK/fs/tree/big; STORE=$WORK/fs/store; mkdir -m 700 "$STORE"; mkdir "$WORK/fs/tree"
    head -c 20000001 /dev/urandom >"$big"; cp --reflink=never "$big" "$WORK/fs/tree/other"; printf x | dd of="$WORK/fs/tree/other" bs=1 seek=15000000 conv=notrunc status=none
    truncate -s 50M "$WORK/fs/tree/holes"; head -c 1000000 /dev/urandom | dd of="$WORK/fs/tree/holes" bs=4096 seek=2000 conv=notrunc status=none
    sync; sleep 0.03; sums=$(cd "$WORK/fs/tree" && sha256sum *); before=$(used "$WORK/fs")
    keep() { printf '%s\0' "$WORK/fs/tree" | "$1" capture "$STORE" "$2" >"$WORK/out" 2>&1; RC=$?; }
    keep "$S" a; after=$(used "$WORK/fs")
    check "$fs: captured" all 'rc 0' '[ "$(stat -c %s "$STORE/packs/a")" -gt 40000000 ]'
    check "$fs: the pack shares its blocks with the files" all 'shared "$big"' 'shared "$STORE/packs/a"' '[ $((after - before)) -lt 4000000 ]'
    echo changed >"$WORK/fs/tree/big"; rm "$WORK/fs/tree/other" "$WORK/fs/tree/holes"; "$S" seal "$STORE" a >"$WORK/out" 2>&1; before=$(used "$WORK/fs")
    run "$S" restore "$STORE" a; after=$(used "$WORK/fs")
    check "$fs: restored, the same bytes" all 'rc 0' 'out_has identical' '[ "$(cd "$WORK/fs/tree" && sha256sum *)" = "$sums" ]'
    check "$fs: and sharing blocks again" all 'shared "$big"' '[ $((after - before)) -lt 4000000 ]' '[ "$(du -k "$WORK/fs/tree/holes" | cut -f1)" -lt 2000 ]'
    before=$(used "$WORK/fs"); keep "$WORK/plain-keys" c; after=$(used "$WORK/fs")
    check "$fs: what is encrypted shares nothing" all 'rc 0' '! shared "$STORE/packs/c"' '[ $((after - before)) -gt 40000000 ]'
    run "$WORK/plain-keys" restore "$STORE" c
    check "$fs: and is what was captured" all 'rc 0' '[ "$(cd "$WORK/fs/tree" && sha256sum *)" = "$sums" ]'
    umount "$WORK/fs"
done
