package dev.hostler.cli.token;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.ListTokensRequest;
import dev.hostler.proto.v1.ListTokensResponse;
import dev.hostler.proto.v1.Token;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code hostler token list}. */
@Command(
    name = "list",
    description = "Lists join tokens, newest first, without their secrets.",
    footer = {"", "Examples:", "  hostler token list", "  hostler token list -o json"})
public final class TokenList implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  /** Made by the composition root. */
  public TokenList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<Token> tokens;
    try (Controller controller = context.connect(session)) {
      tokens =
          controller.list(
              page ->
                  controller
                      .tokens()
                      .listTokens(ListTokensRequest.newBuilder().setPageToken(page).build()),
              ListTokensResponse::getTokensList,
              ListTokensResponse::getNextPageToken);
    }
    result.list(
        session.console(),
        tokens.stream().map(TokenView::json).toList(),
        () -> TokenView.table(tokens, session.console().outStyle(), session.time().instant()));
    return 0;
  }
}
