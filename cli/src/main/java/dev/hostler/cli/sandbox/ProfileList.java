package dev.hostler.cli.sandbox;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.ListProfilesRequest;
import dev.hostler.proto.v1.Profile;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code hostler sandbox profile list}. */
@Command(
    name = "list",
    description = "Lists the profiles that the controller keeps.",
    footer = {"", "Examples:", "  hostler sandbox profile list -o json"})
public final class ProfileList implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  /** Made by the composition root. */
  public ProfileList(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      List<Profile> profiles =
          controller
              .call(() ->
                  controller.profiles().listProfiles(ListProfilesRequest.getDefaultInstance()))
              .getProfilesList();
      result.list(
          session.console(),
          profiles.stream().map(ProfileView::json).toList(),
          () -> ProfileView.table(profiles));
    }
    return 0;
  }
}
