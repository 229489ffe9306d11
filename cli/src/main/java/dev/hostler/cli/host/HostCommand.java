package dev.hostler.cli.host;

import picocli.CommandLine.Command;

/** {@code hostler host}. */
@Command(
    name = "host",
    description = "Lists, shows, labels and removes hosts.",
    footer = {
      "",
      "Examples:",
      "  hostler host list",
      "  hostler host show web-1",
      "  hostler host label web-1 env=prod"
    })
public final class HostCommand {}
