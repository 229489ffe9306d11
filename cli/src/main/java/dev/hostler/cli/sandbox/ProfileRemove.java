package dev.hostler.cli.sandbox;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.Profile;
import dev.hostler.proto.v1.RemoveProfileRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler sandbox profile remove}. */
@Command(
    name = "remove",
    description = "Makes the controller forget a profile. Jobs that were signed with it keep it.",
    footer = {"", "Examples:", "  hostler sandbox profile remove no-network"})
public final class ProfileRemove implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "NAME", description = "Its name.")
  private String name = "";

  /** Made by the composition root. */
  public ProfileRemove(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    RemoveProfileRequest request = RemoveProfileRequest.newBuilder().setName(name).build();
    try (Controller controller = context.connect(session)) {
      Profile profile = controller.call(() -> controller.profiles().removeProfile(request));
      result.one(
          session.console(),
          ProfileView.json(profile),
          () -> "profile " + profile.getName() + " is forgotten.");
    }
    return 0;
  }
}
