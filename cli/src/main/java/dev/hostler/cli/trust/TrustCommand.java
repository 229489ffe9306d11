package dev.hostler.cli.trust;

import picocli.CommandLine.Command;

/** {@code hostler trust}. */
@Command(
    name = "trust",
    description = {
      "Roots by which the controller reports on bundles and signers, and revocation of certificates.",
      "Hosts go by the roots that are pinned on them, whatever the controller knows."
    },
    footer = {
      "",
      "Examples:",
      "  hostler trust add keys/root.crt --kind bundle",
      "  hostler trust list",
      "  hostler trust revoke keys/signer.crt --reason stolen"
    })
public final class TrustCommand {}
