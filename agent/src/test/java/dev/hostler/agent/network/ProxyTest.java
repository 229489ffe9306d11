package dev.hostler.agent.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.hostler.agent.attempt.NetworkUse;
import dev.hostler.agent.denial.Denial;
import dev.hostler.agent.sandbox.Network;
import dev.hostler.agent.sandbox.SandboxUnsupportedException;
import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The proxy through its Unix socket, to a real server that echoes. */
@org.junit.jupiter.api.Timeout(60)
class ProxyTest {
  private static final byte[] GREETING = {5, 1, 0};

  @TempDir Path folder;
  private ServerSocketChannel server;
  private int port;
  private final AtomicInteger accepted = new AtomicInteger();
  private NetworkPolicy policy = NetworkPolicy.OPEN;
  private AttemptNetwork network;
  private final List<SocketChannel> clients = new ArrayList<>();
  private final AtomicInteger told = new AtomicInteger();
  private final List<Denial> violations = new CopyOnWriteArrayList<>();
  private volatile String nameLeadsTo = "127.0.0.1";

  private final AttemptNetwork.Listener listener =
      new AttemptNetwork.Listener() {
        @Override
        public void denied() {
          told.incrementAndGet();
        }

        @Override
        public void violated(Denial what) {
          violations.add(what);
        }
      };

