package dev.hostler.cli.bundle;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.ListBundlesRequest;
import dev.hostler.proto.v1.ListBundlesResponse;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler bundle list}. */
@Command(
    name = "list",
    description = "Lists the controller's bundles by name, newest version first.",
    footer = {
      "",
      "Examples:",
      "  hostler bundle list",
      "  hostler bundle list host-report",
      "  hostler bundle list -o json"
    })
public final class BundleList implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAME",
      description = "Only the versions of this bundle.")
  private String name = "";

  /** Made by the composition root. */
  public BundleList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<Bundle> bundles;
    try (Controller controller = context.connect(session)) {
      bundles =
          controller.list(
              page ->
                  controller
                      .bundles()
                      .listBundles(
                          ListBundlesRequest.newBuilder().setName(name).setPageToken(page).build()),
              ListBundlesResponse::getBundlesList,
              ListBundlesResponse::getNextPageToken);
    }
    result.list(
        session.console(),
        bundles.stream().map(BundleView::json).toList(),
        () -> BundleView.table(bundles));
    return 0;
  }
}
