package dev.hostler.cli.sandbox;

import picocli.CommandLine.Command;

/** {@code hostler sandbox profile}. */
@Command(
    name = "profile",
    description = {
      "Named profiles of system calls, in the Docker/OCI form, to narrow jobs with.",
      "The controller only keeps them: hosts go by the text that the operator signs with a job."
    },
    footer = {
      "",
      "Examples:",
      "  hostler sandbox profile push no-network ./no-network.json",
      "  hostler run --host web-1 --profile no-network -- sha256sum /usr/bin/ssh"
    })
public final class ProfileCommand {}
