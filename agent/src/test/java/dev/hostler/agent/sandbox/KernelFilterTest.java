package dev.hostler.agent.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.sandbox.seccomp.Architecture;
import dev.hostler.agent.sandbox.seccomp.ProfileContext;
import dev.hostler.agent.sandbox.seccomp.ProfileParser;
import dev.hostler.agent.sandbox.seccomp.SeccompAction;
import dev.hostler.agent.sandbox.seccomp.SeccompPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The kernel, asked through the launcher, agrees with the profile. */
@EnabledIfSystemProperty(named = "os.arch", matches = "amd64")
class KernelFilterTest {
  private static final int SIGSYS = 31;
  private static SandboxHost host;
  private static Probe probe;

  @BeforeAll
  static void open() throws Exception {
    host = new SandboxHost();
    probe = new Probe(host);
  }

  @AfterAll
  static void close() throws Exception {
    host.close();
  }

  @Test
  void everyDeniedCallOf0To600FailsAsTheProfileSays() throws Exception {
    SeccompPolicy policy =
        ProfileParser.parse(
            ProfileParser.standardProfile(),
            new ProfileContext(Architecture.X86_64, Set.of(), 6, 1));
    TreeMap<Integer, Integer> expected = new TreeMap<>();
    List<String> arguments = new ArrayList<>(List.of("each"));
    for (int number = 0; number <= 600; number++) {
      SeccompAction action = policy.decide(number, new long[6]);
      if (action.kind() == SeccompAction.Kind.ERRNO) {
        expected.put(number, action.errno());
        arguments.add(Integer.toString(number));
      }
    }
    // As root, so that it is the filter that says no.
    SandboxSpec spec = probe.spec(arguments.toArray(String[]::new)).withUser(SandboxUser.of(0, 0));

    String output = host.output(spec);

    TreeMap<Integer, Integer> seen = new TreeMap<>();
    output
        .lines()
        .map(line -> line.split(" "))
        .forEach(pair -> seen.put(Integer.parseInt(pair[0]), Integer.parseInt(pair[1])));
    assertThat(expected).hasSizeGreaterThan(180);
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void callsOfOtherMachinesKill() throws Exception {
    for (String call : List.of("int80", "x32")) {
      RunRecord ended = host.run(probe.spec(call));

      assertThat(ended.signal()).describedAs(call).hasValue(SIGSYS);
      assertThat(ended.outcome()).isEqualTo(RunOutcome.SIGNALED);
    }
  }

  @Test
  void upperBitsDoNotHideAnIoctl() throws Exception {
    assertThat(probe.call("16", "0", "0x5412")).isEqualTo("-1 1");
    assertThat(probe.call("16", "0", "0xdead000000005412")).isEqualTo("-1 1");
    assertThat(probe.call("16", "0", "0xdead00000000541c")).isEqualTo("-1 1");
    assertThat(probe.call("16", "0", "0x5401")).isEqualTo("-1 25"); // ENOTTY: asked the device
  }

  @Test
  void socketsOfOddFamiliesAreDenied() throws Exception {
    assertThat(probe.call("41", "38", "5", "0")).isEqualTo("-1 1"); // AF_ALG
    assertThat(probe.call("41", "40", "1", "0")).isEqualTo("-1 1"); // AF_VSOCK
    assertThat(probe.call("41", "16", "3", "12")).isEqualTo("-1 1"); // NETLINK_NETFILTER
    assertThat(probe.call("41", "2", "1", "0")).isEqualTo("3 0");
  }

  @Test
  void namespacesAreDenied() throws Exception {
    assertThat(probe.call("56", "0x10000011")).isEqualTo("-1 1"); // clone, CLONE_NEWUSER
    assertThat(probe.call("272", "0x10000000")).isEqualTo("-1 1"); // unshare
    assertThat(probe.call("435", "0", "0")).isEqualTo("-1 38"); // clone3
  }

  @Test
  void aBundlesOwnProfileIsEnforced() throws Exception {
    String profile =
        ProfileParser.standardProfile()
            .replaceFirst("\"names\": \\[\"ioctl\"\\]", "\"names\": [\"ioctl\", \"sethostname\"]");
    SandboxSpec denied = probe.spec("sys", "170", "0", "0").withUser(SandboxUser.of(0, 0));
    SandboxSpec allowed =
        probe
            .spec("sys", "170", "0", "0")
            .withUser(SandboxUser.of(0, 0))
            .withCapabilities(Set.of(Capability.SYS_ADMIN))
            .withSeccomp(new Seccomp.Profile(profile));

    assertThat(host.output(denied)).isEqualTo("-1 1\n");
    assertThat(host.output(allowed)).isEqualTo("0 0\n");
  }

  @Test
  void unconfinedIsWhatItSays() throws Exception {
    // unshare of nothing new is denied by no one; keyctl reaches the kernel.
    String filtered = probe.call("250", "99");
    SandboxSpec open = probe.spec("sys", "250", "99").withSeccomp(new Seccomp.Unconfined());

    assertThat(filtered).isEqualTo("-1 1");
    assertThat(host.output(open)).isIn("-1 95\n", "-1 38\n"); // EOPNOTSUPP: the kernel's own answer
  }
}
