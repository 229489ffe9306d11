package dev.hostler.trust.bundle;

import dev.hostler.trust.limits.Limits;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a bundle is and holds; what its signer signs. Everything that matters to a host is spelled
 * out: no default is applied after signing.
 *
 * @param name bundle name
 * @param version its version
 * @param description one line for people; may be empty
 * @param expires hosts refuse it from here on; null: never
 * @param platforms where it runs; at least one
 * @param actions entry points by name; at least one
 * @param payload every file, by path in byte order
 */
public record Manifest(
    String name,
    Version version,
    String description,
    @Nullable Instant expires,
    List<Platform> platforms,
    SortedMap<String, Action> actions,
    List<PayloadFile> payload) {

  /** The format version that this program writes and reads. */
  public static final int FORMAT = 1;

  public Manifest {
    platforms = List.copyOf(platforms);
    actions = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(actions));
    payload = List.copyOf(payload);
  }

  /**
   * An entry point.
   *
   * @param name action name
   * @param description one line for people; may be empty
   * @param argv the program, as a path in the payload, and its fixed arguments
   * @param paramsSchema JSON Schema (2020-12) of the parameters, canonical JSON text
   * @param runAs "default" (the agent's unprivileged user), "root", or a user name
   * @param env environment variables on top of the sandbox's own
   * @param sandbox what it may touch
   * @param limits what it may use
   * @param snapshot paths that are kept for a rollback; below writable paths
   * @param rollbackOnFailure are they, and the state, brought back if it fails?
   * @param state what is kept for a rollback besides files
   */
  public record Action(
      String name,
      String description,
      List<String> argv,
      String paramsSchema,
      String runAs,
      SortedMap<String, String> env,
      Sandbox sandbox,
      Limits limits,
      List<String> snapshot,
      boolean rollbackOnFailure,
      List<StateEntry> state) {

    /** {@link #runAs} of the agent's unprivileged user. */
    public static final String DEFAULT_USER = "default";

    public Action {
      argv = List.copyOf(argv);
      env = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(env));
      snapshot = List.copyOf(snapshot);
      state = List.copyOf(state);
    }
  }

  /**
   * What an action may touch. Everything else is read-only, hidden or absent.
   *
   * @param writable paths of the host that it may write
   * @param readOnly paths that it may read although they are hidden by default
   * @param hidden paths that it finds empty and cannot open, besides the host's secrets
   * @param capabilities Linux capabilities that it keeps, for example CAP_NET_BIND_SERVICE
   * @param network reach of the network
   * @param seccomp the system call profile: {@value #DEFAULT_SECCOMP}, or the path of a Docker/OCI
   *     profile in the payload, which ends in .json
   * @param onDenied what follows a system call that is denied
   * @param peers with {@link Network#ALLOW_LIST}: whom it may connect to, in the forms of {@link
   *     Peer}; else empty
   * @param connections with {@link Network#ALLOW_LIST}: how many connections at once; else 0
   */
  public record Sandbox(
      List<String> writable,
      List<String> readOnly,
      List<String> hidden,
      List<String> capabilities,
      Network network,
      String seccomp,
      OnDenied onDenied,
      List<String> peers,
      long connections) {

    /** Hostler's own profile. */
    public static final String DEFAULT_SECCOMP = "default";

    /** Largest profile in a payload, in bytes. */
    public static final long MOST_SECCOMP_BYTES = 256 << 10;

    public Sandbox {
      writable = List.copyOf(writable);
      readOnly = List.copyOf(readOnly);
      hidden = List.copyOf(hidden);
      capabilities = List.copyOf(capabilities);
      peers = List.copyOf(peers);
    }

    /** Without hidden paths and an allow-list of peers. */
    public Sandbox(
        List<String> writable,
        List<String> readOnly,
        List<String> capabilities,
        Network network,
        String seccomp,
        OnDenied onDenied) {
      this(writable, readOnly, List.of(), capabilities, network, seccomp, onDenied, List.of(), 0);
    }
  }

  /** What follows a system call that is denied. A host may be harder, never softer. */
  public enum OnDenied {
    /** It fails, and the action goes on. */
    DENY,
    /** The first one ends the action. */
    KILL;

    /** As written in a manifest and in bundle.toml. */
    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Reach of the network. */
  public enum Network {
    /** No interface is up. */
    NONE,
    /** A loopback interface of its own. */
    LOOPBACK,
    /** The peers that are declared, through the agent's proxy, and nothing else. */
    ALLOW_LIST,
    /** The host's network. */
    HOST;

    /** As written in a manifest and in bundle.toml. */
    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * A file of the payload.
   *
   * @param path relative, with '/'
   * @param executable mode 0755, else 0644
   * @param size in bytes
   * @param sha256 64 lowercase hexadecimal digits
   */
  public record PayloadFile(String path, boolean executable, long size, String sha256) {
    int mode() {
      return executable ? 0755 : 0644;
    }
  }

  /** Sum of the sizes of the payload's files, in bytes. */
  public long payloadBytes() {
    return payload.stream().mapToLong(PayloadFile::size).sum();
  }

  /**
   * Whether it runs there.
   *
   * @param host the platform of a host
   */
  public boolean supports(Platform host) {
    return platforms.stream().anyMatch(one -> one.covers(host));
  }

  /**
   * Reads the canonical JSON form.
   *
   * @throws TrustException if it is not one
   */
  public static Manifest read(byte[] canonicalJson) throws TrustException {
    return ManifestJson.read(canonicalJson);
  }

  /** The canonical JSON form, which is what is signed. */
  public byte[] canonicalJson() {
    return ManifestJson.write(this);
  }

  /** An action by name; null if there is none. */
  public @Nullable Action action(String actionName) {
    return actions.get(actionName);
  }
}
