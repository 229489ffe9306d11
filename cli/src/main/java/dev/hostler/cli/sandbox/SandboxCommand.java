package dev.hostler.cli.sandbox;

import picocli.CommandLine.Command;

/** {@code hostler sandbox}. */
@Command(
    name = "sandbox",
    description = "What programs may do on a host, and what they may not.",
    footer = {
      "",
      "Examples:",
      "  hostler sandbox show sshd-hardening apply",
      "  hostler sandbox test --host web-1",
      "  hostler sandbox learn host-report collect --host test-1",
      "  hostler sandbox profile list"
    })
public final class SandboxCommand {}
