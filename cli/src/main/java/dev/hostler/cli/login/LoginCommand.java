package dev.hostler.cli.login;

import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.ConfigFile;
import dev.hostler.cli.connect.Context;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Json;
import dev.hostler.proto.v1.GetControllerRequest;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler login}. */
@Command(
    name = "login",
    description = {
      "Stores how to reach a controller, after it was tried.",
      "The files stay where they are; the context has their paths."
    },
    footer = {
      "",
      "Examples:",
      "  hostler login 127.0.0.1:7444 --ca ca.crt --cert admin.crt --key admin.key",
      "  hostler login hostler.example.org --ca ca.crt --cert me.crt --key me.key --context prod"
    })
public final class LoginCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();

  @Parameters(
      index = "0",
      paramLabel = "ADDRESS",
      description = "Operator port of the controller: HOST or HOST:PORT (default port 7444).")
  private String address = "";

  @Option(
      names = "--ca",
      required = true,
      paramLabel = "FILE",
      description = "Roots of the fleet CA (PEM).")
  private Path ca = Path.of("");

  @Option(
      names = "--cert",
      required = true,
      paramLabel = "FILE",
      description = "Operator certificate (PEM).")
  private Path cert = Path.of("");

  @Option(
      names = "--key",
      required = true,
      paramLabel = "FILE",
      description = "Private key of the certificate (PEM, PKCS #8).")
  private Path key = Path.of("");

  @Option(
      names = "--sign-cert",
      paramLabel = "FILE",
      description = "Certificate of the key that signs jobs (PEM). Default: that of --cert.")
  private @Nullable Path signCert;

  @Option(
      names = "--sign-key",
      paramLabel = "FILE",
      description = "Private key that signs jobs (PEM, PKCS #8). Default: that of --key.")
  private @Nullable Path signKey;

  @Option(
      names = "--context",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "Name to store it under; an existing one is replaced. Default: default.")
  private String name = "default";

  /** Made by the composition root. */
  public LoginCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")) {
      throw CliFailure.usage(
          "--context \""
              + name
              + "\" must be 1 to 64 letters, digits, '_', '.' or '-', and start with a letter or"
              + " digit");
    }
    if ((signCert == null) != (signKey == null)) {
      throw CliFailure.usage("--sign-cert and --sign-key go together; give both or neither");
    }
    Context context =
        new Context(
            name,
            address,
            ca.toAbsolutePath(),
            cert.toAbsolutePath(),
            Context.keyPlace(key),
            (signCert == null ? cert : signCert).toAbsolutePath(),
            Context.keyPlace(signKey == null ? key : signKey));
    try (Controller controller = Controller.of(context, session.time())) {
      dev.hostler.proto.v1.Controller answer =
          controller.call(() ->
              controller.controller().getController(GetControllerRequest.getDefaultInstance()));
      ConfigFile file = session.configFile();
      file.write(file.read().with(context));
      result.one(
          session.console(),
          Json.object()
              .put("context", name)
              .put("address", address)
              .put("operator", answer.getOperator())
              .put("controller_version", answer.getVersion())
              .put("agent_address", answer.getAgentAddress()),
          () ->
              "Logged in to "
                  + address
                  + " as "
                  + answer.getOperator()
                  + " (controller "
                  + answer.getVersion()
                  + "); context \""
                  + name
                  + "\" is now the current one.");
    }
    return 0;
  }
}