  @BeforeEach
  void echo() throws Exception {
    server = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0), 500);
    port = ((InetSocketAddress) server.getLocalAddress()).getPort();
    Thread.ofVirtual()
        .start(() -> {
          try {
            while (true) {
              SocketChannel one = server.accept();
              accepted.incrementAndGet();
              Thread.ofVirtual().start(() -> echo(one));
            }
          } catch (IOException _) {
            // the end of the test
          }
        });
  }

  private static void echo(SocketChannel one) {
    ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    try (one) {
      while (one.read(bytes.clear()) >= 0) {
        bytes.flip();
        while (bytes.hasRemaining()) {
          one.write(bytes);
        }
      }
    } catch (IOException _) {
      // the client went
    }
  }

  private Networks networks() {
    return new Networks(
        policy, _ -> List.of(InetAddress.ofLiteral(nameLeadsTo)), TimeSource.system());
  }

  private void open(int connections, boolean kill, String... peers) throws Exception {
    network = networks().open(folder, List.of(peers), connections, kill, listener);
  }

  @AfterEach
  void close() throws Exception {
    for (SocketChannel one : clients) {
      one.close();
    }
    if (network != null) {
      network.close();
    }
    server.close();
  }

  private SocketChannel client() throws IOException {
    SocketChannel channel =
        SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("net/proxy")));
    clients.add(channel);
    return channel;
  }

  private static void send(SocketChannel to, byte[] bytes) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(bytes);
    while (all.hasRemaining()) {
      to.write(all);
    }
  }

  private static void send(SocketChannel to, String text) throws IOException {
    send(to, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** So many bytes, fewer at the end. */
  private static String take(SocketChannel from, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    try {
      while (bytes.hasRemaining() && from.read(bytes) >= 0) {
        // more
      }
    } catch (SocketException _) {
      // reset: the other end had no use for all that was sent
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
  }

  private static byte[] join(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
    Arrays.stream(parts).forEach(all::put);
    return all.array();
  }

  private byte[] request(int command, int kind, byte[] address, int to) {
    return join(
        new byte[] {5, (byte) command, 0, (byte) kind},
        address,
        new byte[] {(byte) (to >> 8), (byte) to});
  }

  private static byte[] named(String name) {
    return join(new byte[] {(byte) name.length()}, name.getBytes(StandardCharsets.US_ASCII));
  }

  /** Greeting and request at once; what comes back, in hexadecimal. */
  private String socks(SocketChannel client, int command, int kind, byte[] address, int to)
      throws IOException {
    send(client, join(GREETING, request(command, kind, address, to)));
    return HexFormat.of().formatHex(take(client, 12).getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String reply(int code) {
    return "0500" + "05%02x0001000000000000".formatted(code);
  }

  private String connect(String authority) throws IOException {
    SocketChannel client = client();
    send(client, "CONNECT " + authority + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return take(client, 500);
  }

  @Test
  void connectsByHttpAndCountsBytes() throws Exception {
    open(8, false, "127.0.0.1:" + port);
    SocketChannel client = client();
    send(client, "CONNECT 127.0.0.1:" + port + " HTTP/1.1\r\nHost: x\r\n\r\nearly ");
    assertThat(take(client, 39)).isEqualTo("HTTP/1.1 200 Connection established\r\n\r\n");
    send(client, "late");
    client.shutdownOutput();
    assertThat(take(client, 100)).isEqualTo("early late");
    await().until(() -> network.use().receivedBytes() == 10);
    assertThat(network.use())
        .isEqualTo(
            new NetworkUse(
                1, 0, 1, 10, 10, List.of(new NetworkUse.OfPeer("127.0.0.1:" + port, 1, 10, 10))));
    assertThat(told).hasValue(0);
  }

  @Test
  void connectsBySocksToAddressesAndNames() throws Exception {
    open(8, false, "127.0.0.1:" + port, "me.test:" + port);
    byte[] mapped = new byte[16];
    mapped[10] = mapped[11] = (byte) 0xff;
    mapped[12] = 127;
    mapped[15] = 1;
    SocketChannel client = client();
    assertThat(socks(client, 1, 1, new byte[] {127, 0, 0, 1}, port)).isEqualTo(reply(0));
    send(client, "hello");
    assertThat(take(client, 5)).isEqualTo("hello");
    assertThat(socks(client(), 1, 4, mapped, port)).isEqualTo(reply(0));
    assertThat(socks(client(), 1, 3, named("ME.test."), port)).isEqualTo(reply(0));
    assertThat(socks(client(), 1, 3, named("127.0.0.1"), port)).isEqualTo(reply(0));
    assertThat(network.use().connections()).isEqualTo(4);
    assertThat(network.use().mostAtOnce()).isEqualTo(4);
  }

  @Test
  void whatIsNotListedIsDeniedAndTold() throws Exception {
    open(8, false, "127.0.0.1:" + port);
    assertThat(connect("198.51.100.7:443"))
        .startsWith("HTTP/1.1 403 Forbidden\r\n")
        .endsWith("hostler: 198.51.100.7:443: not in the allow-list\n");
    assertThat(connect("evil.example:443")).startsWith("HTTP/1.1 403");
    assertThat(socks(client(), 1, 1, new byte[] {127, 0, 0, 1}, port + 1)).isEqualTo(reply(2));
    assertThat(socks(client(), 1, 3, named("evil.example"), 443)).isEqualTo(reply(2));
    assertThat(network.denials())
        .extracting(one -> one.text() + " x" + one.count())
        .containsExactly(
            "connect(198.51.100.7:443: not in the allow-list) x1",
            "connect(evil.example:443: not in the allow-list) x2",
            "connect(127.0.0.1:" + (port + 1) + ": not in the allow-list) x1");
    assertThat(network.denials()).extracting(Denial::slot).containsExactly(128, 129, 130);
    assertThat(network.use().refused()).isEqualTo(4);
    assertThat(accepted).hasValue(0);
    assertThat(told.get()).isEqualTo(3);
    await().until(() -> told.get() == 4); // the count, a while later
    assertThat(violations).isEmpty();
  }

  /** The attack: a listed name of the attacker's leads to the host itself. */
  @Test
  void aNameThatLeadsToTheHostIsDenied() throws Exception {
    open(8, false, "evil.test:" + port);
    assertThat(socks(client(), 1, 3, named("evil.test"), port)).isEqualTo(reply(2));
    nameLeadsTo = "198.51.100.1";
    assertThat(socks(client(), 1, 3, named("evil.test"), port)).isEqualTo(reply(2));
    assertThat(network.denials().getFirst().text())
        .contains("it resolves to 127.0.0.1, a special address");
    assertThat(accepted).hasValue(0);
    network.close();
    // With the host's address declared as well, the same way leads there: nothing else holds it up.
    deleteNet();
    nameLeadsTo = "127.0.0.1";
    open(8, false, "evil.test:" + port, "127.0.0.1:" + port);
    assertThat(socks(client(), 1, 3, named("evil.test"), port)).isEqualTo(reply(0));
    await().until(() -> accepted.get() == 1);
  }

  private void deleteNet() throws IOException {
    Files.deleteIfExists(folder.resolve("net/proxy"));
    Files.delete(folder.resolve("net"));
  }

  @Test
  void requestsThatMakeNoSenseAreAnsweredAndTold() throws Exception {
    open(8, false, "127.0.0.1:" + port);
    assertThat(connect("127.0.0.1")).startsWith("HTTP/1.1 400").contains("HOST:PORT");
    assertThat(connect("127.1:80")).startsWith("HTTP/1.1 400");
    SocketChannel get = client();
    send(get, "GET http://127.0.0.1/ HTTP/1.1\r\n\r\n");
    assertThat(take(get, 500)).startsWith("HTTP/1.1 405").contains("Allow: CONNECT");
    SocketChannel nine = client();
    send(nine, "NONSENSE\r\n\r\n");
    assertThat(take(nine, 500)).startsWith("HTTP/1.1 400");
    assertThat(socks(client(), 2, 1, new byte[] {127, 0, 0, 1}, port)).isEqualTo(reply(7));
    assertThat(socks(client(), 1, 3, named("a b"), port)).isEqualTo(reply(8));
    assertThat(socks(client(), 1, 9, new byte[0], port)).isEqualTo(reply(8));
    SocketChannel password = client();
    send(password, new byte[] {5, 1, 2});
    assertThat(take(password, 10)).isEqualTo("\u0005\u00ff");
    SocketChannel other = client();
    send(other, "\u0080");
    assertThat(take(other, 10)).isEmpty();
    SocketChannel endless = client();
    send(endless, "CONNECT " + "x".repeat(20_000));
    assertThat(take(endless, 10)).isEmpty();
    assertThat(accepted).hasValue(0);
    assertThat(network.denials()).hasSize(5);
  }

  @Test
  void aPeerThatIsNotThereIsNoDenial() throws Exception {
    open(8, false, "127.0.0.1:1", "gone.test:" + port);
    assertThat(connect("127.0.0.1:1")).startsWith("HTTP/1.1 502").contains("refused");
    assertThat(socks(client(), 1, 1, new byte[] {127, 0, 0, 1}, 1)).isEqualTo(reply(5));
    assertThat(network.denials()).isEmpty();
    assertThat(network.use().connections()).isZero();
  }

  @Test
  void noMoreConnectionsAtOnceThanDeclaredOrThanTheHostPermits() throws Exception {
    policy = new NetworkPolicy(Network.HOST, Optional.empty(), List.of(), 2);
    open(400, false, "127.0.0.1:" + port);
    byte[] there = {127, 0, 0, 1};
    SocketChannel first = client();
    assertThat(socks(first, 1, 1, there, port)).isEqualTo(reply(0));
    assertThat(socks(client(), 1, 1, there, port)).isEqualTo(reply(0));
    assertThat(socks(client(), 1, 1, there, port)).isEqualTo(reply(1));
    assertThat(connect("127.0.0.1:" + port))
        .startsWith("HTTP/1.1 503")
        .contains("more than 2 connections");
    assertThat(network.denials()).singleElement().matches(Denial::routine);
    first.close();
    await().until(() -> socks(client(), 1, 1, there, port).equals(reply(0)));
    assertThat(network.use().mostAtOnce()).isEqualTo(2);
  }

  @Test
  void whoSaysNothingKeepsNobodyElseOut() throws Exception {
    open(1, false, "127.0.0.1:" + port);
    List<SocketChannel> silent = new ArrayList<>();
    for (int i = 0; i < 17; i++) {
      silent.add(client());
    }
    assertThat(take(client(), 1)).isEmpty(); // one too many of this attempt
    silent.getFirst().close();
    await().until(() -> socks(client(), 1, 1, new byte[] {127, 0, 0, 1}, port).equals(reply(0)));
  }

  @Test
  void answersQuestionsAboutNames() throws Exception {
    nameLeadsTo = "198.51.100.1";
    open(8, false, "repo.test:443");
    SocketChannel client = client();
    for (String name : List.of("repo.test", "evil.test")) {
      byte[] query = DnsAnswersTest.query(name, 1);
      send(client, join(new byte[] {0, (byte) query.length}, query));
      String answer = take(client, 2 + query.length + (name.equals("repo.test") ? 16 : 0));
      assertThat(answer.charAt(5) & 0xf).isEqualTo(name.equals("repo.test") ? 0 : 3);
    }
    assertThat(network.denials()).singleElement().extracting(Denial::call).isEqualTo("lookup");
  }

  @Test
  void theFirstViolationIsToldOnceWhereItIsToEndTheAttempt() throws Exception {
    open(1, true, "127.0.0.1:" + port);
    socks(client(), 1, 1, new byte[] {127, 0, 0, 1}, port);
    socks(client(), 1, 1, new byte[] {127, 0, 0, 1}, port); // one too many is no violation
    assertThat(violations).isEmpty();
    connect("198.51.100.7:443");
    connect("198.51.100.8:443");
    assertThat(violations)
        .singleElement()
        .extracting(Denial::detail)
        .asString()
        .startsWith("198.51.100.7:443");
  }

  @Test
  void anAgentThatIsStartedAgainGoesOnWithPinsAndCounts() throws Exception {
    open(8, true, "127.0.0.1:" + port, "me.test:" + port);
    SocketChannel client = client();
    assertThat(socks(client, 1, 3, named("me.test"), port)).isEqualTo(reply(0));
    send(client, "hello");
    assertThat(take(client, 5)).isEqualTo("hello");
    connect("198.51.100.7:443");
    NetworkUse before = network.use();
    network.close();
    assertThat(take(client, 1)).isEmpty();
    assertThatThrownBy(this::client).isInstanceOf(IOException.class);
    nameLeadsTo = "198.51.100.9"; // by now it leads elsewhere: only the pin is followed
    network = networks().reopen(folder, listener);
    assertThat(network.use()).isEqualTo(before);
    assertThat(network.denials()).hasSize(1);
    assertThat(socks(client(), 1, 3, named("me.test"), port)).isEqualTo(reply(0));
    assertThat(network.use().connections()).isEqualTo(2);
    connect("198.51.100.7:443");
    assertThat(network.denials()).singleElement().extracting(Denial::count).isEqualTo(2L);
    assertThat(networks().reopen(folder.resolve("nothing"), listener)).isNull();
    Files.writeString(folder.resolve("network"), "{}");
    assertThatThrownBy(() -> networks().reopen(folder, listener)).isInstanceOf(IOException.class);
  }

  @Test
  void manyAtOnceAndNoByteLost() throws Exception {
    open(100, false, "127.0.0.1:" + port);
    List<Thread> threads = new ArrayList<>();
    AtomicInteger right = new AtomicInteger();
    byte[] some = new byte[300_000];
    new java.util.Random(7).nextBytes(some);
    String expected = new String(some, StandardCharsets.ISO_8859_1);
    for (int i = 0; i < 50; i++) {
      SocketChannel client = client();
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  socks(client, 1, 1, new byte[] {127, 0, 0, 1}, port);
                  Thread back =
                      Thread.ofVirtual()
                          .start(() -> {
                            try {
                              send(client, some);
                              client.shutdownOutput();
                            } catch (IOException _) {
                              // seen by the reader
                            }
                          });
                  if (take(client, some.length + 1).equals(expected)) {
                    right.incrementAndGet();
                  }
                  back.join();
                } catch (IOException | InterruptedException _) {
                  // not right
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(right).hasValue(50);
    await().until(() -> network.use().sentBytes() == 50L * some.length);
    assertThat(network.use().receivedBytes()).isEqualTo(50L * some.length);
  }

  @Test
  void whatTheHostDoesNotPermitIsRefused() {
    policy = new NetworkPolicy(Network.LOOPBACK, Optional.empty(), List.of(), 1);
    assertThatThrownBy(() -> networks().require(Network.ALLOW_LIST))
        .isInstanceOf(SandboxUnsupportedException.class)
        .hasMessageContaining("this host permits at most loopback");
  }

  @Test
  void aPathMayBeLongerThanThatOfASocket() throws Exception {
    Path deep = folder.resolve("x".repeat(100));
    network = networks().open(deep, List.of("127.0.0.1:" + port), 1, false, listener);
    Path link = Files.createSymbolicLink(folder.resolve("l"), deep.resolve("net"));
    try (SocketChannel client =
        SocketChannel.open(UnixDomainSocketAddress.of(link.resolve("proxy")))) {
      assertThat(socks(client, 1, 1, new byte[] {127, 0, 0, 1}, port)).isEqualTo(reply(0));
    }
  }
}
