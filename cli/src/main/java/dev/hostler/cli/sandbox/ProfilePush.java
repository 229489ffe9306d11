package dev.hostler.cli.sandbox;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.proto.v1.Profile;
import dev.hostler.proto.v1.PushProfileRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code hostler sandbox profile push}. */
@Command(
    name = "push",
    description = "Gives the controller a profile to keep, in place of an older one of that name.",
    footer = {"", "Examples:", "  hostler sandbox profile push no-network ./no-network.json"})
public final class ProfilePush implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "NAME", description = "Its name.")
  private String name = "";

  @Parameters(
      index = "1",
      paramLabel = "FILE",
      description = "A Docker/OCI seccomp profile (JSON), an allow-list.")
  private Path file = Path.of("");

  /** Made by the composition root. */
  public ProfilePush(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    PushProfileRequest.Builder request = PushProfileRequest.newBuilder().setName(name);
    try {
      request.setJson(Files.readString(file));
    } catch (IOException e) {
      throw CliFailure.usage(file + ": cannot be read as text: " + e);
    }
    try (Controller controller = context.connect(session)) {
      Profile profile = controller.call(() -> controller.profiles().pushProfile(request.build()));
      result.one(
          session.console(),
          ProfileView.json(profile),
          () -> "profile " + profile.getName() + " is kept, SHA-256 " + profile.getSha256());
    }
    return 0;
  }
}
