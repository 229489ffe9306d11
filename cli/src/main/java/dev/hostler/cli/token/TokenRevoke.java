package dev.hostler.cli.token;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.RevokeTokenRequest;
import dev.hostler.proto.v1.Token;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler token revoke}. */
@Command(
    name = "revoke",
    description = "Revokes a join token. Hosts that joined with it stay.",
    footer = {"", "Examples:", "  hostler token revoke 0193a2b4"})
public final class TokenRevoke implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(
      index = "0",
      paramLabel = "ID",
      description = "Token id as `hostler token list` shows it.")
  private String id = "";

  /** Made by the composition root. */
  public TokenRevoke(Session session) {
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
