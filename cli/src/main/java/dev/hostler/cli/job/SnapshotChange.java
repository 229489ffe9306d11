package dev.hostler.cli.job;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a command that changes something about a snapshot has to say: which one, and why. */
final class SnapshotChange {
  @Parameters(paramLabel = "ID", description = "A snapshot, or a job.")
  String id = "";

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why; kept in the audit log.")
  String reason = "";
}
