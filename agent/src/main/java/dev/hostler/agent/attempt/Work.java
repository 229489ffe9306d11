package dev.hostler.agent.attempt;

import java.util.List;

/** What an attempt runs. */
public sealed interface Work {

  /**
   * A command line, run without a shell.
   *
   * @param argv the program and its arguments; at least one
   * @param runAs "default" (the agent's unprivileged user), "root" or the name of a user
   */
  record Command(List<String> argv, String runAs) implements Work {
    /**
     * @throws IllegalArgumentException if there is no program, or an argument has a NUL
     */
    public Command {
      argv = List.copyOf(argv);
      if (argv.isEmpty()) {
        throw new IllegalArgumentException("command.argv is empty; name at least a program");
      }
      for (String argument : argv) {
        if (argument.indexOf('\0') >= 0) {
          throw new IllegalArgumentException("command.argv has an argument with a NUL byte");
        }
      }
    }
  }

  /**
   * An action of a bundle.
   *
   * @param bundle name of the bundle, which the manifest must have
   * @param version its version, which the manifest must have
   * @param action name of the action
   * @param manifestDigest SHA-256 of the manifest, 64 lower-case hex digits
   * @param bundleSize size of the bundle file in bytes
   * @param paramsJson one JSON object in canonical form (RFC 8785), with ciphertext where a secret
   *     is
   * @param sealed what opens that
   * @param preview is only to be told what it would change?
   */
  record Action(
      String bundle,
      String version,
      String action,
      String manifestDigest,
      long bundleSize,
      String paramsJson,
      SealedWith sealed,
      boolean preview)
      implements Work {
    /**
     * @throws IllegalArgumentException if the digest is not one, or the size is not positive
     */
    public Action {
      if (!manifestDigest.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException(
            "action.manifest_digest \"" + manifestDigest + "\" is not a SHA-256 digest");
      }
      if (bundleSize < 1) {
        throw new IllegalArgumentException("action.bundle_size " + bundleSize + " is below 1");
      }
    }

    /** With nothing sealed. */
    public Action(
        String bundle,
        String version,
        String action,
        String manifestDigest,
        long bundleSize,
        String paramsJson) {
      this(bundle, version, action, manifestDigest, bundleSize, paramsJson, SealedWith.NONE);
    }

    /** For real. */
    public Action(
        String bundle,
        String version,
        String action,
        String manifestDigest,
        long bundleSize,
        String paramsJson,
        SealedWith sealed) {
      this(bundle, version, action, manifestDigest, bundleSize, paramsJson, sealed, false);
    }

    /** The same, with what opens it. */
    public Action with(SealedWith other) {
      return new Action(
          bundle, version, action, manifestDigest, bundleSize, paramsJson, other, preview);
    }

    /** The same, for telling only what it would change. */
    public Action asPreview() {
      return new Action(
          bundle, version, action, manifestDigest, bundleSize, paramsJson, sealed, true);
    }
  }

  /**
   * Something about the snapshots of this host; done by the agent, not in a sandbox.
   *
   * @param verb list, show, diff, restore, pin, unpin, remove or apply
   * @param id of a snapshot or a job; empty with list
   * @param force restore although something else has changed the paths since?
   * @param shown with apply: SHA-256 of the lists of changes of which the preview must have one
   */
  record Snapshot(String verb, String id, boolean force, List<String> shown) implements Work {
    /** Copies the list. */
    public Snapshot {
      shown = List.copyOf(shown);
    }

    /** Anything but apply. */
    public Snapshot(String verb, String id, boolean force) {
      this(verb, id, force, List.of());
    }
  }

  /**
   * Something about a named point to which this host can be brought back; done by the agent, not in
   * a sandbox.
   *
   * @param verb create, plan, restore or remove
   * @param name of the checkpoint
   * @param paths with create: what is kept
   * @param force with restore: although something has changed since the plan?
   * @param shown with restore: SHA-256 of the plans of which this host must have made one
   */
  record Checkpoint(String verb, String name, List<String> paths, boolean force, List<String> shown)
      implements Work {
    /** Copies the lists. */
    public Checkpoint {
      paths = List.copyOf(paths);
      shown = List.copyOf(shown);
    }
  }

  /**
   * Attacks of the agent's own program on its own sandbox.
   *
   * @param runAs "default" or "root"
   */
  record SandboxTest(String runAs) implements Work {}
}
