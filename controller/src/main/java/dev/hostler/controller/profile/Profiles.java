package dev.hostler.controller.profile;

import dev.hostler.controller.audit.Actor;
import dev.hostler.controller.audit.AuditStore;
import dev.hostler.controller.db.Database;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.trust.json.Problem;
import dev.hostler.trust.json.Problems;
import dev.hostler.trust.profile.ProfileForm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Keeps, lists and forgets profiles. Thread-safe. */
public final class Profiles {
  private static final int MOST = 1000;
  private static final int MOST_NAME = 64;
  private static final String NAME = "[a-z][a-z0-9]*(-[a-z0-9]+)*";

  private final Database database;
  private final ProfileStore store = new ProfileStore();
  private final AuditStore audit;
  private final InstantSource clock;

  /** Kept in this database. */
  public Profiles(Database database, AuditStore audit, InstantSource clock) {
    this.database = database;
    this.audit = audit;
    this.clock = clock;
  }

  /** All, by name. */
  public List<Profile> list() {
    return database.transact(store::all);
  }

  /**
   * The one of a name.
   *
   * @throws RequestException NOT_FOUND
   */
  public Profile get(String name) {
    return database.transact(
        transaction -> store.find(transaction, name).orElseThrow(() -> unknown(name)));
  }

  /**
   * Keeps a profile, in place of an older one of that name.
   *
   * @param text JSON, as people write it
   * @throws RequestException INVALID with everything that is wrong, EXHAUSTED if there are too many
   */
  public Profile push(String operator, String name, String text) {
    if (name.length() > MOST_NAME || !name.matches(NAME)) {
      throw RequestException.invalid(
          "name",
          name,
          "use 1 to 64 lowercase letters, digits and single '-', beginning with a letter");
    }
    Problems problems = new Problems();
    String json = ProfileForm.canonical(text, "json", problems);
    if (!problems.isEmpty()) {
      throw new RequestException(
          RequestException.Kind.INVALID,
          problems.list().stream().map(Problem::toString).collect(Collectors.joining("\n")));
    }
    Profile profile =
        new Profile(
            name, json, sha256(json), clock.instant().truncatedTo(ChronoUnit.MICROS), operator);
    return database.transact(transaction -> {
      store.put(transaction, profile);
      if (store.count(transaction) > MOST) {
        throw new RequestException(
            RequestException.Kind.EXHAUSTED,
            "name: there are " + MOST + " profiles already; remove some first");
      }
      audit.append(
          transaction,
          Actor.operator(operator),
          "profile.push",
          "profile:" + name,
          Map.of("sha256", profile.sha256()));
      return profile;
    });
  }

  /**
   * Forgets a profile.
   *
   * @throws RequestException NOT_FOUND
   */
  public Profile remove(String operator, String name) {
    return database.transact(transaction -> {
      Profile there = store.find(transaction, name).orElseThrow(() -> unknown(name));
      store.delete(transaction, name);
      audit.append(
          transaction,
          Actor.operator(operator),
          "profile.remove",
          "profile:" + name,
          Map.of("sha256", there.sha256()));
      return there;
    });
  }

  private static RequestException unknown(String name) {
    return RequestException.notFound(
        "name", name, "there is no such profile; see `hostler sandbox profile list`");
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
