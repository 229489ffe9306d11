package dev.hostler.trust.job;

import java.util.ArrayList;
import java.util.List;

/** What a signed job runs. */
public sealed interface JobWork {

  /**
   * An action of a bundle.
   *
   * @param bundle name of the bundle
   * @param version its version
   * @param action name of the action
   * @param manifest SHA-256 of the bundle's manifest, 64 lower-case hex digits: this decides, name
   *     and version must agree with it
   * @param params one JSON object in canonical form (RFC 8785)
   * @param preview is it only to be told what it would change?
   */
  record Action(
      String bundle, String version, String action, String manifest, String params, boolean preview)
      implements JobWork {
    /** For real. */
    public Action(String bundle, String version, String action, String manifest, String params) {
      this(bundle, version, action, manifest, params, false);
    }
  }

  /**
   * A command line, run without a shell.
   *
   * @param argv the program and its arguments; at least one
   * @param runAs "default" (the agent's unprivileged user), "root" or the name of a user
   */
  record Command(List<String> argv, String runAs) implements JobWork {
    /** {@link #runAs} of the agent's unprivileged user. */
    public static final String DEFAULT_USER = "default";

    public Command {
      argv = List.copyOf(argv);
    }
  }

  /**
   * Something about the snapshots that hosts keep.
   *
   * @param verb one of {@link #VERBS}
   * @param id of a snapshot ("task.number"), or of a job whose newest snapshot on each host is
   *     meant; empty with "list"
   * @param force with "restore" and "rewind": although something else has changed the paths since
   * @param reason why, for the audit; may be empty where nothing is changed
   * @param shown with "apply": SHA-256 of the lists of changes that the operator has seen, of which
   *     a host's preview must have one; else empty
   */
  record Snapshot(String verb, String id, boolean force, String reason, List<String> shown)
      implements JobWork {
    /** What can be asked for. */
    public static final List<String> VERBS =
        List.of("list", "show", "diff", "restore", "rewind", "pin", "unpin", "remove", "apply");

    public Snapshot {
      shown = List.copyOf(shown);
    }

    /** Anything but "apply". */
    public Snapshot(String verb, String id, boolean force, String reason) {
      this(verb, id, force, reason, List.of());
    }

    /** Does it change anything on a host? */
    public boolean changes() {
      return !verb.equals("list") && !verb.equals("show") && !verb.equals("diff");
    }

    /** As a command line, for people. */
    public List<String> words() {
      List<String> words =
          new ArrayList<>(
              verb.equals("apply")
                  ? List.of("hostler", "run", "--apply-preview")
                  : List.of("hostler", "snapshot", verb.equals("rewind") ? "restore" : verb));
      if (!id.isEmpty()) {
        words.add(id);
      }
      if (verb.equals("rewind")) {
        words.add("--chain");
      }
      if (force) {
        words.add("--force");
      }
      if (!reason.isEmpty()) {
        words.addAll(List.of("--reason", reason));
      }
      return words;
    }
  }

  /**
   * Something about a named point to which hosts can be brought back.
   *
   * @param verb one of {@link #VERBS}
   * @param name of the checkpoint
   * @param paths with "create": what is kept; else empty
   * @param force with "restore": although something has changed since the plan
   * @param reason why, for the audit; may be empty with "create" and "plan"
   * @param shown with "restore": SHA-256 of the plans that the operator has seen, of which a host
   *     must have made one; else empty
   */
  record Checkpoint(
      String verb,
      String name,
      List<String> paths,
      boolean force,
      String reason,
      List<String> shown)
      implements JobWork {
    /** What can be asked for. */
    public static final List<String> VERBS = List.of("create", "plan", "restore", "remove");

    /** Copies the lists. */
    public Checkpoint {
      paths = List.copyOf(paths);
      shown = List.copyOf(shown);
    }

    /** Keeps paths under a name. */
    public static Checkpoint create(String name, List<String> paths, String reason) {
      return new Checkpoint("create", name, paths, false, reason, List.of());
    }

    /** Tells what bringing hosts back would change. */
    public static Checkpoint plan(String name, String reason) {
      return new Checkpoint("plan", name, List.of(), false, reason, List.of());
    }

    /** Does what one of these plans said. */
    public static Checkpoint restore(
        String name, boolean force, String reason, List<String> shown) {
      return new Checkpoint("restore", name, List.of(), force, reason, shown);
    }

    /** Forgets it. */
    public static Checkpoint remove(String name, String reason) {
      return new Checkpoint("remove", name, List.of(), false, reason, List.of());
    }

    /** As a command line, for people. */
    public List<String> words() {
      List<String> words = new ArrayList<>(List.of("hostler", "checkpoint"));
      words.add(verb.equals("plan") ? "restore" : verb);
      words.add(name);
      if (verb.equals("plan")) {
        words.add("--plan");
      }
      words.addAll(paths);
      if (force) {
        words.add("--force");
      }
      if (!reason.isEmpty()) {
        words.addAll(List.of("--reason", reason));
      }
      return words;
    }
  }

  /**
   * Attacks of a host's own program on the host's own sandbox: what do they get?
   *
   * @param runAs "default" (the agent's unprivileged user) or "root"
   */
  record SandboxTest(String runAs) implements JobWork {
    /** As a command line, for people. */
    public List<String> words() {
      return List.of("hostler", "sandbox", "test", "--run-as", runAs);
    }
  }
}
