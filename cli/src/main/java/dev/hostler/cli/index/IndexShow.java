package dev.hostler.cli.index;

import dev.hostler.cli.bundle.Failures;
import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.proto.v1.GetIndexRequest;
import dev.hostler.proto.v1.GetIndexResponse;
import dev.hostler.trust.index.IndexException;
import dev.hostler.trust.index.SignedIndex;
import dev.hostler.trust.index.TrustIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler index show}. */
@Command(
    name = "show",
    description =
        "Shows the index in force, or one in a file. Its signature's integrity is checked.",
    footer = {
      "",
      "Examples:",
      "  hostler index show",
      "  hostler index show -o json",
      "  hostler index show --file index.json"
    })
public final class IndexShow implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "A signed index in a file, with its signature in FILE.cms.")
  private @Nullable Path file;

  /** Made by the composition root. */
  public IndexShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    SignedIndex signed = file == null ? inForce() : read(file);
    try {
      String signer = signed.signer().certificate().getSubjectX500Principal().getName();
      TrustIndex index = TrustIndex.read(signed.statement());
      result.one(
          session.console(),
          IndexView.json(index).put("signer", signer),
          () -> IndexView.text(index, signer, session.console().outStyle()));
    } catch (IndexException e) {
      throw CliFailure.usage("the index is not good (" + e.reason() + "): " + e.getMessage());
    }
    return 0;
  }

  private SignedIndex inForce() {
    try (Controller controller = context.connect(session)) {
      GetIndexResponse found =
          controller.call(
              () -> controller.indexes().getIndex(GetIndexRequest.getDefaultInstance()));
      return new SignedIndex(
          found.getIndex().getStatement().toByteArray(),
          found.getIndex().getSignature().toByteArray());
    }
  }

  private static SignedIndex read(Path file) {
    try {
      return IndexFiles.read(file);
    } catch (IOException e) {
      throw Failures.of(e);
    }
  }
}
