package dev.hostler.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An action with an allow-list of peers, through all programs. */
class NetworkE2eTest {
  private final Fleet fleet = Fleet.get();
  private final Stack stack = fleet.stack;
  private ServerSocket server;
  private String own;

  /** What is sent to this host's own address comes back. */
  @BeforeEach
  void echo() throws Exception {
    InetAddress address =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(one -> one.getAddress().length == 4 && !one.isLoopbackAddress())
            .findFirst()
            .orElse(null);
    Assumptions.assumeTrue(address != null, "this machine has no address but its loopback");
    own = address.getHostAddress();
    server = new ServerSocket(0, 50, address);
    Thread.ofVirtual()
        .start(() -> {
          try {
            while (true) {
              Socket one = server.accept();
              Thread.ofVirtual().start(() -> echo(one));
            }
          } catch (IOException _) {
            // the end of the test
          }
        });
  }

  private static void echo(Socket one) {
    try (one) {
      one.getInputStream().transferTo(one.getOutputStream());
    } catch (IOException _) {
      // the program went
    }
  }

  @AfterEach
  void close() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private CliResult good(String... arguments) {
    CliResult result = stack.cli(arguments);
    assertThat(result.exitCode()).as(result::toString).isZero();
    return result;
  }

  private void push(String name, String sandbox, String program) throws Exception {
    Path signer = stack.data().resolve("network-signer");
    if (Files.notExists(signer)) {
      good("signer", "create", signer.toString());
      fleet.three.pinBundleRoots(signer.resolve("root.crt"));
    }
    Path source = stack.data().resolve(name);
    Files.createDirectories(source.resolve("payload/bin"));
    Files.writeString(
        source.resolve("bundle.toml"),
        """
        name = "%s"
        version = "1.0.0"

        [actions.go]
        argv = ["bin/go"]

        [actions.go.sandbox]
        %s
        """
            .formatted(name, sandbox));
    Path file = source.resolve("payload/bin/go");
    Files.writeString(file, program);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    String bundle = stack.data().resolve(name + ".hostler").toString();
    good("bundle", "build", source.toString(), "--out", bundle);
    good("bundle", "sign", bundle, "--signer", signer.toString());
    good("bundle", "push", bundle);
  }

  @Test
  void onlyDeclaredPeersAreReachedAndTheRestIsTold() throws Exception {
    String peer = own + ":" + server.getLocalPort();
    push(
        "reaching",
        "network = \"allow-list\"\npeers = [\"" + peer + "\"]\nconnections = 4",
        """
        #!/bin/bash
        exec 3<>/dev/tcp/%1$s/%2$d
        echo without a proxy >&3; head -n1 <&3
        exec 4<>/dev/tcp/127.0.0.1/3128
        printf 'CONNECT %1$s:%2$d HTTP/1.1\\r\\n\\r\\n' >&4
        read -r line <&4; echo "${line%%$'\\r'}"; read -r line <&4
        echo by a proxy >&4; head -n1 <&4
        exec 5<>/dev/tcp/198.51.100.7/443; cat <&5 2>/dev/null || echo denied
        getent hosts evil.example || echo unknown
        echo $HTTPS_PROXY
        """
            .formatted(own, server.getLocalPort()));

    String text = good("sandbox", "show", "reaching", "go").text();
    assertThat(text).contains("only " + peer + ", at most 4 connections at once");

    CliResult result = stack.cli("run", "--host", "three", "reaching", "go");
    assertThat(result.exitCode()).as(result::toString).isZero();
    assertThat(result.text().lines().map(line -> line.replaceAll("^three[^ ]* *[|:] *", "")))
        .contains(
            "without a proxy",
            "HTTP/1.1 200 Connection established",
            "by a proxy",
            "denied",
            "unknown",
            "http://127.0.0.1:3128");
    assertThat(result.stderr())
        .contains("three denied: connect(198.51.100.7:443: not in the allow-list)")
        .contains("three denied: lookup(evil.example: not in the allow-list)");
    String job = result.stderr().replaceAll("(?s).*\\(job ([0-9a-f-]{36})\\).*", "$1");
    assertThat(good("job", "show", job).text())
        .contains("PEER")
        .containsPattern("three +" + peer + " +2 +27 B +27 B")
        .contains("connect(198.51.100.7:443: not in the allow-list)");
    assertThat(good("job", "show", job, "-o", "json").text())
        .contains("\"connections\": 2")
        .contains("\"sent_bytes\": 27")
        .contains("\"call\": \"lookup\"");
  }
}
