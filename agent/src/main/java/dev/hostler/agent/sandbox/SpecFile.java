package dev.hostler.agent.sandbox;

import dev.hostler.agent.sandbox.cgroup.Cgroup;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.TreeMap;

/** Writes what hostler-launch reads: NUL-terminated key=value strings (launcher/src/spec.c). */
final class SpecFile {
  /** The launcher reads no more. */
  private static final int MOST_BYTES = 1 << 20;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private SpecFile() {}

  /**
   * @param files as the launcher shall see them, checked
   * @param filter name of the compiled filter's file, or {@code unconfined}
   */
  static byte[] bytes(
      SandboxSpec spec, FileView files, Path directory, Cgroup cgroup, String filter)
      throws SandboxUnsupportedException {
    SpecFile file = new SpecFile();
    file.put("version", 1);
    file.put("attempt", spec.attempt());
    file.put("dir", directory);
    file.put("cgroup_version", cgroup.version());
    cgroup.directories().forEach(group -> file.put("cgroup", group));
    file.putCommand(spec);
    file.putFiles(files);
    file.put("hostname", spec.hostname());
    file.put("net", spec.network().word());
    if (spec.network() == Network.ALLOW_LIST) {
      file.put("net_dir", directory.resolve("net"));
    }
    spec.capabilities().stream()
        .sorted()
        .forEach(capability -> file.put("cap", capability.kernelName()));
    spec.rlimits().forEach(limit -> file.put("rlimit", limit.spec()));
    file.put("seccomp", filter);
    file.put("on_denied", spec.onDenied().word());
    if (spec.recording() == Recording.ALL) {
      file.put("learn", 1);
    }
    file.put("timeout_ms", spec.timing().timeout().toMillis());
    if (!spec.timing().cpuTime().isZero()) {
      file.put("cpu_time_ms", spec.timing().cpuTime().toMillis());
    }
    file.put("grace_ms", spec.timing().grace().toMillis());
    file.put("stdout_max", spec.output().stdoutBytes());
    file.put("stderr_max", spec.output().stderrBytes());
    if (file.bytes.size() > MOST_BYTES) {
      throw new SandboxUnsupportedException(
          "spec",
          file.bytes.size() + " bytes",
          "arguments, environment and paths must be less than 1 MiB together");
    }
    return file.bytes.toByteArray();
  }

  /** What hostler-launch reads on its standard input: variables that lie in no file. */
  static byte[] secrets(SandboxSpec spec) {
    SpecFile strings = new SpecFile();
    new TreeMap<>(spec.command().secrets()).forEach(strings::put);
    return strings.bytes.toByteArray();
  }

  private void putCommand(SandboxSpec spec) {
    spec.command().argv().forEach(word -> put("argv", word));
    int secrets = secrets(spec).length;
    if (secrets > 0) {
      put("secret_env", secrets);
    }
    new TreeMap<>(spec.command().env()).forEach((name, value) -> put("env", name + "=" + value));
    put("cwd", spec.command().cwd());
    put("uid", spec.user().uid());
    put("gid", spec.user().gid());
    spec.user().groups().forEach(group -> put("group", group));
  }

  private void putFiles(FileView files) {
    files.payload().ifPresent(payload -> put("payload", payload));
    for (WritablePath writable : files.writable()) {
      String path = writable.path().toString();
      String option = writable.executable() ? "" : "noexec";
      boolean plain = writable.executable() && path.indexOf(':') < 0;
      put("rw", plain ? path : path + ":" + option);
    }
    files.readable().forEach(path -> put("ro", path));
    files.hidden().forEach(path -> put("hide", path));
    files.preview().forEach(path -> put("preview", path));
    put("tmp_bytes", files.tmpBytes());
  }

  private void put(String key, Object value) {
    bytes.writeBytes((key + "=" + value).getBytes(StandardCharsets.UTF_8));
    bytes.write(0);
  }
}
