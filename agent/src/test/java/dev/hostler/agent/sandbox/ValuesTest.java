package dev.hostler.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Declared values: what is taken, and how the rest is refused. */
class ValuesTest {
  @TempDir Path root;

  @Test
  void wordsOfTheManifest() throws Exception {
    assertThat(Network.ofWord("host")).isEqualTo(Network.HOST);
    assertThatThrownBy(() -> Network.ofWord("lan"))
        .hasMessage("sandbox: network lan: use none, loopback, allow-list or host");
    assertThat(Capability.ofName("net_raw")).isEqualTo(Capability.NET_RAW);
    assertThat(Capability.ofName("CAP_BPF").number()).isEqualTo(39);
    assertThatThrownBy(() -> Capability.ofName("CAP_ALL")).hasMessageContaining("capabilities(7)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".x", "a/b", "a b", "ä"})
  void attemptsNameFiles(String attempt) {
    assertThatIllegalArgumentException().isThrownBy(() -> SandboxSpec.checkAttempt(attempt));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SandboxSpec.checkAttempt("x".repeat(101)));
  }

  @Test
  void commandsCanBeExecuted() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Command(List.of(), Map.of(), "/"));
    assertThatIllegalArgumentException().isThrownBy(() -> new Command(List.of(""), Map.of(), "/"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Command(List.of("a\0b"), Map.of(), "/"))
        .withMessageContaining("NUL");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Command(List.of("a"), Map.of("A=B", "x"), "/"))
        .withMessageContaining("A=B");
    for (String cwd : List.of("relative", "/proc", "/proc/self/fd/7")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Command(List.of("a"), Map.of(), cwd))
          .withMessageContaining(cwd);
    }
  }

  @Test
  void numbersHaveRanges() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Timing(Duration.ofSeconds(-1), Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Timing(Duration.ofDays(30_000), Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Timing(Duration.ZERO, Duration.ofDays(25)));
    assertThatIllegalArgumentException().isThrownBy(() -> new OutputCaps(-1, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Rlimit(Rlimit.Resource.CPU, 2, 1));
    assertThat(new Rlimit(Rlimit.Resource.AS, 0, Rlimit.INFINITY).spec())
        .isEqualTo("as:0:infinity");
  }

  @Test
  void oldKernelsAreRefused() throws Exception {
    assertThat(KernelVersion.parse("5.14.0-427.el9.x86_64")).isEqualTo(new KernelVersion(5, 14));
    KernelVersion.parse("6.1.0").check();
    assertThatThrownBy(() -> KernelVersion.parse("5.13.19").check()).hasMessageContaining("5.14");
    assertThatThrownBy(() -> KernelVersion.parse("4.18").check()).hasMessageContaining("4.18");
    assertThatIllegalArgumentException().isThrownBy(() -> KernelVersion.parse("linux"));
  }

  @Test
  void capabilitiesThatTheKernelLacksAreRefused() {
    SandboxSpec spec =
        SandboxDefaults.of(root)
            .spec("a", List.of("x"), Map.of(), Optional.empty())
            .withCapabilities(java.util.Set.of(Capability.CHECKPOINT_RESTORE));

    assertThatThrownBy(() -> new HostLimits(39).check(spec))
        .isInstanceOf(SandboxUnsupportedException.class)
        .hasMessageContaining("CAP_CHECKPOINT_RESTORE");
  }

  @Test
  void aLauncherThatIsNotThereIsRefused() throws Exception {
    assertThatThrownBy(() -> new Launcher(root.resolve("none")).probe())
        .isInstanceOf(SandboxUnsupportedException.class)
        .hasMessageContaining("not an executable file");
    Path lacking = root.resolve("lacking");
    Files.writeString(lacking, "#!/bin/sh\necho clone3=yes\necho openat2=no\nexit 1\n");
    assertThat(lacking.toFile().setExecutable(true)).isTrue();
    assertThatThrownBy(() -> new Launcher(lacking).probe())
        .isInstanceOf(SandboxUnsupportedException.class)
        .hasMessageContaining("[openat2=no]");
    assertThat(Launcher.locate()).isEqualTo(SandboxHost.launcher());
  }

  @Test
  void filtersAreCompiledOnceAndMalformedOnesRefused() throws Exception {
    FilterCache cache = new FilterCache(new KernelVersion(6, 1));
    byte[] filter =
        cache.filter(new Seccomp.Standard(), java.util.Set.of(), Network.NONE, Recording.NOTHING);

    assertThat(
            cache.filter(
                new Seccomp.Standard(), java.util.Set.of(), Network.NONE, Recording.NOTHING))
        .isSameAs(filter);
    assertThat(
            cache.filter(
                new Seccomp.Standard(),
                java.util.Set.of(Capability.SYS_TIME),
                Network.NONE,
                Recording.NOTHING))
        .isNotEqualTo(filter);
    assertThat(
            cache.filter(
                new Seccomp.Unconfined(), java.util.Set.of(), Network.NONE, Recording.NOTHING))
        .isEmpty();
    assertThatThrownBy(() ->
            cache.filter(
                new Seccomp.Profile("{}"), java.util.Set.of(), Network.NONE, Recording.NOTHING))
        .isInstanceOf(SandboxUnsupportedException.class)
        .hasMessageContaining("defaultAction");
    for (Capability capability : Capability.values()) {
      cache.filter(
          new Seccomp.Standard(), java.util.Set.of(capability), Network.NONE, Recording.NOTHING);
    }
    assertThat(
            cache.filter(
                new Seccomp.Standard(), java.util.Set.of(), Network.NONE, Recording.NOTHING))
        .isNotSameAs(filter)
        .isEqualTo(filter);
    assertThat(
            cache.filter(
                new Seccomp.Standard(), java.util.Set.of(), Network.LOOPBACK, Recording.NOTHING))
        .isEqualTo(
            cache.filter(
                new Seccomp.Standard(), java.util.Set.of(), Network.HOST, Recording.NOTHING))
        .isNotEqualTo(filter);
  }

  @Test
  void theDefaultsHideWhatIsSecret() {
    SandboxDefaults defaults = SandboxDefaults.of(root);
    SandboxSpec spec = defaults.spec("a", List.of("x"), Map.of("LANG", "de"), Optional.of(root));

    assertThat(defaults.hidden())
        .contains(
            Path.of("/etc/shadow"), Path.of("/root"), Path.of("/home"), root.toAbsolutePath());
    assertThat(spec.network()).isEqualTo(Network.NONE);
    assertThat(spec.capabilities()).isEmpty();
    assertThat(spec.user()).isEqualTo(SandboxUser.of(64_999, 64_999));
    assertThat(spec.command().cwd()).isEqualTo("/run/hostler/bundle");
    assertThat(spec.command().env())
        .containsEntry("LANG", "de")
        .containsEntry("HOSTLER_BUNDLE", "/run/hostler/bundle");
  }
}
