package dev.hostler.cli.checkpoint;

import picocli.CommandLine.Command;

/** {@code hostler checkpoint}. */
@Command(
    name = "checkpoint",
    description = {
      "Named points to which a group of hosts can be brought back.",
      "Creating, restoring and removing are jobs like any other: signed, audited, shown host by",
      "host. Contents stay on the hosts, until the checkpoint is removed."
    },
    footer = {
      "",
      "Examples:",
      "  hostler checkpoint create monday -t 'labels.role == \"web\"' /etc/ssh /etc/nginx",
      "  hostler checkpoint show monday",
      "  hostler checkpoint restore monday --reason 'broke logins'",
      "  hostler checkpoint remove monday --reason 'not needed'"
    })
public final class CheckpointCommand {}
