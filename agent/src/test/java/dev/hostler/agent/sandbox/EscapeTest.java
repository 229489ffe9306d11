package dev.hostler.agent.sandbox;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.denial.DenialFile;
import dev.hostler.agent.sandbox.seccomp.Architecture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The escape suite: each attack of launcher/escape/escape.c works as root without the sandbox, and
 * in it fails and is told, as root and as the default user. Those that the file system stops rather
 * than the filter are not told; each has its reason here. Also {@code lab/escape}.
 */
class EscapeTest {
  private static final int SIGSYS = 31;

  /** What stops it, where it is not the filter. */
  private static final Map<String, String> SILENT =
      Map.ofEntries(
          entry("secret_file", "it is masked"),
          entry("kill_outside", "there is nobody else in the process namespace"),
          entry("leaked_descriptor", "there is none"),
          entry("others_program", "no program lies on a mount that can be written"),
          entry("raw_socket", "programs may have sockets; this kind takes a capability"),
          entry("own_terminal", "there is no terminal, nor a device to ask for one"),
          entry("gain_by_exec", "nothing is tried: no_new_privs and nosuid everywhere"),
          entry("host_network", "there is nothing but the own loopback"),
          entry("old_gate", "the filter kills: another machine's calls have no names here"),
          entry("short_pointers", "the filter kills, as above"));

  private static final Set<String> KILLED = Set.of("old_gate", "short_pointers");

  private static SandboxHost host;
  private static Path directory;
  private static List<String> attacks;

  @BeforeAll
  static void open() throws Exception {
    host = new SandboxHost();
    directory = host.sandbox.probe();
    attacks = output(new ProcessBuilder(program().toString())).lines().toList();
    assertThat(attacks).hasSizeGreaterThan(40);
  }

  private static Path program() {
    return directory.resolve(Sandbox.PROBE);
  }

  @AfterAll
  static void close() throws Exception {
    host.close();
  }

  private static String output(ProcessBuilder builder) throws Exception {
    Process process = builder.redirectErrorStream(true).start();
    String text =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    process.waitFor();
    return text;
  }

  /** In namespaces of its own, so that what works hurts nobody. */
  @Test
  void withoutTheSandboxTheyWork() throws Exception {
    Map<String, String> failed = new TreeMap<>();
    // In a chroot the kernel gives nobody a user namespace (user_namespaces(7)).
    boolean users = new ProcessBuilder("unshare", "-U", "true").start().waitFor() == 0;
    for (String attack : attacks) {
      if (!users && attack.endsWith("_user")) {
        continue;
      }
      String said =
          output(
              new ProcessBuilder(
                  "unshare",
                  "-mpfiu",
                  "--mount-proc",
                  "--",
                  "sh",
                  "-c",
                  "mount -t tmpfs x /tmp; sleep 60 & exec 9</; exec \"$0\" \"$1\"",
                  program().toString(),
                  attack));
      // What this kernel does not have cannot be shown to work.
      if (!said.equals("escaped") && !List.of("ENOSYS", "EAFNOSUPPORT", "ENODEV").contains(said)) {
        failed.put(attack, said);
      }
    }
    assertThat(failed).isEmpty();
  }

  @Test
  void asTheDefaultUserTheyFailAndAreTold() throws Exception {
    contained(host.defaults.user());
  }

  @Test
  void asRootTheyFailAndAreTold() throws Exception {
    contained(SandboxUser.of(0, 0));
  }

  private void contained(SandboxUser user) throws Exception {
    List<String> wrong = new ArrayList<>();
    for (String attack : attacks) {
      SandboxSpec spec =
          host.defaults
              .spec(
                  host.attempt(),
                  List.of("/run/hostler/bundle/hostler-escape", attack),
                  Map.of(),
                  Optional.of(directory))
              .withUser(user);
      RunRecord end = host.run(spec);
      boolean stopped =
          KILLED.contains(attack)
              ? end.signal().orElse(0) == SIGSYS
              : end.exitCode().orElse(0) == 1 && !host.stdout(spec).contains("escaped");
      List<Denial> told =
          DenialFile.read(
              host.directory(spec.attempt()).resolve("denials"), Architecture.ofHost().syscalls());
      if (!stopped || told.isEmpty() != SILENT.containsKey(attack)) {
        wrong.add(attack + ": " + end.end() + " " + host.stdout(spec).strip() + " told " + told);
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void theFirstOneEndsAnAttemptThatIsNotToGoOn() throws Exception {
    SandboxSpec spec =
        host.defaults
            .spec(
                host.attempt(),
                List.of("/run/hostler/bundle/hostler-escape", "mount_tmpfs"),
                Map.of(),
                Optional.of(directory))
            .withOnDenied(OnDenied.KILL);

    RunRecord end = host.run(spec);

    assertThat(end.reason()).isEqualTo(StopReason.DENIED);
    assertThat(end.deniedCalls()).isEqualTo(1);
    assertThat(host.stdout(spec)).isEmpty();
  }
}
