package dev.hostler.agent.policy;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import dev.hostler.trust.job.SnapshotPaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which paths this host keeps because an operator names them. What a bundle declares is not asked
 * here: its signer answers for that. A snapshot shows names, sizes and hashes, takes room, and
 * brings back what was there once, old keys and old accounts, too; so the host's owner says where
 * from. The agent's own files are never captured, not even as a part of a larger tree. Immutable.
 *
 * @param allowed directories and files; what is below them is allowed, too
 * @param own the agent's: nothing at or below them is kept
 */
public record KeptPaths(List<Path> allowed, List<Path> own) {
  /** What agent.toml allows when it says nothing: where what programs are told is kept. */
  public static final List<Path> USUALLY_ALLOWED =
      List.of(
          Path.of("/etc"),
          Path.of("/opt"),
          Path.of("/srv"),
          Path.of("/usr/local"),
          Path.of("/var/www"));

  /** Where Hostler keeps keys, roots and state by default. */
  public static final List<Path> USUALLY_OWN =
      List.of(Path.of("/etc/hostler"), Path.of("/var/lib/hostler"));

  /** Of a host whose agent.toml says nothing. */
  public static final KeptPaths USUAL = new KeptPaths(USUALLY_ALLOWED, USUALLY_OWN);

  /** Copies the lists. */
  public KeptPaths {
    allowed = List.copyOf(allowed);
    own = List.copyOf(own);
  }

  /**
   * Are these all kept here?
   *
   * @param paths as an operator named them
   * @param field what they stand in, for the message; for example "--snapshot"
   * @throws RefusedException SNAPSHOT_PATH, naming the first that is not, and why
   */
  public void require(List<String> paths, String field) throws RefusedException {
    for (String path : paths) {
      String why = refusal(path);
      if (why != null) {
        throw new RefusedException(Refusal.SNAPSHOT_PATH, field + " " + path + ": " + why);
      }
    }
  }

  /** Why this host does not keep a path that an operator names; null if it does. */
  public @Nullable String refusal(String path) {
    String never = SnapshotPaths.refusal(path);
    if (never != null) {
      return never;
    }
    Path asked = Path.of(path);
    for (Path one : own) {
      if (asked.startsWith(one) || asked.startsWith(real(one))) {
        return "is the agent's own";
      }
    }
    if (allowed.stream().noneMatch(asked::startsWith)) {
      return "this host keeps nothing of that because an operator says so (snapshots.job_paths = "
          + allowed
          + " in its agent.toml)";
    }
    return null;
  }

  /**
   * A snapshot never leads through a symbolic link, but the agent's directory may be behind one.
   */
  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path; // not there: there is nothing to keep
    }
  }
}
