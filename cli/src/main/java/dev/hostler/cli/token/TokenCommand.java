package dev.hostler.cli.token;

import picocli.CommandLine.Command;

/** {@code hostler token}. */
@Command(
    name = "token",
    description = "Makes, lists and revokes join tokens.",
    footer = {"", "Examples:", "  hostler token create --uses 10 --ttl 1h", "  hostler token list"})
public final class TokenCommand {}
