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
import dev.hostler.proto.v1.ListTokensRequest;
import dev.hostler.proto.v1.ListTokensResponse;
import dev.hostler.proto.v1.RevokeTokenRequest;
import dev.hostler.proto.v1.Token;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler token}. */
@Command(
    name = "token",
    description = "Makes, lists and revokes join tokens.",
    footer = {"", "Examples:", "  hostler token create --uses 10 --ttl 1h", "  hostler token list"})
public final class TokenCommand {

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
        "  TOKEN=$(hostler token create)"
      })
  public static final class Create implements Callable<Integer> {
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

    /** Made by the composition root. */
    public Create(Session session) {
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
              .build();
      try (Controller controller = context.connect(session)) {
        CreateTokenResponse response =
            controller.call(() -> controller.tokens().createToken(request));
        String agentAddress =
            controller
                .call(() ->
                    controller
                        .controller()
                        .getController(GetControllerRequest.getDefaultInstance()))
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

  /** {@code hostler token list}. */
  @Command(
      name = "list",
      description = "Lists join tokens, newest first, without their secrets.",
      footer = {"", "Examples:", "  hostler token list", "  hostler token list -o json"})
  public static final class ListTokens implements Callable<Integer> {
    private final Session session;

    @Mixin private final ResultOptions result = new ResultOptions();
    @Mixin private final ContextOption context = new ContextOption();

    /** Made by the composition root. */
    public ListTokens(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      List<Token> tokens = new ArrayList<>();
      try (Controller controller = context.connect(session)) {
        String page = "";
        do {
          ListTokensRequest request = ListTokensRequest.newBuilder().setPageToken(page).build();
          ListTokensResponse response =
              controller.call(() -> controller.tokens().listTokens(request));
          tokens.addAll(response.getTokensList());
          page = response.getNextPageToken();
        } while (!page.isEmpty());
      }
      result.list(
          session.console(),
          tokens.stream().map(TokenView::json).toList(),
          () -> TokenView.table(tokens, session.console().outStyle(), session.time().instant()));
      return 0;
    }
  }

  /** {@code hostler token revoke}. */
  @Command(
      name = "revoke",
      description = "Revokes a join token. Hosts that joined with it stay.",
      footer = {"", "Examples:", "  hostler token revoke 0193a2b4"})
  public static final class Revoke implements Callable<Integer> {
    private final Session session;

    @Mixin private final ResultOptions result = new ResultOptions();
    @Mixin private final ContextOption context = new ContextOption();

    @Parameters(
        index = "0",
        paramLabel = "ID",
        description = "Token id as `hostler token list` shows it.")
    private String id = "";

    /** Made by the composition root. */
    public Revoke(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      try (Controller controller = context.connect(session)) {
        RevokeTokenRequest request = RevokeTokenRequest.newBuilder().setTokenId(id).build();
        Token token = controller.call(() -> controller.tokens().revokeToken(request));
        result.one(
            session.console(),
            TokenView.json(token),
            () -> "Token " + token.getId() + " is revoked.");
      }
      return 0;
    }
  }
}
