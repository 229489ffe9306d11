package dev.hostler.cli.operator;

import picocli.CommandLine.Command;

/** {@code hostler operator}. */
@Command(
    name = "operator",
    description = "Makes keys that sign jobs.",
    footer = {
      "",
      "Examples:",
      "  hostler operator create operators --name alice --role admin",
      "  hostler operator create operators --name deploy-bot --role deployer --valid 90d"
    })
public final class OperatorCommand {}
