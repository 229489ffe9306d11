package dev.hostler.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.agent.attempt.NetworkUse;
import dev.hostler.agent.denial.Denial;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.bundle.Peer;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DnsAnswersTest {
  private static final int A = 1;
  private static final int AAAA = 28;
  private static final int MX = 15;

  private final RefusedPeers refused = new RefusedPeers(List.of());
  private final Switchboard switchboard =
      new Switchboard(
          new AllowList(
              List.of(Peer.parse("repo.example:443"), Peer.parse("gone.example:443")),
              NetworkPolicy.OPEN,
              new PinnedNames(DnsAnswersTest::lookup, TimeSource.system(), Map.of())),
          new Tally(NetworkUse.NONE),
          refused,
          1,
          TimeSource.system(),
          () -> {});

  private static List<InetAddress> lookup(String name) throws UnknownHostException {
    if (name.equals("gone.example")) {
      throw new UnknownHostException("gone.example: no answer");
    }
    return List.of(
        InetAddress.ofLiteral("198.51.100.1"),
        InetAddress.ofLiteral("127.0.0.1"),
        InetAddress.ofLiteral("2001:db8::1"));
  }

  static byte[] query(String name, int type) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(HexFormat.of().parseHex("abcd01000001000000000000"));
    for (String label : name.split("\\.")) {
      out.write(label.length());
      out.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
    }
    out.writeBytes(new byte[] {0, 0, (byte) type, 0, 1});
    return out.toByteArray();
  }

  private String ask(byte[] query) throws Exception {
    return HexFormat.of().formatHex(DnsAnswers.answer(query, switchboard));
  }

  private static String head(int code, int answers) {
    return "abcd81" + "%02x".formatted(0x80 | code) + "0001000" + answers + "00000000";
  }

  private static String question(byte[] query) {
    return HexFormat.of().formatHex(query, 12, query.length);
  }

  @Test
  void declaredNamesHaveTheirAddressesButNoSpecialOnes() throws Exception {
    byte[] v4 = query("Repo.Example", A);
    assertThat(ask(v4))
        .isEqualTo(head(0, 1) + question(v4) + "c00c00010001" + "0000001e" + "0004c6336401");
    byte[] v6 = query("repo.example", AAAA);
    assertThat(ask(v6))
        .isEqualTo(
            head(0, 1)
                + question(v6)
                + "c00c001c0001"
                + "0000001e"
                + "001020010db8000000000000000000000001");
    byte[] mail = query("repo.example", MX);
    assertThat(ask(mail)).isEqualTo(head(0, 0) + question(mail));
    assertThat(refused.all()).isEmpty();
  }

  @Test
  void othersDoNotExistAndAreTold() throws Exception {
    for (String name : List.of("evil.example", "x.repo.example", "secret.evil.example")) {
      byte[] query = query(name, A);
      assertThat(ask(query)).isEqualTo(head(3, 0) + question(query));
    }
    byte[] reverse = query("1.100.51.198.in-addr.arpa", 12);
    assertThat(ask(reverse)).isEqualTo(head(3, 0) + question(reverse));
    byte[] own = query("hostler", A);
    assertThat(ask(own)).isEqualTo(head(3, 0) + question(own));
    assertThat(refused.all())
        .extracting(Denial::text)
        .containsExactly(
            "lookup(evil.example: not in the allow-list)",
            "lookup(x.repo.example: not in the allow-list)",
            "lookup(secret.evil.example: not in the allow-list)",
            "lookup(1.100.51.198.in-addr.arpa: not in the allow-list)",
            "lookup(hostler: not in the allow-list)");
    assertThat(refused.all())
        .extracting(Denial::routine)
        .containsExactly(false, false, false, true, true);
  }

  @Test
  void aDeclaredNameWithoutAnAddressIsAFailure() throws Exception {
    byte[] query = query("gone.example", A);
    assertThat(ask(query)).isEqualTo(head(2, 0) + question(query));
    assertThat(refused.all()).isEmpty();
  }

  @Test
  void whatIsNoQuestionIsSaidSo() throws Exception {
    byte[] update = query("repo.example", A);
    update[2] = 0x28;
    assertThat(ask(update)).startsWith("abcda884");
    byte[] answer = query("repo.example", A);
    answer[2] |= (byte) 0x80;
    assertThat(ask(answer)).startsWith("abcd8181").hasSize(24);
    byte[] two = query("repo.example", A);
    two[5] = 2;
    assertThat(ask(two)).startsWith("abcd8181");
    byte[] chaos = query("version.bind", 16);
    chaos[chaos.length - 1] = 3;
    assertThat(ask(chaos)).startsWith("abcd8181");
    assertThat(ask(new byte[0])).isEqualTo("000080810000000000000000");
  }

  @Test
  void anythingIsAnswered() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 50_000; i++) {
      byte[] query = query("a".repeat(random.nextInt(1, 63)) + ".example", A);
      for (int change = random.nextInt(6); change > 0; change--) {
        query[random.nextInt(query.length)] = (byte) random.nextInt();
      }
      byte[] cut = java.util.Arrays.copyOf(query, random.nextInt(query.length + 1));
      assertThat(DnsAnswers.answer(cut, switchboard))
          .as("seed %d, round %d", seed, i)
          .hasSizeGreaterThanOrEqualTo(12);
    }
    assertThat(refused.all()).hasSize(64);
  }
}
