package dev.hostler.cli.limits;

import picocli.CommandLine.Command;

/** {@code hostler limits}. */
@Command(
    name = "limits",
    description = {
      "Shows and sets what attempts may use at most: memory, CPU, processes, files, time, output.",
      "Of what a bundle's signer declared, the fleet's, a bundle's and a host's policy, the host's",
      "own agent.toml and the job, the lowest counts. Nobody can raise what was declared."
    },
    footer = {
      "",
      "Limits:",
      "  memory 64MiB, swap 0, cpu 1.5, cpu_weight 100, cpu_time 10m, pids 64, open_files 1024,",
      "  io_read 20MiB (a second and disk), io_write 10MiB, timeout 5m, grace 5s, output 64MiB,",
      "  tmp 64MiB (the private /tmp, /var/tmp, /dev/shm and /run together)",
      "",
      "Examples:",
      "  hostler limits list",
      "  hostler limits show --bundle host-report --action collect --host web-1",
      "  hostler limits set --fleet memory=2GiB cpu=2",
      "  hostler limits set --host web-1 memory=512MiB cpu_time=none"
    })
public final class LimitsCommand {}
