package dev.hostler.cli.index;

import dev.hostler.cli.bundle.Failures;
import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.command.SignerOptions;
import dev.hostler.cli.command.Spans;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.index.IndexException;
import dev.hostler.trust.index.SignedIndex;
import dev.hostler.trust.index.TrustIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler index sign}. */
@Command(
    name = "sign",
    description = {
      "Signs an index of everything that was pushed and revoked, and puts it in force.",
      "With --draft it signs a draft from a file instead, and needs no controller: FILE.cms is",
      "written beside it."
    },
    footer = {
      "",
      "Examples:",
      "  hostler index sign --signer index-keys",
      "  hostler index sign --signer index-keys --life 3d",
      "  hostler index sign --signer index-keys --draft index.json"
    })
public final class IndexSign implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();
  @Mixin private final SignerOptions signer = new SignerOptions();

  @Option(
      names = "--life",
      paramLabel = "SPAN",
      defaultValue = "24h",
      converter = Spans.class,
      description = "How long it is to count: 1m to 92d. Not with --draft. Default: 24h.")
  private Duration life = Duration.ofHours(24);

  @Option(
      names = "--draft",
      paramLabel = "FILE",
      description = "Sign this draft; push it later with `hostler index push`.")
  private @Nullable Path draft;

  /** Made by the composition root. */
  public IndexSign(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try {
      SigningKeys keys = signer.read();
      if (draft != null) {
        SignedIndex signed = sign(Files.readAllBytes(draft), keys);
        IndexFiles.write(draft, signed);
        done(signed, "Signed index %d: %s.\nNext: hostler index push " + draft);
        return 0;
      }
      try (Controller controller = context.connect(session)) {
        SignedIndex signed = sign(IndexDraft.draft(controller, life), keys);
        IndexPush.push(controller, signed);
        done(signed, "Index %d is signed and in force: %s");
      }
    } catch (SigningException | IndexException e) {
      throw CliFailure.usage("the index cannot be signed: " + e.getMessage());
    } catch (IOException e) {
      throw Failures.of(e);
    }
    return 0;
  }

  private SignedIndex sign(byte[] statement, SigningKeys keys) throws IndexException {
    return SignedIndex.sign(TrustIndex.read(statement), keys, session.time().instant());
  }

  private void done(SignedIndex signed, String text) throws IndexException {
    TrustIndex index = TrustIndex.read(signed.statement());
    result.one(
        session.console(),
        IndexView.json(index),
        () -> text.formatted(index.number(), IndexView.summary(index)));
  }
}
