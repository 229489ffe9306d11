package dev.hostler.cli.host;

import picocli.CommandLine.Command;

/** {@code hostler host}. */
@Command(
    name = "host",
    description = "Lists, shows, labels, removes and lets in hosts.",
    footer = {
      "",
      "Examples:",
      "  hostler host list",
      "  hostler host show web-1",
      "  hostler host label web-1 env=prod"
    })
public final class HostCommand {}
