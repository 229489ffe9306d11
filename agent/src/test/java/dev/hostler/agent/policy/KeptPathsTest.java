package dev.hostler.agent.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.attempt.Refusal;
import dev.hostler.agent.attempt.RefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which paths a host keeps because an operator names them. */
class KeptPathsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"/etc", "/etc/ssh/sshd_config", "/opt/app", "/srv", "/usr/local/bin", "/var/www"})
  void configurationIsKeptUsually(String path) throws Exception {
    assertThat(KeptPaths.USUAL.refusal(path)).isNull();
    KeptPaths.USUAL.require(List.of(path), "--snapshot");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /                      | is the whole host
          /proc/1                | is made by the kernel
          /run                   | is made by the kernel
          /home/ann              | this host keeps nothing of that
          /usr                   | snapshots.job_paths = [/etc, /opt
          /etcetera              | this host keeps nothing of that
          /etc/hostler           | is the agent's own
          /etc/hostler/agent.toml | is the agent's own
          /var/lib/hostler/agent/identity | is the agent's own
          etc                    | is not an absolute path
          """)
  void otherThingsAreNot(String path, String why) {
    assertThat(KeptPaths.USUAL.refusal(path)).contains(why);
    assertThatThrownBy(() -> KeptPaths.USUAL.require(List.of("/etc", path), "--snapshot"))
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.SNAPSHOT_PATH))
        .hasMessageStartingWith("--snapshot " + path + ": ")
        .hasMessageContaining(why);
  }

  @Test
  void theOwnerSaysWhich() {
    KeptPaths all = new KeptPaths(List.of(Path.of("/")), List.of());
    assertThat(all.refusal("/home/ann")).isNull();
    assertThat(all.refusal("/")).isNotNull();
    assertThat(all.refusal("/sys/kernel")).isNotNull();
    KeptPaths none = new KeptPaths(List.of(), List.of());
    assertThat(none.refusal("/etc")).contains("job_paths = []");
  }

  @Test
  void theAgentsOwnIsFoundBehindALink(@TempDir Path folder) throws Exception {
    Path real = Files.createDirectory(folder.toRealPath().resolve("real"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    KeptPaths kept = new KeptPaths(List.of(Path.of("/")), List.of(link));
    assertThat(kept.refusal(real + "/identity")).isEqualTo("is the agent's own");
    assertThat(kept.refusal(link.toString())).isEqualTo("is the agent's own");
    assertThat(kept.refusal(folder.toString())).as("without it").isNull();
  }
}
