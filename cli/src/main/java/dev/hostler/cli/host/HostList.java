package dev.hostler.cli.host;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.Host;
import dev.hostler.proto.v1.ListHostsRequest;
import dev.hostler.proto.v1.ListHostsResponse;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler host list}. */
@Command(
    name = "list",
    description = "Lists hosts by name.",
    footer = {
      "",
      "Examples:",
      "  hostler host list",
      "  hostler host list -t 'labels.env == \"prod\" && connected'",
      "  hostler host list -o json"
    })
public final class HostList implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Option(
      names = {"-t", "--target"},
      paramLabel = "SELECTOR",
      description = "Only hosts that this CEL expression means; see docs/cli.md.")
  private String selector = "";

  /** Made by the composition root. */
  public HostList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<Host> hosts;
    try (Controller controller = context.connect(session)) {
      hosts =
          controller.list(
              page ->
                  controller
                      .hosts()
                      .listHosts(
                          ListHostsRequest.newBuilder()
                              .setSelector(selector)
                              .setPageToken(page)
                              .build()),
              ListHostsResponse::getHostsList,
              ListHostsResponse::getNextPageToken);
    }
    result.list(
        session.console(),
        hosts.stream().map(HostView::json).toList(),
        () -> HostView.table(hosts, session.console().outStyle(), session.time().instant()));
    return 0;
  }
}
