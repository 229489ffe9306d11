package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.preview.PreviewGroups;
import dev.hostler.cli.preview.PreviewPrinter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler job preview}. */
@Command(
    name = "preview",
    description = {
      "Shows once more what a preview showed: what `hostler run --preview` would have changed,",
      "the same on several hosts once. Also of the plan of `hostler checkpoint restore`."
    },
    footer = {
      "",
      "Examples:",
      "  hostler job preview 0193a2b4-…",
      "  hostler job preview 0193a2b4-… --host web-1 --stat",
      "  hostler job preview 0193a2b4-… -o json | jq -r '.changes[].path'"
    })
public final class JobPreview implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "JOB", description = "Job id.")
  private String id = "";

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Only this host, by id or name. May be repeated.")
  private List<String> hosts = new ArrayList<>();

  @Option(names = "--stat", description = "Only a line for each path, no texts.")
  private boolean stat;

  /** Made by the composition root. */
  public JobPreview(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      List<PreviewGroups.Group> groups = ShownPreview.of(session, controller, id, hosts, true);
      PreviewPrinter printer = new PreviewPrinter(session.console(), !stat);
      if (result.json()) {
        printer.json(groups);
      } else {
        printer.print(groups);
      }
    }
    return 0;
  }
}
