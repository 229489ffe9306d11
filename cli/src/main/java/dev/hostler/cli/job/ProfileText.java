package dev.hostler.cli.job;

import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.proto.v1.GetProfileRequest;
import dev.hostler.trust.json.Problem;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.profile.ProfileForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The profile that a job is narrowed with. */
final class ProfileText {
  private ProfileText() {}

  /**
   * The profile in its canonical form.
   *
   * @param profile a name, or a file if it has a '/'; empty: none
   * @return empty if there is none
   */
  static String of(String profile, Controller controller) {
    if (profile.isEmpty()) {
      return "";
    }
    Problems problems = new Problems();
    String text = ProfileForm.canonical(read(profile, controller), profile, problems);
    if (!problems.isEmpty()) {
      throw CliFailure.usage(
          problems.list().stream()
              .map(Problem::toString)
              .collect(Collectors.joining("\n  ", "--profile ", "")));
    }
    return text;
  }

  private static String read(String profile, Controller controller) {
    if (profile.indexOf('/') < 0) {
      return controller
          .call(() ->
              controller
                  .profiles()
                  .getProfile(GetProfileRequest.newBuilder().setName(profile).build()))
          .getJson();
    }
    try {
      return Files.readString(Path.of(profile));
    } catch (IOException e) {
      throw CliFailure.usage("--profile " + profile + ": cannot be read as text: " + e);
    }
  }
}
