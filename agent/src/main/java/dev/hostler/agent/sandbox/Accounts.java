package dev.hostler.agent.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The host's local accounts, read from {@code passwd} and {@code group} afresh at each look-up.
 * Network accounts (NSS) are not asked: a name must not change its meaning with a directory server.
 * Thread-safe.
 */
public final class Accounts {
  private final Path etc;

  /**
   * @param etc the directory of {@code passwd} and {@code group}, normally {@code /etc}
   */
  public Accounts(Path etc) {
    this.etc = etc;
  }

  /**
   * The user of this name or number, with its groups.
   *
   * @param name a name of {@code passwd}, {@code UID} or {@code UID:GID}
   * @throws SandboxUnsupportedException if there is no such user
   * @throws IOException if the files cannot be read
   */
  public SandboxUser resolve(String name) throws SandboxUnsupportedException, IOException {
    if (name.matches("[0-9]{1,10}(:[0-9]{1,10})?")) {
      String[] numbers = name.split(":", 2);
      long uid = Long.parseLong(numbers[0]);
      try {
        return SandboxUser.of(uid, numbers.length == 2 ? Long.parseLong(numbers[1]) : uid);
      } catch (IllegalArgumentException e) {
        throw new SandboxUnsupportedException("user", name, "numbers must be below 4294967295");
      }
    }
    for (String[] entry : read("passwd", 4)) {
      if (entry[0].equals(name)) {
        return new SandboxUser(Long.parseLong(entry[2]), Long.parseLong(entry[3]), groupsOf(name));
      }
    }
    throw new SandboxUnsupportedException(
        "user", name, "no such user in " + etc.resolve("passwd") + "; add it or declare a number");
  }

  private List<Long> groupsOf(String user) throws IOException {
    List<Long> groups = new ArrayList<>();
    for (String[] entry : read("group", 4)) {
      if (List.of(entry[3].split(",", -1)).contains(user)) {
        groups.add(Long.parseLong(entry[2]));
      }
    }
    return groups;
  }

  /** Lines with at least {@code fields} fields whose third is a number; others are no accounts. */
  private List<String[]> read(String file, int fields) throws IOException {
    return Files.readAllLines(etc.resolve(file), StandardCharsets.ISO_8859_1).stream()
        .map(line -> line.split(":", -1))
        .filter(entry -> entry.length >= fields && entry[2].matches("[0-9]{1,10}"))
        .filter(entry -> file.equals("group") || entry[3].matches("[0-9]{1,10}"))
        .toList();
  }
}
