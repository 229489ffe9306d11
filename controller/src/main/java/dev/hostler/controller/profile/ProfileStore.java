package dev.hostler.controller.profile;

import dev.hostler.controller.db.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** The SQL of {@code profiles}. Thread-safe. */
final class ProfileStore {
  /** Keeps a profile, in place of an older one. */
  void put(Transaction transaction, Profile profile) {
    transaction
        .handle()
        .createUpdate(
            """
            INSERT INTO profiles (name, json, sha256, pushed_at, pushed_by)
            VALUES (:name, :json, :sha256, :at, :by)
            ON CONFLICT (name) DO UPDATE SET json = excluded.json, sha256 = excluded.sha256,
              pushed_at = excluded.pushed_at, pushed_by = excluded.pushed_by
            """)
        .bind("name", profile.name())
        .bind("json", profile.json())
        .bind("sha256", HexFormat.of().parseHex(profile.sha256()))
        .bind("at", profile.pushedAt().atOffset(ZoneOffset.UTC))
        .bind("by", profile.pushedBy())
        .execute();
  }

  /** How many there are. */
  int count(Transaction transaction) {
    return transaction.handle().createQuery("SELECT count(*) FROM profiles").mapTo(int.class).one();
  }

  /** By name. */
  List<Profile> all(Transaction transaction) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM profiles ORDER BY name COLLATE \"C\"")
        .map((row, _) -> profile(row))
        .list();
  }

  /** The one of a name. */
  Optional<Profile> find(Transaction transaction, String name) {
    return transaction
        .handle()
        .createQuery("SELECT * FROM profiles WHERE name = :name")
        .bind("name", name)
        .map((row, _) -> profile(row))
        .findOne();
  }

  void delete(Transaction transaction, String name) {
    transaction
        .handle()
        .createUpdate("DELETE FROM profiles WHERE name = :name")
        .bind("name", name)
        .execute();
  }

  private static Profile profile(ResultSet row) throws SQLException {
    return new Profile(
        row.getString("name"),
        row.getString("json"),
        HexFormat.of().formatHex(row.getBytes("sha256")),
        row.getObject("pushed_at", OffsetDateTime.class).toInstant(),
        row.getString("pushed_by"));
  }
}
