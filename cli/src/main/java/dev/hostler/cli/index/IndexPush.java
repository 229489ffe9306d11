package dev.hostler.cli.index;

import com.google.protobuf.ByteString;
import dev.hostler.cli.bundle.Failures;
import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.proto.v1.PushIndexRequest;
import dev.hostler.trust.index.IndexException;
import dev.hostler.trust.index.SignedIndex;
import dev.hostler.trust.index.TrustIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler index push}. */
@Command(
    name = "push",
    description = "Puts a signed index in force: all connected hosts hear of it at once.",
    footer = {"", "Examples:", "  hostler index push index.json"})
public final class IndexPush implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "Signed index, with its signature in FILE.cms.")
  private Path file = Path.of("");

  /** Made by the composition root. */
  public IndexPush(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      SignedIndex signed = IndexFiles.read(file);
      TrustIndex index = TrustIndex.read(signed.statement());
      push(controller, signed);
      result.one(
          session.console(),
          IndexView.json(index),
          () -> "Index " + index.number() + " is in force: " + IndexView.summary(index));
    } catch (IndexException e) {
      throw CliFailure.usage(file + " is not an index: " + e.getMessage());
    } catch (IOException e) {
      throw Failures.of(e);
    }
    return 0;
  }

  static void push(Controller controller, SignedIndex signed) {
    var _ =
        controller.call(() ->
            controller
                .indexes()
                .pushIndex(
                    PushIndexRequest.newBuilder()
                        .setIndex(
                            dev.hostler.proto.v1.SignedIndex.newBuilder()
                                .setStatement(ByteString.copyFrom(signed.statement()))
                                .setSignature(ByteString.copyFrom(signed.signature())))
                        .build()));
  }
}
