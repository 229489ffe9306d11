package dev.hostler.cli.revocation;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.LiftYankRequest;
import dev.hostler.proto.v1.Revocation;
import dev.hostler.proto.v1.RevocationKind;
import dev.hostler.proto.v1.RevokeRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler bundle yank}. */
@Command(
    name = "yank",
    description = {
      "Takes a bundle version out of use: hosts do not start it any more once the next index says",
      "so. What runs goes on. --undo takes it back."
    },
    footer = {
      "",
      "Examples:",
      "  hostler bundle yank web@1.4.0 --reason \"breaks logins\"",
      "  hostler bundle yank web@1.4.0 --undo"
    })
public final class BundleYank implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(
      index = "0",
      paramLabel = "BUNDLE",
      description = "NAME@VERSION, or the SHA-256 of its manifest in hex.")
  private String which = "";

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit log.")
  private String reason = "";

  @Option(names = "--undo", description = "Puts a yanked version back in use.")
  private boolean undo;

  /** Made by the composition root. */
  public BundleYank(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      String digest = BundleDigests.of(controller, which);
      Revocation changed =
          controller.call(() ->
              undo
                  ? controller
                      .indexes()
                      .liftYank(LiftYankRequest.newBuilder().setManifestDigest(digest).build())
                  : controller
                      .indexes()
                      .revoke(
                          RevokeRequest.newBuilder()
                              .setKind(RevocationKind.REVOCATION_KIND_YANK)
                              .setValue(digest)
                              .setReason(reason)
                              .build()));
      result.one(
          session.console(),
          RevocationView.json(changed),
          () -> (undo ? "Back in use: " : "Yanked ") + which + ".");
    }
    return 0;
  }
}
