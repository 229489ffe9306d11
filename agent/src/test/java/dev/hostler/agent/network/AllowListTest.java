package dev.hostler.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.network.AllowList.Decision;
import dev.hostler.agent.sandbox.Network;
import dev.hostler.common.config.AddressRange;
import dev.hostler.common.time.ManualTime;
import dev.hostler.trust.bundle.Peer;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowListTest {
  private final ManualTime time = new ManualTime();
  private final Map<String, Deque<List<InetAddress>>> zone = new HashMap<>();
  private NetworkPolicy host = NetworkPolicy.OPEN;
  private PinnedNames names;

  /** What a name resolves to; once there are several answers, each the next time. */
  private void resolves(String name, String... addresses) {
    zone.computeIfAbsent(name, _ -> new ArrayDeque<>())
        .add(Arrays.stream(addresses).map(InetAddress::ofLiteral).toList());
  }

  private List<InetAddress> lookup(String name) throws UnknownHostException {
    Deque<List<InetAddress>> answers = zone.getOrDefault(name, new ArrayDeque<>());
    if (answers.isEmpty()) {
      throw new UnknownHostException(name);
    }
    return answers.size() > 1 ? answers.remove() : answers.element();
  }

  private AllowList list(String... peers) {
    names = new PinnedNames(this::lookup, time, Map.of());
    return new AllowList(Arrays.stream(peers).map(Peer::parse).toList(), host, names);
  }

  private static InetAddress address(String text) {
    return InetAddress.ofLiteral(text);
  }

  private static void let(Decision decision, String... addresses) {
    assertThat(decision)
        .isEqualTo(new Decision.Let(Arrays.stream(addresses).map(InetAddress::ofLiteral).toList()));
  }

  private static void denied(Decision decision, String why) {
    assertThat(decision).isInstanceOf(Decision.Denied.class);
    assertThat(((Decision.Denied) decision).why()).contains(why);
  }

  @Test
  void onlyWhatIsListed() throws Exception {
    resolves("repo.example", "198.51.100.1", "2001:db8::1");
    resolves("evil.example", "198.51.100.66");
    AllowList list = list("repo.example:443", "10.1.0.0/16:5432", "[2001:db8:1::/48]:80-90");
    let(list.byName("repo.example", 443), "198.51.100.1", "2001:db8::1");
    denied(list.byName("repo.example", 80), "not in the allow-list");
    denied(list.byName("evil.example", 443), "not in the allow-list");
    let(list.byAddress(address("10.1.2.3"), 5432), "10.1.2.3");
    denied(list.byAddress(address("10.1.2.3"), 22), "not in the allow-list");
    denied(list.byAddress(address("10.2.2.3"), 5432), "not in the allow-list");
    let(list.byAddress(address("2001:db8:1::7"), 85), "2001:db8:1::7");
    denied(list.byAddress(address("2001:db8:2::7"), 85), "not in the allow-list");
  }

  /** Programs that speak no proxy look a name up, and connect to its address. */
  @Test
  void theAddressOfAListedNameOnItsPort() throws Exception {
    resolves("repo.example", "198.51.100.1");
    AllowList list = list("repo.example:443");
    let(list.byAddress(address("198.51.100.1"), 443), "198.51.100.1");
    denied(list.byAddress(address("198.51.100.1"), 80), "not in the allow-list");
    denied(list.byAddress(address("198.51.100.2"), 443), "not in the allow-list");
    assertThat(list.knows("repo.example")).isTrue();
    assertThat(list.knows("www.repo.example")).isFalse();
  }

  @Test
  void aNameStaysWhereItLedTheFirstTime() throws Exception {
    resolves("repo.example", "198.51.100.1");
    resolves("repo.example", "127.0.0.1", "198.51.100.2");
    AllowList list = list("repo.example:443");
    let(list.byName("repo.example", 443), "198.51.100.1");
    let(list.byName("repo.example", 443), "198.51.100.1");
    denied(list.byAddress(address("198.51.100.2"), 443), "not in the allow-list");
    denied(list.byAddress(address("127.0.0.1"), 443), "not in the allow-list");
    assertThat(names.pinned()).containsEntry("repo.example", List.of(address("198.51.100.1")));
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
    "fe80::1",
    "ff02::1",
    "fd00:ec2::254"
  })
  void noNameAndNoWideRangeLeadsToSpecialAddresses(String special) throws Exception {
    resolves("evil.example", special);
    AllowList list = list("evil.example:443", "0.0.0.0/0:443", "[::/0]:443");
    denied(list.byName("evil.example", 443), special.equals("::7f00:1") ? "" : "special address");
    denied(list.byAddress(address(special), 443), "a special address");
    assertThat(list.addresses("evil.example")).isEmpty();
    let(list.byAddress(address("198.51.100.1"), 443), "198.51.100.1");
  }

  @Test
  void aMixedAnswerGivesOnlyWhatIsHarmless() throws Exception {
    resolves("repo.example", "127.0.0.1", "198.51.100.1");
    let(list("repo.example:443").byName("repo.example", 443), "198.51.100.1");
  }

  @Test
  void whoMeansASpecialAddressDeclaresIt() throws Exception {
    resolves("db.example", "127.0.0.1");
    AllowList list = list("127.0.0.1:5432", "169.254.0.0/16:80", "db.example:5432");
    let(list.byAddress(address("127.0.0.1"), 5432), "127.0.0.1");
    denied(list.byAddress(address("127.0.0.2"), 5432), "not in the allow-list");
    let(list.byAddress(address("169.254.169.254"), 80), "169.254.169.254");
    let(list.byName("db.example", 5432), "127.0.0.1");
  }

  @Test
  void theHostsOwnAddressesToo() throws Exception {
    InetAddress own =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(one -> !one.isLoopbackAddress() && !one.isLinkLocalAddress())
            .findFirst()
            .orElse(null);
    org.junit.jupiter.api.Assumptions.assumeTrue(own != null, "this host has no address");
    String text = own.getHostAddress().replaceAll("%.*", "");
    String single = text.indexOf(':') < 0 ? text : "[" + text + "]";
    resolves("me.example", text);
    denied(
        list("0.0.0.0/0", "::/0", "me.example:22").byAddress(address(text), 22),
        "an address of the host itself");
    denied(list("me.example:22").byName("me.example", 22), "an address of the host itself");
    let(list(single + ":22").byAddress(address(text), 22), text);
  }

  @Test
  void theHostPermitsLessThanIsDeclared() throws Exception {
    host =
        new NetworkPolicy(
            Network.ALLOW_LIST,
            Optional.of(
                List.of(
                    Peer.parse("repo.example:443"),
                    Peer.parse("10.0.0.0/8:5432"),
                    Peer.parse("0.0.0.0/0:9000"))),
            List.of(AddressRange.parse("10.9.0.0/16")),
            4);
    resolves("repo.example", "198.51.100.1");
    resolves("other.example", "198.51.100.2");
    resolves("db.example", "10.1.1.1");
    AllowList list =
        list(
            "repo.example:440-445",
            "other.example:443",
            "db.example:5432",
            "10.0.0.0/8",
            "127.0.0.1");
    let(list.byName("repo.example", 443), "198.51.100.1");
    denied(list.byName("repo.example", 444), "not in this host's own list");
    denied(list.byName("other.example", 443), "not in this host's own list");
    let(list.byName("db.example", 5432), "10.1.1.1");
    let(list.byAddress(address("10.200.0.1"), 5432), "10.200.0.1");
    denied(list.byAddress(address("10.200.0.1"), 22), "not in this host's own list");
    denied(list.byAddress(address("10.9.0.1"), 5432), "which this host never permits");
    denied(list.byAddress(address("127.0.0.1"), 9000), "not in this host's own list");
    assertThat(host.permits(Network.ALLOW_LIST)).isTrue();
    assertThat(host.permits(Network.HOST)).isFalse();
  }

  @Test
  void aNameWithoutAnAddressIsAskedForAgainAfterAWhile() throws Exception {
    AllowList list = list("late.example:443");
    assertThat(list.byName("late.example", 443)).isInstanceOf(Decision.Unknown.class);
    resolves("late.example", "198.51.100.3");
    assertThat(list.byName("late.example", 443)).isInstanceOf(Decision.Unknown.class);
    denied(list.byAddress(address("198.51.100.3"), 443), "not in the allow-list");
    time.advance(Duration.ofSeconds(6));
    let(list.byName("late.example", 443), "198.51.100.3");
  }
}
