package dev.hostler.cli.revocation;

import picocli.CommandLine.Command;

/** {@code hostler revocation}. */
@Command(
    name = "revocation",
    description = {
      "Revokes operators, certificates and bundle versions, and lists what is revoked.",
      "Controllers act at once: live streams are closed, queued work is cancelled. Hosts hear of it",
      "with the next index: `hostler index sign`, unless the controller has a delegated key."
    },
    footer = {
      "",
      "Examples:",
      "  hostler revocation create operator mallory --reason \"left the company\"",
      "  hostler revocation create certificate signer.crt --reason stolen",
      "  hostler revocation create bundle web@1.4.0 --reason CVE-2026-1234",
      "  hostler revocation list"
    })
public final class RevocationCommand {}
