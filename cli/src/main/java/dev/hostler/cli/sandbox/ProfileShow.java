package dev.hostler.cli.sandbox;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.proto.v1.GetProfileRequest;
import dev.hostler.proto.v1.Profile;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler sandbox profile show}. */
@Command(
    name = "show",
    description = {
      "Prints a profile, as JSON: to look at, or for the payload of a bundle, whose signer then",
      "signs it."
    },
    footer = {
      "",
      "Examples:",
      "  hostler sandbox profile show no-network > payload/seccomp/no-network.json"
    })
public final class ProfileShow implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "NAME", description = "Its name.")
  private String name = "";

  /** Made by the composition root. */
  public ProfileShow(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Controller controller = context.connect(session)) {
      Profile profile =
          controller.call(() ->
              controller
                  .profiles()
                  .getProfile(GetProfileRequest.newBuilder().setName(name).build()));
      result.one(
          session.console(),
          ProfileView.json(profile).put("json", profile.getJson()),
          profile::getJson);
    }
    return 0;
  }
}
