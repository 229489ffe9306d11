package dev.hostler.cli.audit;

import picocli.CommandLine.Command;

/** {@code hostler audit}. */
@Command(
    name = "audit",
    description = "Shows who did what, and checks that nobody changed the log since.",
    footer = {
      "",
      "Examples:",
      "  hostler audit list --operator ann --since 24h",
      "  hostler audit checkpoint --out audit.checkpoint",
      "  hostler audit verify --checkpoint audit.checkpoint"
    })
public final class AuditCommand {}
