package dev.hostler.cli.bundle;

import picocli.CommandLine.Command;

/** {@code hostler bundle}. */
@Command(
    name = "bundle",
    description = "Makes, signs, verifies, pushes and lists bundles.",
    footer = {
      "",
      "Examples:",
      "  hostler bundle init hello",
      "  hostler bundle build hello",
      "  hostler signer create keys",
      "  hostler bundle sign hello-0.1.0.hostler --signer keys",
      "  hostler bundle push hello-0.1.0.hostler",
      "  hostler bundle show hello"
    })
public final class BundleCommand {}
