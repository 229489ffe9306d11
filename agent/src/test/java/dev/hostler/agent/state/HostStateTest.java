package dev.hostler.agent.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostler.agent.state.HostState.Phase;
import dev.hostler.agent.state.HostState.Value;
import dev.hostler.trust.bundle.StateEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernel parameters, packages and files of values; the rest has tests of its own. */
class HostStateTest {
  @TempDir Path folder;

  private static List<StateEntry> entries(String... texts) {
    return Stream.of(texts).map(StateEntry::parse).toList();
  }

  private Path sysctl(String relative, String value) throws IOException {
    Path file = folder.resolve("proc/sys").resolve(relative);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, value + "\n");
  }

  private HostState state() {
    return HostState.below(folder);
  }

  @Test
  void kernelParametersAreReadFromTheKernel() throws Exception {
    assertThat(HostState.ofHost().read(entries("sysctl:kernel.ostype")))
        .containsExactly(new Value(StateEntry.parse("sysctl:kernel.ostype"), "Linux"));
    assertThatThrownBy(() -> HostState.ofHost().read(entries("sysctl:kernel.no_such_thing")))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "sysctl:kernel.no_such_thing: this kernel has no parameter kernel.no_such_thing");
  }

  @Test
  void kernelParametersAreBroughtBack() throws Exception {
    HostState state = state();
    Path forward = sysctl("net/ipv4/ip_forward", "0");
    Path dotted = sysctl("net/ipv4/conf/eth0.7/forwarding", "1");
    List<Value> then =
        state.read(entries("sysctl:net.ipv4.ip_forward", "sysctl:net/ipv4/conf/eth0.7/forwarding"));
    assertThat(state.differences(then)).isEmpty();
    Files.writeString(forward, "1\n");
    Files.writeString(dotted, "0\n");
    assertThat(state.differences(then))
        .containsExactly(
            "sysctl:net.ipv4.ip_forward: was \"0\", is \"1\"",
            "sysctl:net/ipv4/conf/eth0.7/forwarding: was \"1\", is \"0\"");
    assertThat(state.restore(then, Phase.FILES)).isEmpty();
    assertThat(state.differences(then)).hasSize(2);
    assertThat(state.restore(then, Phase.REST)).isEmpty();
    assertThat(state.differences(then)).isEmpty();
    assertThat(forward).hasContent("0\n");

    Files.delete(forward);
    Files.writeString(dotted, "0\n");
    assertThat(state.restore(then, Phase.REST))
        .singleElement()
        .asString()
        .contains("sysctl:net.ipv4.ip_forward: not restored: this kernel has no parameter");
    assertThat(dotted).as("the rest goes on").hasContent("1\n");
    assertThat(state.differences(then)).singleElement().asString().contains("no parameter");
  }

  @Test
  void packagesAreReadFromTheirManager() throws Exception {
    List<Value> values =
        HostState.ofHost().read(entries("package:bash", "package:no-such-package"));
    assertThat(values.getFirst().value()).isNotEqualTo("absent").doesNotContain(" ");
    assertThat(values.getLast().value()).isEqualTo("absent");
  }

  private ScriptedHost dpkg() throws IOException {
    return new ScriptedHost(folder)
        .program("dpkg-query", "[ -s version ] || exit 1; echo \"installed $(cat version)\"\n")
        .program(
            "apt-get",
            """
            echo "$@" >> calls
            for last; do :; done
            case "$*" in
              *" remove "*) : > version ;;
              *=9.9) echo 'E: Version 9.9 was not found'; exit 100 ;;
              *) echo "${last#*=}" > version ;;
            esac
            """);
  }

  @Test
  void packagesAreBroughtBack() throws Exception {
    ScriptedHost host = dpkg().has("version", "1.2-1");
    HostState state = state();
    List<Value> then = state.read(entries("package:web"));
    host.has("version", "2.0-1");
    assertThat(state.restore(then, Phase.REST)).isEmpty();
    assertThat(host.now("version")).isEqualTo("2.0-1");
    assertThat(state.restore(then, Phase.FILES)).isEmpty();
    assertThat(host.now("version")).isEqualTo("1.2-1");
    assertThat(host.now("calls")).contains("--allow-downgrades", "install web=1.2-1");

    host.has("version", "");
    List<Value> without = state.read(entries("package:web"));
    host.has("version", "2.0-1");
    assertThat(state.restore(without, Phase.FILES)).isEmpty();
    assertThat(state.differences(without)).isEmpty();

    assertThat(
            state.restore(List.of(new Value(StateEntry.parse("package:web"), "9.9")), Phase.FILES))
        .singleElement()
        .asString()
        .contains("package:web: not restored: apt-get: E: Version 9.9 was not found");
  }

  @Test
  void rpmIsUsedWhereThereIsNoDpkg() throws Exception {
    ScriptedHost host =
        new ScriptedHost(folder)
            .program("rpm", "[ -s version ] || exit 1; cat version\n")
            .program(
                "dnf",
                "case $2 in remove) : > version ;; *) echo \"${3#web-}\" > version ;; esac\n")
            .has("version", "0:1.2-1");
    Packages packages = new Packages(host.programs());
    assertThat(packages.read("web")).isEqualTo("0:1.2-1");
    host.has("version", "0:2.0-1");
    packages.restore("web", "0:1.2-1");
    assertThat(packages.read("web")).isEqualTo("0:1.2-1");
    packages.restore("web", "absent");
    assertThat(packages.read("web")).isEqualTo("absent");
    packages.restore("web", "0:3-1");
    assertThat(packages.read("web")).isEqualTo("0:3-1");
    Files.delete(folder.resolve("usr/bin/rpm"));
    assertThatThrownBy(() -> packages.read("web")).hasMessageContaining("neither dpkg nor rpm");
  }

  @Test
  void valuesAreKeptInAFile() throws Exception {
    List<Value> values =
        List.of(
            new Value(StateEntry.parse("nftables"), "table inet x {\n\t# ü\n}"),
            new Value(StateEntry.parse("systemd:a@b.service"), "enabled active"));
    assertThat(StateFile.parse(new byte[0], "f")).isEmpty();
    assertThat(StateFile.parse(StateFile.bytes(values), "f")).isEqualTo(values);
    for (String damage : List.of("x", "nftables\t%%%", "unknown:a\tYQ==")) {
      assertThatThrownBy(() -> StateFile.parse(damage.getBytes(StandardCharsets.UTF_8), "f"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("f is damaged");
    }
  }

  @Test
  void programsThatSayTooMuchOrAreNotThereAreTold() throws Exception {
    ScriptedHost host = new ScriptedHost(folder).program("chatty", "yes | head -c 5000000\n");
    assertThatThrownBy(() -> host.programs().run("", "chatty"))
        .hasMessageContaining("says more than 4 MiB");
    assertThatThrownBy(() -> host.programs().run("", "no-such-program"))
        .hasMessageContaining("this host has no no-such-program");
    assertThat(new HostPrograms.Said(3, "").last()).isEqualTo("exit code 3");
  }
}
