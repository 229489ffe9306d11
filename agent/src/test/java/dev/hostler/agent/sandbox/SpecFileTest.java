package dev.hostler.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.sandbox.cgroup.CgroupLimits;
import dev.hostler.agent.sandbox.cgroup.CgroupSettings;
import dev.hostler.agent.sandbox.cgroup.Cgroups;
import dev.hostler.common.time.TimeSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpecFileTest {
  @TempDir Path root;

  private List<String> lines(SandboxSpec spec) throws Exception {
    Files.write(
        root.resolve("mountinfo"),
        List.of("memory", "pids", "freezer").stream()
            .map(name -> "1 1 0:1 / " + root + "/" + name + " rw - cgroup cgroup rw," + name)
            .toList());
    Cgroups cgroups =
        Cgroups.detect(
            new CgroupSettings("t", root.resolve("mountinfo"), root, root, root),
            TimeSource.system());
    byte[] bytes =
        SpecFile.bytes(
            spec, spec.files(), Path.of("/d"), cgroups.open(spec.attempt()), "seccomp.bpf");
    assertThat(bytes).endsWith(0);
    return List.of(new String(bytes, StandardCharsets.UTF_8).split("\0"));
  }

  private SandboxSpec spec() {
    return new SandboxSpec(
        "task.1",
        new Command(List.of("/bin/x", "", "ä=\n"), Map.of("B", "2", "A", "1=1"), "/srv"),
        new SandboxUser(1, 2, List.of(3L, 4L)),
        new FileView(
            List.of(
                WritablePath.of(Path.of("/w")),
                WritablePath.noexec(Path.of("/n")),
                WritablePath.of(Path.of("/a:b"))),
            List.of(Path.of("/r")),
            List.of(Path.of("/h")),
            Optional.of(Path.of("/p")),
            5000),
        Network.LOOPBACK,
        Set.of(Capability.SYS_TIME, Capability.CHOWN),
        new CgroupLimits(1, 0, 0, 1),
        List.of(new Rlimit(Rlimit.Resource.NOFILE, 10, Rlimit.INFINITY)),
        new Seccomp.Standard(),
        new Timing(Duration.ofMillis(1500), Duration.ofMillis(700), Duration.ofSeconds(2)),
        new OutputCaps(7, 8),
        "box",
        OnDenied.KILL);
  }

  @Test
  void everythingIsThereInTheLaunchersWords() throws Exception {
    assertThat(lines(spec()))
        .containsExactly(
            "version=1",
            "attempt=task.1",
            "dir=/d",
            "cgroup_version=1",
            "cgroup=" + root + "/memory/t/task.1",
            "cgroup=" + root + "/pids/t/task.1",
            "cgroup=" + root + "/freezer/t/task.1",
            "argv=/bin/x",
            "argv=",
            "argv=ä=\n",
            "env=A=1=1",
            "env=B=2",
            "cwd=/srv",
            "uid=1",
            "gid=2",
            "group=3",
            "group=4",
            "payload=/p",
            "rw=/w",
            "rw=/n:noexec",
            "rw=/a:b:",
            "ro=/r",
            "hide=/h",
            "tmp_bytes=5000",
            "hostname=box",
            "net=loopback",
            "cap=CAP_CHOWN",
            "cap=CAP_SYS_TIME",
            "rlimit=nofile:10:infinity",
            "seccomp=seccomp.bpf",
            "on_denied=kill",
            "timeout_ms=1500",
            "cpu_time_ms=700",
            "grace_ms=2000",
            "stdout_max=7",
            "stderr_max=8");
  }

  @Test
  void layersAreNamedInTheirOrder() throws Exception {
    SandboxSpec spec = spec();
    assertThat(
            lines(
                spec.withFiles(spec.files().withPreview(List.of(Path.of("/w"), Path.of("/a:b"))))))
        .containsSubsequence("hide=/h", "preview=/w", "preview=/a:b", "tmp_bytes=5000");
  }

  @Test
  void moreThanTheLauncherReadsIsRefused() {
    SandboxSpec spec = spec();
    SandboxSpec large =
        new SandboxSpec(
            "t",
            new Command(List.of("x", "y".repeat(1 << 20)), Map.of(), "/"),
            spec.user(),
            spec.files(),
            spec.network(),
            spec.capabilities(),
            spec.limits(),
            spec.rlimits(),
            spec.seccomp(),
            spec.timing(),
            spec.output(),
            spec.hostname(),
            spec.onDenied());

    assertThatThrownBy(() -> lines(large))
        .isInstanceOf(SandboxUnsupportedException.class)
        .hasMessageContaining("1 MiB");
  }

  @Test
  void withMethodsChangeOneThing() {
    SandboxSpec spec = spec();

    assertThat(spec.withUser(SandboxUser.of(9, 9)).user().uid()).isEqualTo(9);
    assertThat(spec.withNetwork(Network.HOST).network()).isEqualTo(Network.HOST);
    assertThat(spec.withCapabilities(Set.of()).capabilities()).isEmpty();
    assertThat(spec.withRlimits(List.of()).rlimits()).isEmpty();
    assertThat(spec.withLimits(new CgroupLimits(9, 9, 0, 9)).limits().pids()).isEqualTo(9);
    assertThat(spec.withSeccomp(new Seccomp.Unconfined()).seccomp())
        .isEqualTo(new Seccomp.Unconfined());
    assertThat(spec.withTiming(spec.timing()).withOutput(spec.output()).withFiles(spec.files()))
        .isEqualTo(spec);
  }
}
