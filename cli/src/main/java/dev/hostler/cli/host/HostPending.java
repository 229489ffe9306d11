package dev.hostler.cli.host;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.Enrolment;
import dev.hostler.proto.v1.ListEnrolmentsRequest;
import dev.hostler.proto.v1.ListEnrolmentsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler host pending}. */
@Command(
    name = "pending",
    description = {
      "Lists hosts that asked to join with a token that needs approval.",
      "Compare the key with what hostler-agent shows on the host."
    },
    footer = {"", "Examples:", "  hostler host pending", "  hostler host pending --all -o json"})
public final class HostPending implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Option(names = "--all", description = "Also those that were decided.")
  private boolean all;

  /** Made by the composition root. */
  public HostPending(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<Enrolment> found = new ArrayList<>();
    try (Controller controller = context.connect(session)) {
      String page = "";
      do {
        ListEnrolmentsRequest request =
            ListEnrolmentsRequest.newBuilder().setAll(all).setPageToken(page).build();
        ListEnrolmentsResponse response =
            controller.call(() -> controller.hosts().listEnrolments(request));
        found.addAll(response.getEnrolmentsList());
        page = response.getNextPageToken();
      } while (!page.isEmpty());
    }
    result.list(
        session.console(),
        found.stream().map(EnrolmentView::json).toList(),
        () -> EnrolmentView.table(found, session.console().outStyle(), session.time().instant()));
    return 0;
  }
}
