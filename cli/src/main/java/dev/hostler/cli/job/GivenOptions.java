package dev.hostler.cli.job;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The parameters of an action, as {@code hostler run} takes them. */
final class GivenOptions {
  @Option(
      names = "--param",
      paramLabel = "KEY=VALUE",
      description = {
        "Parameter of the action, typed by its schema; objects and arrays as JSON.",
        "KEY=@FILE takes the text of a file, KEY=@- that of stdin, KEY=@@TEXT a text that",
        "starts with @. Secret ones (writeOnly) are sealed to the hosts' keys."
      })
  private List<String> params = new ArrayList<>();

  @Option(
      names = "--secret",
      paramLabel = "KEY=@FILE",
      description = {
        "Like --param, but refused if the action does not call it secret: use it for what",
        "must never be sent in clear. KEY=@- takes stdin."
      })
  private List<String> secrets = new ArrayList<>();

  @Option(
      names = "--ask",
      paramLabel = "KEY",
      description = "Like --secret; asks for it on the terminal, unseen. May be repeated.")
  private List<String> asked = new ArrayList<>();

  /** Is one of them given? */
  boolean isGiven() {
    return !given().isEmpty();
  }

  Given given() {
    return new Given(params, secrets, asked);
  }
}
