package dev.hostler.cli.operator;

import dev.hostler.cli.bundle.SignerCommand.Algorithm;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.command.Spans;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Json;
import dev.hostler.common.signing.SigningException;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.job.Operator;
import dev.hostler.trust.job.OperatorKeys;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler operator create}. */
@Command(
    name = "create",
    description = {
      "Makes an operator's key and certificate, below the operator root in the folder.",
      "If the folder has no root yet, makes that first: root.crt, which hosts pin and the",
      "controller is told of, and root.key, which is best kept off line. Then NAME.crt and",
      "NAME.key, which log in and sign jobs."
    },
    footer = {
      "",
      "Examples:",
      "  hostler operator create operators --name alice --role admin",
      "  hostler login fleet.example:7444 --ca ca.crt --cert operators/alice.crt --key operators/alice.key"
    })
public final class OperatorCreate implements Callable<Integer> {
  private static final Duration LONGEST = Duration.ofDays(3650);

  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();

  @Parameters(
      index = "0",
      paramLabel = "FOLDER",
      description = "Where to put them; made if it does not exist. Nothing is overwritten.")
  private Path folder = Path.of("");

  @Option(
      names = "--name",
      required = true,
      paramLabel = "NAME",
      description = "Who the operator is; hosts, jobs and the audit log show it.")
  private String name = "";

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = {
        "What the operator may do: viewer, operator, deployer, security, admin, or one of",
        "your own. May be repeated. Controllers and the policies of hosts go by it."
      })
  private List<String> roles = new ArrayList<>();

  @Option(
      names = "--valid",
      paramLabel = "SPAN",
      converter = Spans.class,
      description = "How long the certificate is valid. Default: 90d.")
  private Duration life = Duration.ofDays(90);

  @Option(
      names = "--algorithm",
      paramLabel = "KIND",
      defaultValue = "p256",
      description = "Kind of the keys: ${COMPLETION-CANDIDATES}. Default: p256.")
  private Algorithm algorithm = Algorithm.p256;

  /** Made by the composition root. */
  public OperatorCreate(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Path certificate = folder.resolve(name + ".crt");
    Path key = folder.resolve(name + ".key");
    Path root = folder.resolve(OperatorKeys.ROOT_CERTIFICATE);
    if (life.compareTo(LONGEST) > 0 || life.compareTo(Duration.ofMinutes(1)) < 0) {
      throw CliFailure.usage("--valid " + life + ": 1m to " + LONGEST.toDays() + "d");
    }
    try {
      SigningKeys made =
          OperatorKeys.create(
              folder,
              new Operator(name, new TreeSet<>(roles)),
              algorithm.key(),
              session.time().instant(),
              life);
      result.one(
          session.console(),
          Json.object()
              .put("folder", folder)
              .put("root_cert", root)
              .put("cert", certificate)
              .put("key", key)
              .put("operator", name)
              .put("expires_at", made.chain().getFirst().getNotAfter().toInstant()),
          () ->
              "Made "
                  + certificate
                  + " and "
                  + key
                  + ". Hosts pin "
                  + root
                  + " as trust/operator-roots.pem in their state directory, and the controller"
                  + " has it as trust.operator_roots.");
      return 0;
    } catch (IllegalArgumentException e) {
      throw CliFailure.usage(String.valueOf(e.getMessage()));
    } catch (FileAlreadyExistsException e) {
      throw CliFailure.usage(e.getFile() + ": " + e.getReason() + "; nothing was changed");
    } catch (IOException | SigningException e) {
      throw new CliFailure(ExitCode.LOCAL, "cannot make the keys: " + e.getMessage());
    }
  }
}
