package dev.hostler.cli.alert;

import picocli.CommandLine.Command;

/** {@code hostler alert}. */
@Command(
    name = "alert",
    description = "Alerts on what hosts and attempts use, and the rules for them.",
    footer = {
      "",
      "Examples:",
      "  hostler alert list",
      "  hostler alert set disk-soon --metric disk --window 1h --limit 95% --within 12h"
    })
public final class AlertCommand {}
