package dev.hostler.cli.job;

import picocli.CommandLine.Command;

/** {@code hostler job}. */
@Command(
    name = "job",
    description = "Lists, shows, watches and cancels jobs, and reads their output.",
    footer = {
      "",
      "Examples:",
      "  hostler job list",
      "  hostler job show 0193a2b4-…",
      "  hostler job logs -f 0193a2b4-…",
      "  hostler job cancel 0193a2b4-…"
    })
public final class JobCommand {}
