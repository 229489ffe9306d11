package dev.hostler.agent.vault;

import dev.hostler.common.time.TimeSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of this host. What is written is encrypted with the newest one, if it is to be; others
 * are kept until nothing needs them. Thread-safe.
 */
public final class Vault {
  /** No program writes for longer. */
  private static final Duration WRITING = Duration.ofDays(1);

  private final @Nullable KeyFolder folder;
  private final @Nullable Duration renewAfter;
  private final TimeSource time;

  /** Newest first. */
  private final List<VaultKey> keys;

  private Vault(
      @Nullable KeyFolder folder,
      @Nullable Duration renewAfter,
      List<VaultKey> keys,
      TimeSource time) {
    this.folder = folder;
    this.renewAfter = renewAfter;
    this.keys = new ArrayList<>(keys);
    this.time = time;
  }

  /** Without keys: reads and writes what is not encrypted. */
  public static Vault none() {
    return new Vault(null, null, List.of(), TimeSource.system());
  }

  /**
   * With the keys of a folder.
   *
   * @param encrypt is encrypted what is written from now on?
   * @param renewAfter how long a key is used for what is written
   * @throws IOException if the folder cannot be read
   */
  public static Vault open(
      Path folder, HostWrap wrap, boolean encrypt, Duration renewAfter, TimeSource time)
      throws IOException {
    KeyFolder files = new KeyFolder(folder, wrap);
    return new Vault(files, encrypt ? renewAfter : null, files.read(), time);
  }

  /** What hostler-snapshot is told. */
  public static final class Feed {
    private final List<String> options;
    private final byte[] keys;

    private Feed(List<String> options, byte[] keys) {
      this.options = options;
      this.keys = keys;
    }

    /** Options before its verb. */
    public List<String> options() {
      return options;
    }

    /** What comes first on its standard input. */
    public byte[] keys() {
      return keys.clone();
    }
  }

  /**
   * For a start of hostler-snapshot.
   *
   * @throws IOException if a new key cannot be kept
   */
  public synchronized Feed feed() throws IOException {
    VaultKey current = current();
    if (keys.isEmpty()) {
      return new Feed(List.of(), new byte[0]);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (VaultKey key : keys) {
      bytes.writeBytes(HexFormat.of().parseHex(key.name()));
      bytes.writeBytes(key.secret());
    }
    List<String> options = new ArrayList<>(List.of("--keys", Integer.toString(keys.size())));
    if (current != null) {
      options.add("--encrypt");
    }
    return new Feed(options, bytes.toByteArray());
  }

  /** The one for what is written now; null: that is not encrypted. Made if it is time. */
  synchronized @Nullable VaultKey current() throws IOException {
    if (renewAfter == null || folder == null) {
      return null;
    }
    if (keys.isEmpty() || keys.getFirst().made().plus(renewAfter).isBefore(time.instant())) {
      VaultKey made = VaultKey.random(time.instant());
      folder.add(made);
      keys.addFirst(made);
    }
    return keys.getFirst();
  }

  /** Can what is encrypted with this key be read? */
  public boolean has(String name) {
    return find(name) != null;
  }

  /**
   * Removes keys that nothing needs any more: what may be left of it somewhere stays closed.
   *
   * @param inUse asked only if there are keys that could go
   */
  public synchronized void forget(InUse inUse) throws IOException {
    List<String> names = folder == null ? List.of() : new ArrayList<>(folder.names());
    if (folder == null || names.size() < 2) {
      return;
    }
    Set<String> needed = inUse.names();
    for (String name : names) {
      if (!needed.contains(name) && !mayBeGivenOut(name)) {
        folder.remove(name);
        keys.removeIf(key -> key.name().equals(name));
      }
    }
  }

  /** Is it the newest one, or was it a moment ago? Somebody may be writing with it. */
  private boolean mayBeGivenOut(String name) {
    Instant newer = null;
    for (VaultKey key : keys) {
      if (key.name().equals(name)) {
        return newer == null ? renewAfter != null : newer.plus(WRITING).isAfter(time.instant());
      }
      newer = key.made();
    }
    return false;
  }

  /** Says which keys are needed. */
  public interface InUse {
    /** Their names. */
    Set<String> names() throws IOException;
  }

  /** The key of a name; null: this host does not have it. */
  synchronized @Nullable VaultKey find(String name) {
    return keys.stream().filter(key -> key.name().equals(name)).findFirst().orElse(null);
  }

  /** Files of it. */
  public VaultFiles files() {
    return new VaultFiles(this);
  }
}
