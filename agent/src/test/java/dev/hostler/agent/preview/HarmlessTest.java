package dev.hostler.agent.preview;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.sandbox.Capability;
import dev.hostler.agent.sandbox.Network;
import dev.hostler.agent.sandbox.SandboxDefaults;
import dev.hostler.agent.sandbox.SandboxSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HarmlessTest {
  private static final SandboxSpec SPEC =
      SandboxDefaults.of(Path.of("/var/lib/x"))
          .spec("a.1", List.of("/bin/true"), Map.of(), Optional.empty());

  @Test
  void whatReachesOutIsTakenAwayAndTold() {
    Harmless harmless =
        Harmless.of(
            SPEC.withNetwork(Network.HOST)
                .withCapabilities(
                    Set.of(Capability.CHOWN, Capability.SYS_TIME, Capability.SYS_BOOT)));
    assertThat(harmless.spec().network()).isEqualTo(Network.NONE);
    assertThat(harmless.spec().capabilities()).containsExactly(Capability.CHOWN);
    assertThat(harmless.unforeseen())
        .hasSize(3)
        .anySatisfy(line -> assertThat(line).contains("network = \"host\""))
        .anySatisfy(line -> assertThat(line).contains("CAP_SYS_BOOT, CAP_SYS_TIME"));
  }

  @Test
  void whatDoesNotIsKept() {
    SandboxSpec spec =
        SPEC.withNetwork(Network.LOOPBACK).withCapabilities(Set.of(Capability.FOWNER));
    Harmless harmless = Harmless.of(spec);
    assertThat(harmless.spec()).isEqualTo(spec);
    assertThat(harmless.unforeseen()).singleElement().asString().startsWith("services");
  }
}
