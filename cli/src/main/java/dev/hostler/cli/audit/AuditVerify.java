package dev.hostler.cli.audit;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.Details;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Json;
import dev.hostler.common.signing.Pem;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.audit.AuditCheckpoint;
import dev.hostler.trust.audit.ChainCheck;
import dev.hostler.trust.audit.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler audit verify}. */
@Command(
    name = "verify",
    description = {
      "Reads the whole audit log and recomputes its hash chain here, row by row; names every row",
      "that was altered, removed or moved. With --checkpoint it also finds a log that was cut off",
      "or written anew since the checkpoint was made. Exit code 1: something is wrong."
    },
    footer = {
      "",
      "Examples:",
      "  hostler audit verify",
      "  hostler audit verify --checkpoint audit.checkpoint --root operators/root.crt"
    })
public final class AuditVerify implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description =
          "Checkpoint that the log must contain; its signature is in FILE.cms. Repeatable.")
  private List<Path> checkpointFiles = new ArrayList<>();

  @Option(
      names = "--root",
      paramLabel = "FILE",
      description = {
        "Roots of the operators who signed the checkpoints (PEM). Repeatable.",
        "Default: the CA of the context."
      })
  private List<Path> rootFiles = new ArrayList<>();

  /** Made by the composition root. */
  public AuditVerify(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      List<AuditCheckpoint> checkpoints = checkpoints(controller.context().ca());
      ChainCheck check = AuditExport.check(controller, checkpoints);
      print(check, checkpoints.size());
      return check.findings().isEmpty() ? 0 : ExitCode.SOME_FAILED.number();
    }
  }

  private List<AuditCheckpoint> checkpoints(Path ca) {
    List<AuditCheckpoint> checkpoints = new ArrayList<>();
    if (checkpointFiles.isEmpty()) {
      return checkpoints;
    }
    List<X509Certificate> roots = new ArrayList<>();
    for (Path file : rootFiles.isEmpty() ? List.of(ca) : rootFiles) {
      try {
        roots.addAll(Pem.certificates(file));
      } catch (IOException | SigningException e) {
        throw CliFailure.usage("--root " + file + ": " + e.getMessage());
      }
    }
    for (Path file : checkpointFiles) {
      try {
        checkpoints.add(
            AuditCheckpoint.verify(
                Files.readAllBytes(file),
                Files.readAllBytes(AuditCheckpointCommand.signature(file)),
                roots));
      } catch (IOException e) {
        throw CliFailure.usage("--checkpoint " + file + ": cannot be read: " + e);
      } catch (CheckpointException e) {
        throw new CliFailure(ExitCode.SOME_FAILED, "--checkpoint " + file + ": " + e.getMessage());
      }
    }
    return checkpoints;
  }

  private void print(ChainCheck check, int checkpoints) {
    long wrong = check.findings().size() + check.more();
    result.one(
        session.console(),
        Json.object()
            .put("valid", wrong == 0)
            .put("rows", check.last())
            .put("hash", check.lastHash())
            .put("checkpoints", checkpoints)
            .put(
                "findings",
                check.findings().stream()
                    .map(finding ->
                        Json.object()
                            .put("sequence", finding.sequence())
                            .put("kind", finding.kind().name().toLowerCase(Locale.ROOT))
                            .put("message", finding.message()))
                    .toList())
            .put("more_findings", check.more()),
        () -> {
          Details details =
              new Details(session.console().outStyle())
                  .line("rows", Long.toString(check.last()))
                  .line("hash", check.lastHash())
                  .line("checkpoints", Integer.toString(checkpoints));
          check.findings().forEach(finding -> details.line("wrong", finding.message()));
          if (check.more() > 0) {
            details.line("wrong", "and " + check.more() + " more");
          }
          return details
              .line("result", wrong == 0 ? "the log is whole" : "the log was tampered with")
              .toString();
        });
  }
}
