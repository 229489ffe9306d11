package dev.hostler.cli.token;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.Pairs;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.command.Spans;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.Json;
import dev.hostler.proto.v1.CreateTokenRequest;
import dev.hostler.proto.v1.CreateTokenResponse;
import dev.hostler.proto.v1.GetControllerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code hostler token create}. */
@Command(
    name = "create",
    description = {
      "Makes a join token, by which hosts enrol. It is shown this once.",
      "The token goes to stdout; how to use it goes to stderr."
    },
    footer = {
      "",
      "Examples:",
      "  hostler token create",
      "  hostler token create --uses 100 --ttl 1h --label env=prod --label tier=web",
      "  hostler token create --from 10.1.0.0/16 --approve",
      "  TOKEN=$(hostler token create)"
    })
public final class TokenCreate implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Option(
      names = "--uses",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many hosts may join with it, 1 to 1000000. Default: 1.")
  private int uses = 1;

  @Option(
      names = "--ttl",
      paramLabel = "SPAN",
      defaultValue = "1h",
      converter = Spans.class,
      description = "How long it works, 1s to 30d. Default: 1h.")
  private Duration ttl = Duration.ofHours(1);

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "Label that joining hosts get. May be repeated.")
  private List<String> labels = new ArrayList<>();

  @Option(
      names = "--from",
      paramLabel = "RANGE",
      description = "Only for hosts that connect from this address or range, like 10.1.0.0/16.")
  private String range = "";

  @Option(
      names = "--key",
      paramLabel = "FINGERPRINT",
      description = "Only for the host with this key, as `hostler-agent key` prints it.")
  private String key = "";

  @Option(
      names = "--approve",
      description = "Each host needs approval: `hostler host pending`, `hostler host approve`.")
  private boolean approve;

  /** Made by the composition root. */
  public TokenCreate(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (uses < 1) {
      throw CliFailure.usage("--uses " + uses + ": at least 1");
    }
    CreateTokenRequest request =
        CreateTokenRequest.newBuilder()
            .setUses(uses)
            .setTtl(Spans.proto(ttl))
            .putAllLabels(Pairs.parse("--label", labels))
            .setAddressRange(range)
            .setKeyFingerprint(key)
            .setApprove(approve)
            .build();
    try (Controller controller = context.connect(session)) {
      CreateTokenResponse response =
          controller.call(() -> controller.tokens().createToken(request));
      String agentAddress =
          controller
              .call(() ->
                  controller.controller().getController(GetControllerRequest.getDefaultInstance()))
              .getAgentAddress();
      Console console = session.console();
      if (result.json()) {
        console.line(
            Json.pretty(
                TokenView.json(response.getDetails())
                    .put("token", response.getToken())
                    .put("agent_address", agentAddress)));
      } else {
        console.line(response.getToken());
        console.note(TokenView.advice(response, agentAddress, session.time().instant()));
      }
    }
    return 0;
  }
}
