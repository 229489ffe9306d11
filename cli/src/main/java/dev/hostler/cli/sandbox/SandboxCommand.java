package dev.hostler.cli.sandbox;

import picocli.CommandLine.Command;

/** {@code hostler sandbox}. */
@Command(
    name = "sandbox",
    description = "What the actions of bundles may do on a host, and what they may not.",
    footer = {"", "Examples:", "  hostler sandbox show sshd-hardening apply"})
public final class SandboxCommand {}
