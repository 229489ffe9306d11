package dev.hostler.cli.bundle;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.GetBundleRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler bundle show}. */
@Command(
    name = "show",
    description = "Shows a bundle of the controller with its actions and their parameters.",
    footer = {
      "",
      "Examples:",
      "  hostler bundle show host-report",
      "  hostler bundle show host-report@1.0.0 -o json"
    })
public final class BundleShow implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(
      index = "0",
      paramLabel = "BUNDLE",
      description = "NAME or NAME@VERSION; without a version the newest.")
  private String bundle = "";

  /** Made by the composition root. */
  public BundleShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    int at = bundle.indexOf('@');
    GetBundleRequest request =
        GetBundleRequest.newBuilder()
            .setName(at < 0 ? bundle : bundle.substring(0, at))
            .setVersion(at < 0 ? "" : bundle.substring(at + 1))
            .build();
    try (Controller controller = context.connect(session)) {
      Bundle found = controller.call(() -> controller.bundles().getBundle(request));
      result.one(
          session.console(),
          BundleView.json(found),
          () -> BundleView.details(found, session.console().outStyle()));
    }
    return 0;
  }
}
