package dev.hostler.cli.index;

import dev.hostler.cli.bundle.Failures;
import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.command.Spans;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.proto.v1.DraftIndexRequest;
import dev.hostler.trust.index.IndexException;
import dev.hostler.trust.index.TrustIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler index draft}. */
@Command(
    name = "draft",
    description = "Writes what an index would say now to a file, to be signed on another machine.",
    footer = {
      "",
      "Examples:",
      "  hostler index draft --out index.json --life 3d",
      "  hostler index sign --draft index.json --signer index-keys    (where the key is)",
      "  hostler index push index.json"
    })
public final class IndexDraft implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Option(names = "--out", required = true, paramLabel = "FILE", description = "File to write.")
  private Path out = Path.of("");

  @Option(
      names = "--life",
      paramLabel = "SPAN",
      defaultValue = "24h",
      converter = Spans.class,
      description = "How long it is to count: 1m to 92d. Default: 24h.")
  private Duration life = Duration.ofHours(24);

  /** Made by the composition root. */
  public IndexDraft(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      byte[] statement = draft(controller, life);
      TrustIndex index = TrustIndex.read(statement);
      Files.write(out, statement);
      result.one(
          session.console(),
          IndexView.json(index).put("file", out),
          () -> "Wrote " + out + ": index " + index.number() + ", " + IndexView.summary(index));
    } catch (IndexException e) {
      throw CliFailure.usage("the controller's draft is not an index: " + e.getMessage());
    } catch (IOException e) {
      throw Failures.of(e);
    }
    return 0;
  }

  static byte[] draft(Controller controller, Duration life) {
    return controller
        .call(() ->
            controller
                .indexes()
                .draftIndex(DraftIndexRequest.newBuilder().setLife(Spans.proto(life)).build()))
        .getStatement()
        .toByteArray();
  }
}
