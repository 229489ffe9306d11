package dev.hostler.cli.job;

import picocli.CommandLine.Command;

/** {@code hostler snapshot}. */
@Command(
    name = "snapshot",
    description = {
      "Lists, shows, compares, restores, pins and removes the snapshots that hosts keep.",
      "Each is a job like any other: signed, audited, shown host by host.",
      "ID is one that list shows, or a job: on each host its newest snapshot."
    },
    footer = {
      "",
      "Examples:",
      "  hostler snapshot list --host web-1",
      "  hostler snapshot diff 0193a2b4-… -t true",
      "  hostler snapshot restore 0193a2b4-… -t true --reason 'broke logins'"
    })
public final class SnapshotCommand {}
