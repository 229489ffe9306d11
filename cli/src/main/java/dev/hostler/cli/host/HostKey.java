package dev.hostler.cli.host;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.Details;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.secret.KnownKeys;
import dev.hostler.cli.secret.Recipient;
import dev.hostler.proto.v1.GetHostRequest;
import dev.hostler.trust.secret.SecretException;
import dev.hostler.trust.secret.SignedSealingKey;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler host key}. */
@Command(
    name = "key",
    description = {
      "Shows the key that secret parameters are sealed to for a host: the one that the",
      "controller offers, and the one that you trust.",
      "",
      "With --trust it is trusted from now on: compare it with what `hostler-agent key",
      "--sealing` prints on the host."
    },
    footer = {
      "",
      "Examples:",
      "  hostler host key web-1",
      "  hostler host key web-1 --trust 3f2a..."
    })
public final class HostKey implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "HOST", description = "Id or name.")
  private String host = "";

  @Option(
      names = "--trust",
      paramLabel = "FINGERPRINT",
      description = "SHA-256 of the key, 64 hex digits: the key that the host must have.")
  private @Nullable String trust;

  /** Made by the composition root. */
  public HostKey(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    KnownKeys known = KnownKeys.read(session.environment());
    Recipient one;
    try (Controller controller = context.connect(session)) {
      GetHostRequest request = GetHostRequest.newBuilder().setHost(host).build();
      one = Recipient.of(controller.call(() -> controller.hosts().getHost(request)));
    }
    String offered = offered(one.offered());
    String wanted = trust;
    if (wanted != null) {
      if (!wanted.equals(offered)) {
        throw CliFailure.usage(
            "--trust "
                + wanted
                + ": the controller offers another key for this host, "
                + (offered == null ? "namely none" : offered)
                + "; nothing was changed");
      }
      known.remember(List.of(new KnownKeys.Known(one.id(), wanted, one.name())));
    }
    String trusted = known.of(one.id()).orElse(null);
    result.one(
        session.console(),
        Json.object()
            .put("host_id", one.id())
            .put("host_name", one.name())
            .put("offered", offered)
            .put("trusted", trusted),
        () ->
            new Details(session.console().outStyle())
                .line("host", one.name() + " (" + one.id() + ")")
                .line("offered", offered == null ? "none" : offered)
                .line("trusted", trusted == null ? "none yet" : trusted)
                .toString());
    return 0;
  }

  private static @Nullable String offered(@Nullable SignedSealingKey key) {
    try {
      return key == null ? null : key.read().fingerprint();
    } catch (SecretException e) {
      throw CliFailure.usage("what the controller offers is no key: " + e.getMessage());
    }
  }
}
