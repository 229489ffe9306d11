package dev.hostler.cli.ca;

import picocli.CommandLine.Command;

/** {@code hostler ca}. */
@Command(
    name = "ca",
    description = "Shows the fleet CA, and replaces it while the fleet goes on.",
    footer = {"", "Examples:", "  hostler ca show", "  hostler ca rotate"})
public final class CaCommand {}
