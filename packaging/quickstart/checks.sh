# What ./quickstart runs and checks once all is up. Sourced after processes.sh.

bundle_version=

# make_signer FOLDER OPTION...: keys that sign, unless they are there.
make_signer() {
  local signer=$1
  shift
  [ -f "$signer/signer.key" ] || hostler signer create "$signer" --name quickstart "$@" > "$log/signer.log" 2>&1 \
    || { cat "$log/signer.log" >&2; fail "no signer was made"; }
}

make_signers() {
  make_signer "$data/signer"
  make_signer "$data/index-signer" --purpose index
}

# What the host trusts is decided on the host: by the roots in its own trust folder.
pin_roots() {
  mkdir -p -m 0700 "$data/agent/trust"
  cp "$data/signer/root.crt" "$data/agent/trust/bundle-roots.pem"
  cp "$data/index-signer/root.crt" "$data/agent/trust/index-roots.pem"
  cp "$data/operators/root.crt" "$data/agent/trust/operator-roots.pem"
}

# Who signs jobs; the controller never has this key.
make_operator() {
  [ -f "$data/operators/demo.key" ] || hostler operator create "$data/operators" --name demo --role admin > "$log/operator.log" 2>&1 \
    || { cat "$log/operator.log" >&2; fail "no operator was made"; }
}

push_samples() {
  local name file start=$SECONDS
  mkdir -p "$data/bundles"
  for name in host-report sshd-hardening hostile; do
    progress "Sample $name is built, signed and pushed" "$start"
    file=$data/bundles/$name.hostler
    {
      hostler bundle build "$home/examples/$name" --out "$file.unsigned"
      hostler bundle sign "$file.unsigned" --signer "$data/signer" --out "$file"
      hostler bundle push "$file"
    } > "$log/bundle-$name.log" 2>&1 || { cat "$log/bundle-$name.log" >&2; fail "the sample $name could not be pushed"; }
  done
  progress_ends
  say "Samples: host-report, sshd-hardening and hostile are built, signed and pushed"
}

main_job() {
  say
  say "\$ hostler run -t 'labels.role == \"demo\"' host-report collect --param format=text"
  hostler run -t 'labels.role == "demo"' host-report collect --param format=text || fail "the main job failed"
  say
}

write_env() {
  cat > "$data/env.new" <<TXT
# . this file: a working hostler against the quickstart controller
export HOSTLER_CONFIG='$data/cli.toml'
export PATH='$home/bin':"\$PATH"
TXT
  mv "$data/env.new" "$data/env"
}

next_commands() {
  cat <<TXT
All is up. In another terminal:

  . $data/env
  hostler host list
  hostler run -t all -- uname -a
  hostler run -t all host-report collect --param format=json
$(command -v sshd > /dev/null && echo "  hostler run -t all sshd-hardening check" || echo "  hostler run --detach -t all -- sleep 60")
  hostler run -t all hostile attack --param state_dir=$data/agent
  hostler job list
  hostler audit list

Ctrl-C stops everything. State is kept in $data.
TXT
}

checks=0
# check WHAT EXIT_CODE PATTERN COMMAND...: runs it; its exit code and its output must be as said.
check() {
  local what=$1 wanted=$2 pattern=$3 status=0 file
  shift 3
  checks=$((checks + 1))
  file=$log/check-$checks.log
  "$@" > "$file" 2>&1 < /dev/null || status=$?
  if [ "$status" -ne "$wanted" ] || ! grep -Eq -- "$pattern" "$file"; then
    cat "$file" >&2
    fail "check failed: $what: exit code $status (wanted $wanted), output must match '$pattern'"
  fi
  say "ok - $what"
}

check_all() {
  check "the host is listed and connected" 0 '"connected" *: *true' hostler host list -o json
  check "host-report runs in its sandbox" 0 'hostname|Host' hostler run -t 'labels.role == "demo"' host-report collect --param format=text
  check "host-report prints JSON" 0 '"kernel"' hostler run -t all host-report collect --param format=json
  check "a command runs" 0 '^hi$' hostler run -t all -- /bin/echo hi
  check "a failure is exit code 1" 1 '7' hostler run -t all -- /bin/sh -c 'exit 7'
  check "a hostile bundle is contained" 0 'CONTAINED' hostler run -t all hostile attack --param "state_dir=$data/agent"
  not_escaped
  check "and as root" 0 'CONTAINED' hostler run -t all hostile attack-as-root --param "state_dir=$data/agent"
  not_escaped
  check "the index is signed and lists the samples" 0 'hostile +1' hostler index show
  check "a yanked version is refused on the host" 0 'Yanked' hostler bundle yank host-report@1.0.0
  check "with the reason" 1 'yanked' hostler run -t all host-report collect
  check "until the yank is taken back" 0 'Back in use' hostler bundle yank host-report@1.0.0 --undo
  check "and runs again" 0 '"kernel"' hostler run -t all host-report collect --param format=json
  check "an unknown parameter is refused" 2 'colour' hostler run -t all host-report collect --param colour=red
  check_untrusted_signer
  check_untrusted_operator
  if command -v sshd > /dev/null; then
    check "sshd-hardening applies to a private copy" 0 'changed|applied' hostler run -t all sshd-hardening apply
    check "and changes nothing the second time" 0 'unchanged' hostler run -t all sshd-hardening apply
    check "and verifies it" 0 '.' hostler run -t all sshd-hardening verify
    check_rollback
  else
    say "skipped - sshd-hardening: there is no sshd on this machine"
  fi
  check "the audit log has the jobs" 0 'job.submit' hostler audit list
  check "work is left to itself" 0 '^[0-9a-f-]{36}$' hostler run --detach -t all -- sleep 1000
  work_runs
}

