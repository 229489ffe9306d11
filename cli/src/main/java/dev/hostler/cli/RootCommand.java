package dev.hostler.cli;

import picocli.CommandLine.Command;

/** {@code hostler}. */
@Command(
    name = "hostler",
    description = "Runs signed work on fleets of Linux hosts.",
    footer = {
      "",
      "Environment:",
      "  HOSTLER_CONFIG, HOSTLER_CONTEXT, HOSTLER_CONTROLLER, HOSTLER_CA, HOSTLER_CERT,",
      "  HOSTLER_KEY, NO_COLOR; see docs/cli.md.",
      "",
      "Examples:",
      "  hostler login 127.0.0.1:7444 --ca ca.crt --cert admin.crt --key admin.key",
      "  hostler host list",
      "  hostler run -t 'labels.env == \"prod\"' -- uname -a",
      "  hostler run --host web-1 host-report collect --param format=text"
    })
final class RootCommand {}
