package dev.hostler.cli.index;

import picocli.CommandLine.Command;

/** {@code hostler index}. */
@Command(
    name = "index",
    description = {
      "Signs and shows the index: which bundle versions are good, and what was revoked.",
      "Hosts run nothing without an index that is fresh and by a signer whom they know."
    },
    footer = {"", "Examples:", "  hostler index sign --signer index-keys", "  hostler index show"})
public final class IndexCommand {}
