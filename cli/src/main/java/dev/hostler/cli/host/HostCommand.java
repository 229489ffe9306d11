package dev.hostler.cli.host;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.Pairs;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Json;
import dev.hostler.proto.v1.GetHostRequest;
import dev.hostler.proto.v1.Host;
import dev.hostler.proto.v1.LabelHostRequest;
import dev.hostler.proto.v1.ListHostsRequest;
import dev.hostler.proto.v1.ListHostsResponse;
import dev.hostler.proto.v1.RemoveHostRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler host}. */
@Command(
    name = "host",
    description = "Lists, shows, labels and removes hosts.",
    footer = {
      "",
      "Examples:",
      "  hostler host list",
      "  hostler host show web-1",
      "  hostler host label web-1 env=prod"
    })
public final class HostCommand {

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
  public static final class ListHosts implements Callable<Integer> {
    private final Session session;

    @Mixin private final ResultOptions result = new ResultOptions();
    @Mixin private final ContextOption context = new ContextOption();

    @Option(
        names = {"-t", "--target"},
        paramLabel = "SELECTOR",
        description = "Only hosts that this CEL expression means; see docs/cli.md.")
    private String selector = "";

    /** Made by the composition root. */
    public ListHosts(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      List<Host> hosts = new ArrayList<>();
      try (Controller controller = context.connect(session)) {
        String page = "";
        do {
          ListHostsRequest request =
              ListHostsRequest.newBuilder().setSelector(selector).setPageToken(page).build();
          ListHostsResponse response = controller.call(() -> controller.hosts().listHosts(request));
          hosts.addAll(response.getHostsList());
          page = response.getNextPageToken();
        } while (!page.isEmpty());
      }
      result.list(
          session.console(),
          hosts.stream().map(HostView::json).toList(),
          () -> HostView.table(hosts, session.console().outStyle(), session.time().instant()));
      return 0;
    }
  }

  /** {@code hostler host show}. */
  @Command(
      name = "show",
      description = "Shows one host.",
      footer = {"", "Examples:", "  hostler host show web-1", "  hostler host show web-1 -o json"})
  public static final class Show implements Callable<Integer> {
    private final Session session;

    @Mixin private final ResultOptions result = new ResultOptions();
    @Mixin private final ContextOption context = new ContextOption();

    @Parameters(index = "0", paramLabel = "HOST", description = "Id or name.")
    private String host = "";

    /** Made by the composition root. */
    public Show(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      try (Controller controller = context.connect(session)) {
        GetHostRequest request = GetHostRequest.newBuilder().setHost(host).build();
        print(session, result, controller.call(() -> controller.hosts().getHost(request)));
      }
      return 0;
    }
  }

  private static void print(Session session, ResultOptions result, Host host) {
    result.one(
        session.console(),
        HostView.json(host),
        () -> HostView.details(host, session.console().outStyle(), session.time().instant()));
  }

  /** {@code hostler host label}. */
  @Command(
      name = "label",
      description = "Sets and removes labels of a host.",
      footer = {
        "",
        "Examples:",
        "  hostler host label web-1 env=prod tier=front",
        "  hostler host label web-1 --remove tier"
      })
  public static final class Label implements Callable<Integer> {
    private final Session session;

    @Mixin private final ResultOptions result = new ResultOptions();
    @Mixin private final ContextOption context = new ContextOption();

    @Parameters(index = "0", paramLabel = "HOST", description = "Id or name.")
    private String host = "";

    @Parameters(
        index = "1..*",
        arity = "0..*",
        paramLabel = "KEY=VALUE",
        description = "Labels to set.")
    private List<String> set = new ArrayList<>();

    @Option(
        names = "--remove",
        paramLabel = "KEY",
        description = "Label to remove. May be repeated.")
    private List<String> remove = new ArrayList<>();

    /** Made by the composition root. */
    public Label(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      Map<String, String> labels = Pairs.parse("label", set);
      if (labels.isEmpty() && remove.isEmpty()) {
        throw CliFailure.usage("nothing to change: give KEY=VALUE or --remove KEY");
      }
      try (Controller controller = context.connect(session)) {
        LabelHostRequest request =
            LabelHostRequest.newBuilder()
                .setHost(host)
                .putAllSet(labels)
                .addAllRemove(remove)
                .build();
        print(session, result, controller.call(() -> controller.hosts().labelHost(request)));
      }
      return 0;
    }
  }

  /** {@code hostler host remove}. */
  @Command(
      name = "remove",
      description = {
        "Removes a host from the fleet, after a question on a terminal.",
        "Its stream is closed, its certificate is refused, and its open tasks end as lost."
      },
      footer = {
        "",
        "Examples:",
        "  hostler host remove web-1",
        "  hostler host remove web-1 --yes"
      })
  public static final class Remove implements Callable<Integer> {
    private final Session session;

    @Mixin private final ResultOptions result = new ResultOptions();
    @Mixin private final ContextOption context = new ContextOption();

    @Parameters(index = "0", paramLabel = "HOST", description = "Id or name.")
    private String host = "";

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    /** Made by the composition root. */
    public Remove(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      if (!yes && session.console().terminals().in() && session.console().terminals().err()) {
        String answer = session.console().ask("Remove host " + host + " from the fleet? [y/N] ");
        if (!Objects.equals(answer, "y") && !Objects.equals(answer, "yes")) {
          throw new CliFailure(ExitCode.INTERRUPTED, "not removed");
        }
      }
      try (Controller controller = context.connect(session)) {
        RemoveHostRequest request = RemoveHostRequest.newBuilder().setHost(host).build();
        controller.call(() -> controller.hosts().removeHost(request));
        result.one(
            session.console(),
            Json.object().put("host", host).put("removed", true),
            () -> "Host " + host + " is removed.");
      }
      return 0;
    }
  }
}
