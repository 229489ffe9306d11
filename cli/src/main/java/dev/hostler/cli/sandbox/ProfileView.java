package dev.hostler.cli.sandbox;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.Profile;
import java.util.List;

/** Profiles, for people and programs. */
final class ProfileView {
  private ProfileView() {}

  static Table table(List<Profile> profiles) {
    Table table = new Table("NAME", "PUSHED", "BY", "SHA-256");
    for (Profile profile : profiles) {
      table
          .row()
          .cell(profile.getName())
          .cell(Format.local(profile.getPushedAt()))
          .cell(profile.getPushedBy())
          .cell(profile.getSha256());
    }
    return table;
  }

  static Json.Fields json(Profile profile) {
    return Json.object()
        .put("name", profile.getName())
        .put("sha256", profile.getSha256())
        .put("pushed_at", Format.utc(profile.hasPushedAt(), profile.getPushedAt()))
        .put("pushed_by", profile.getPushedBy());
  }
}
