package dev.hostler.cli.login;

import picocli.CommandLine.Command;

/** {@code hostler context}. */
@Command(
    name = "context",
    description = "Shows and changes the stored contexts.",
    footer = {"", "Examples:", "  hostler context list", "  hostler context use prod"})
public final class ContextCommand {}
