# The processes of ./quickstart: start, wait, stop. Sourced after steps.sh.

controller_pid=
agent_pid=
step_pid=
group=
stopped=false

# alive PID: does it still run?
alive() { [ -n "$1" ] && kill -0 "$1" 2> /dev/null; }

# await SECONDS WHAT PID LOGFILE COMMAND...: until the command succeeds; gives up when the process ends or the time is over.
await() {
  local seconds=${QUICKSTART_PATIENCE:-$1} what=$2 pid=$3 file=$4 start=$SECONDS end
  shift 4
  end=$((SECONDS + seconds))
  until "$@"; do
    progress "$what starts" "$start"
    alive "$pid" || { tail -n 30 "$file" >&2; fail "$what ended; its log is $file"; }
    [ $SECONDS -lt $end ] || { tail -n 30 "$file" >&2; fail "$what was not ready after $seconds s; its log is $file"; }
    sleep 0.1
  done
  progress_ends
}

controller_ready() {
  local line
  exec 3<> "/dev/tcp/127.0.0.1/$metrics_port" || return 1
  printf 'GET /healthz/ready HTTP/1.0\r\n\r\n' >&3
  read -r line <&3 || line=
  exec 3>&-
  case $line in *" 200"*) return 0 ;; *) return 1 ;; esac
} 2> /dev/null

start_controller() {
  local start=$SECONDS
  make_operator
  # A session of its own: Ctrl-C reaches this script only, which then stops everything in order.
  setsid "$home/bin/hostler-controller" --config "$data/controller.toml" > "$log/controller.log" 2>&1 < /dev/null 8>&- 9>&- &
  controller_pid=$!
  await 120 "the controller" "$controller_pid" "$log/controller.log" controller_ready
  say "Controller: up on 127.0.0.1:$operator_port for operators, 127.0.0.1:$agent_port for agents ($((SECONDS - start)) s)"
  hostler login "127.0.0.1:$operator_port" --context quickstart --ca "$data/controller/operator/ca.crt" \
    --cert "$data/operators/demo.crt" --key "$data/operators/demo.key" > "$log/login.log" 2>&1 \
    || { cat "$log/login.log" >&2; fail "the operator could not log in"; }
}

hostler() { "$home/bin/hostler" "$@" 8>&- 9>&-; }

enrol_agent() {
  if [ -f "$data/enrolled" ]; then
    say "Agent: already enrolled as $(cat "$data/enrolled")"
    return
  fi
  local name token
  name=$(hostname)
  token=$(hostler token create --uses 1 --ttl 10m --label quickstart=true 2> "$log/token.log")
  [ -n "$token" ] || fail "no join token was made"
  HOSTLER_JOIN_TOKEN=$token "$home/bin/hostler-agent" enroll --config "$data/agent.toml" --controller "127.0.0.1:$agent_port" --name "$name" \
    > "$log/enroll.log" 2>&1 8>&- 9>&- || { cat "$log/enroll.log" >&2; fail "the agent could not enrol"; }
  echo "$name" > "$data/enrolled"
  say "Agent: enrolled as $name"
}

agent_connected() {
  hostler host list -o json 2> /dev/null | grep -q '"connected" *: *true'
}

start_agent() {
  pin_roots
  # The agent sees a private copy of /etc/ssh, so that the sshd-hardening sample changes nothing on this machine.
  private_ssh
  local delegated=()
  # On cgroup v2, systemd owns every group that it did not give away. The command takes the place of systemd-run, pid and all.
  if [ -d /run/systemd/system ] && [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; then
    delegated=(systemd-run --scope --quiet --collect --property=Delegate=yes --unit="$group-$$")
  fi
  setsid "${delegated[@]}" unshare --mount --propagation private "$home/packaging/quickstart/agent-with-private-ssh" "$data" "$home" \
    > "$log/agent.log" 2>&1 < /dev/null 8>&- 9>&- &
  agent_pid=$!
  await 60 "the agent" "$agent_pid" "$log/agent.log" agent_connected
  say "Agent: connected"
}

private_ssh() {
  if [ ! -f "$data/etc-ssh/sshd_config" ] && [ -d /etc/ssh ]; then
    mkdir -p "$data/etc-ssh"
    cp -a /etc/ssh/. "$data/etc-ssh/"
  fi
  mkdir -p "$data/etc-ssh/sshd_config.d"
}

# The pids in our own cgroups; none before there is a name for them.
group_pids() {
  [ -n "$group" ] || return 0
  local dir
  for dir in $(groups); do
    cat "$dir/cgroup.procs" 2> /dev/null || true
  done | sort -u
}

# The supervisors of running work: they outlive the agent, and note how the work ended.
supervisors() {
  grep -lsaF -f <(printf '%s/agent/attempts/\n' "$data") /proc/[0-9]*/cmdline || true
}

groups() {
  [ -n "$group" ] || return 0
  find /sys/fs/cgroup -mindepth 1 -maxdepth 6 -depth -type d \( -path "*/$group" -o -path "*/$group/*" \) 2> /dev/null
}

# end PID NAME: TERM, then KILL after 30 s.
end() {
  local pid=$1 tries=0
  alive "$pid" || return 0
  kill -TERM "$pid" 2> /dev/null || true
  while alive "$pid"; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || { say "$2 did not stop within 30 s; killing it"; kill -KILL "$pid" 2> /dev/null || true; break; }
    sleep 0.1
  done
  wait "$pid" 2> /dev/null || true
}

stop_all() {
  $stopped && return
  stopped=true
  trap '' INT TERM
  exec >&8
  rm -f "$data/env"
  progress_ends
  [ -z "$step_pid" ] || kill -TERM -- "-$step_pid" 2> /dev/null || true
  [ -z "$agent_pid$controller_pid" ] || say "Stopping ..."
  end "$agent_pid" "The agent"
  # Work that still runs outlives the agent by design; here it ends with the demo.
  local tries=0 pids dir
  while pids=$(group_pids)$(supervisors) && [ -n "$pids" ] && [ $tries -lt 50 ]; do
    # Supervisors outside the group end by themselves once their programs are gone.
    kill -KILL $(group_pids) 2> /dev/null || true
    tries=$((tries + 1))
    sleep 0.1
  done
  for dir in $(groups); do
    rmdir "$dir" 2> /dev/null || true
  done
  end "$controller_pid" "The controller"
  [ -z "$controller_pid" ] || say "Stopped. State is kept in $data"
}

wait_for_the_end() {
  while alive "$controller_pid" && alive "$agent_pid"; do
    sleep 1 &
    wait $! || true
  done
  alive "$controller_pid" || fail "the controller ended; its log is $log/controller.log"
  fail "the agent ended; its log is $log/agent.log"
}
