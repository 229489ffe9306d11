package dev.hostler.cli.secret;

import dev.hostler.cli.connect.ConfigFile;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which sealing key each host had when this operator first saw it, or was told to trust: a file of
 * lines "HOST-ID FINGERPRINT NAME" beside the configuration. A later line of the same host counts.
 * Lines are only ever added, so that two commands at once do not take each other's away.
 */
public final class KnownKeys {
  private final Path file;
  private final Map<String, String> fingerprints;

  private KnownKeys(Path file, Map<String, String> fingerprints) {
    this.file = file;
    this.fingerprints = fingerprints;
  }

  /** $HOSTLER_KNOWN_KEYS, else known-keys beside the configuration. */
  static Path place(Map<String, String> environment) {
    String given = environment.getOrDefault("HOSTLER_KNOWN_KEYS", "");
    return given.isEmpty()
        ? ConfigFile.of(environment).path().resolveSibling("known-keys")
        : Path.of(given);
  }

  /**
   * Reads the file; there need be none.
   *
   * @throws CliFailure if it cannot be read, or has another form
   */
  public static KnownKeys read(Map<String, String> environment) {
    Path file = place(environment);
    Map<String, String> fingerprints = new HashMap<>();
    try {
      List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
      for (int i = 0; i < lines.size(); i++) {
        String[] words = lines.get(i).split(" ", 3);
        if (words.length != 3 || !isFingerprint(words[1])) {
          throw CliFailure.usage(
              file + ":" + (i + 1) + ": not of the form HOST-ID FINGERPRINT NAME; correct it");
        }
        fingerprints.put(words[0], words[1]);
      }
    } catch (NoSuchFileException _) {
      // Nothing is known yet.
    } catch (IOException e) {
      throw CliFailure.usage("cannot read the known keys of hosts in " + file + ": " + e);
    }
    return new KnownKeys(file, fingerprints);
  }

  static boolean isFingerprint(String text) {
    try {
      return text.length() == 64 && HexFormat.of().parseHex(text).length == 32;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /** The fingerprint that counts for a host. */
  public Optional<String> of(String hostId) {
    return Optional.ofNullable(fingerprints.get(hostId));
  }

  /**
   * What is to be remembered.
   *
   * @param fingerprint SHA-256 of the public key, hex
   */
  public record Known(String hostId, String fingerprint, String name) {}

  /**
   * Remembers keys.
   *
   * @throws CliFailure if they cannot be written
   */
  public void remember(Collection<Known> keys) {
    String lines =
        keys.stream()
            .map(key -> key.hostId() + " " + key.fingerprint() + " " + key.name() + "\n")
            .collect(Collectors.joining());
    try {
      if (!Files.exists(file)) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
          Files.createDirectories(folder);
        }
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
    } catch (IOException e) {
      if (!Files.exists(file)) {
        throw failed(e);
      }
    }
    try {
      Files.writeString(file, lines, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw failed(e);
    }
    keys.forEach(key -> fingerprints.put(key.hostId(), key.fingerprint()));
  }

  private CliFailure failed(IOException e) {
    return new CliFailure(
        ExitCode.LOCAL, "cannot remember the keys of hosts in " + file + ": " + e);
  }
}