# What can be known of the private copy of /etc/ssh, as text.
ssh_state() {
  (cd "$data/etc-ssh" && find . -printf '%p %y %m %U %G %T@ %l\n' | sort && find . -type f -exec sha256sum {} + | sort -k 2)
}

# sshd-hardening, but it fails half-way: after it has written its file and removed all others.
check_rollback() {
  local broken=$data/sshd-broken first
  rm -rf "$broken"
  cp -r "$home/examples/sshd-hardening" "$broken"
  sed -i 's/^name = .*/name = "sshd-broken"/' "$broken/bundle.toml"
  sed -i 's|^  echo "changed .*|  rm -f "$folder"/[a-z]*; chmod 700 "$folder"; exit 9|' "$broken/payload/bin/harden"
  {
    hostler bundle build "$broken" --out "$broken.unsigned"
    hostler bundle sign "$broken.unsigned" --signer "$data/signer" --out "$broken.hostler"
    hostler bundle push "$broken.hostler"
  } > "$log/bundle-broken.log" 2>&1 || { cat "$log/bundle-broken.log" >&2; fail "the bundle that fails could not be pushed"; }
  echo "# kept" > "$data/etc-ssh/sshd_config.d/kept.conf"
  ssh_state > "$log/ssh-before"
  check "a failure half-way is rolled back" 1 'rolled back to snapshot .*identical' \
    hostler run -t all sshd-broken apply --param max_auth_tries=7
  ssh_state > "$log/ssh-after"
  diff "$log/ssh-before" "$log/ssh-after" >&2 || fail "check failed: /etc/ssh is not as it was before the failure"
  say "ok - and /etc/ssh is as it was, to the byte"
  check "the snapshots are listed" 0 'sshd-hardening 1.0.0 apply' hostler snapshot list -t all
  first=$(awk '/sshd-hardening 1.0.0 apply/ { print $1; exit }' "$log/check-$checks.log")
  check "what an older one would undo is shown" 1 'created +/etc/ssh/sshd_config.d/10-hostler.conf' \
    hostler snapshot diff "$first" -t all
  check "what changed since is not undone unasked" 1 'conflict /etc/ssh/sshd_config.d/kept.conf' \
    hostler snapshot restore "$first" -t all --reason "by hand"
  rm "$data/etc-ssh/sshd_config.d/kept.conf"
  check "it is restored by hand" 0 'restored, identical' hostler snapshot restore "$first" -t all --reason "by hand"
  [ ! -e "$data/etc-ssh/sshd_config.d/10-hostler.conf" ] || fail "check failed: the restore left 10-hostler.conf"
  check "the audit log says who and why" 0 'snapshot restore .*by hand' hostler audit list -o json
}

# Something is there that stopping must end.
work_runs() {
  local tries=0
  while [ -z "$(group_pids)" ]; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || fail "check failed: the work that was left to itself does not run"
    sleep 0.1
  done
}

# The last check's program did not get out.
not_escaped() {
  ! grep -q ESCAPED "$log/check-$checks.log" || fail "the hostile bundle escaped: see $log/check-$checks.log"
}

# A bundle by a signer that the host does not know reaches the host and is refused there.
check_untrusted_signer() {
  local stranger=$data/stranger
  rm -rf "$stranger"
  hostler signer create "$stranger" --name stranger > "$log/stranger.log" 2>&1 || fail "no second signer was made"
  cp -a "$home/examples/host-report" "$stranger/bundle"
  sed -i "s/^name *= *.*/name = \"stranger-report\"/" "$stranger/bundle/bundle.toml"
  {
    hostler bundle build "$stranger/bundle" --out "$stranger/unsigned.hostler"
    hostler bundle sign "$stranger/unsigned.hostler" --signer "$stranger" --out "$stranger/signed.hostler"
    hostler bundle push "$stranger/signed.hostler"
  } >> "$log/stranger.log" 2>&1 || { cat "$log/stranger.log" >&2; fail "the stranger's bundle could not be pushed"; }
  check "a bundle of an unknown signer is refused on the host" 1 'refused' hostler run -t all stranger-report collect
}

# The first operator of the fleet CA may log in, but no host runs what it signs.
check_untrusted_operator() {
  check "a job that no operator signed is refused" 2 'SIGNER_UNTRUSTED' env \
    HOSTLER_SIGN_CERT="$data/controller/operator/admin.crt" HOSTLER_SIGN_KEY="$data/controller/operator/admin.key" \
    "$home/bin/hostler" run -t all -- /bin/echo forged
}

check_nothing_left() {
  local left
  left=$(group_pids)$(groups)$(grep -F "$data" /proc/mounts || true)
  [ -z "$left" ] || fail "left behind: $left"
  for left in $agent_pid $controller_pid; do
    ! alive "$left" || fail "process $left still runs"
  done
  # Read from a file: a pattern among grep's arguments would find grep.
  left=$(grep -lsaF -f <(printf '%s/\n' "$data") /proc/[0-9]*/cmdline || true)
  [ -z "$left" ] || fail "processes still run: $left"
  say "ok - no process, cgroup or mount is left"
  say "$((checks + 1)) checks passed"
}
