package dev.hostler.lab.bench;

import com.google.protobuf.ByteString;
import dev.hostler.common.signing.CertificateRequest;
import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.common.signing.Pem;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import dev.hostler.proto.v1.AgentLinkGrpc;
import dev.hostler.proto.v1.EnrollRequest;
import dev.hostler.proto.v1.EnrollResponse;
import dev.hostler.proto.v1.EnrollmentGrpc;
import dev.hostler.proto.v1.RenewCertificateRequest;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Prints how many enrolments and renewals a second one controller does, with its clients on the
 * same machine. Each call is a host's: a TLS connection of its own, full handshake and all. Run by
 * {@code lab/measure-certificates}.
 */
public final class CertificateRates {
  private static final int AT_A_TIME = 32;
  private static final int WARM = 300;

  private final Stack stack;
  private final Path ca;

  private CertificateRates(Stack stack) {
    this.stack = stack;
    this.ca = stack.data().resolve("controller/operator/ca.crt");
  }

  /**
   * Measures.
   *
   * @param args how many hosts; default 2000
   */
  public static void main(String[] args) throws Exception {
    int hosts = args.length > 0 ? Integer.parseInt(args[0]) : 2000;
    Path data = Files.createTempDirectory("hostler-rates-");
    try (Stack stack = Stack.start(Stack.checkout(), data)) {
      CertificateRates rates = new CertificateRates(stack);
      List<Host> warm = rates.hosts("warm", WARM);
      rates.each(warm, rates::enrol);
      rates.each(warm, rates::renew);
      List<Host> all = rates.hosts("host", hosts);
      System.out.println("| what | seen |\n|---|---|");
      rates.row(
          hosts + " enrolments with one token, each over a connection of its own",
          all,
          rates::enrol);
      rates.row(hosts + " renewals, each over a connection of its own", all, rates::renew);
    } finally {
      try (Stream<Path> files = Files.walk(data)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /** A host, with all keys made before the clock runs. */
  private static final class Host {
    final String token;
    final String name;
    final KeyPair key = KeyAlgorithm.EC_P256.generate();
    final byte[] csr;
    final byte[] nextCsr;
    byte[] certificate = {};

    Host(String token, String name) throws Exception {
      this.token = token;
      this.name = name;
      csr = CertificateRequest.create(key, name);
      nextCsr = CertificateRequest.create(KeyAlgorithm.EC_P256.generate(), name);
    }
  }

  private interface Call {
    void of(Host host) throws Exception;
  }

  private List<Host> hosts(String name, int count) throws Exception {
    CliResult made = stack.cli("token", "create", "--uses", Integer.toString(count), "--ttl", "1h");
    String token = made.text().strip();
    List<Host> hosts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      hosts.add(new Host(token, name + "-" + i));
    }
    return hosts;
  }

  private void row(String what, List<Host> hosts, Call call) throws Exception {
    double cpu = controllerCpuSeconds();
    long start = System.nanoTime();
    each(hosts, call);
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.println(
        String.format(
            Locale.ROOT,
            "| %s | %.0f/s (%.1f s); %.1f ms of a CPU each in the controller |",
            what,
            hosts.size() / seconds,
            seconds,
            (controllerCpuSeconds() - cpu) * 1000 / hosts.size()));
  }

  /** Of its JVM; the embedded PostgreSQL has processes of its own. */
  private double controllerCpuSeconds() {
    return ProcessHandle.of(stack.controller().pid())
        .flatMap(process -> process.info().totalCpuDuration())
        .map(cpu -> cpu.toNanos() / 1e9)
        .orElse(0.0);
  }

  private void each(List<Host> hosts, Call call) throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_A_TIME)) {
      List<Future<?>> all = new ArrayList<>();
      for (Host host : hosts) {
        all.add(
            pool.submit(() -> {
              call.of(host);
              return null;
            }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  private void enrol(Host host) throws Exception {
    ManagedChannel channel =
        channel(TlsChannelCredentials.newBuilder().trustManager(ca.toFile()).build());
    try {
      EnrollResponse response =
          EnrollmentGrpc.newBlockingStub(channel)
              .enroll(
                  EnrollRequest.newBuilder()
                      .setToken(host.token)
                      .setHostName(host.name)
                      .setCsr(ByteString.copyFrom(host.csr))
                      .setProtocolMin(1)
                      .setProtocolMax(1)
                      .build());
      host.certificate =
          Pem.encode(
                  List.of(Pem.certificate(response.getCertificateChain(0).toByteArray(), "answer")))
              .getBytes(StandardCharsets.US_ASCII);
    } finally {
      channel.shutdownNow();
    }
  }

  private void renew(Host host) throws Exception {
    ManagedChannel channel =
        channel(
            TlsChannelCredentials.newBuilder()
                .trustManager(ca.toFile())
                .keyManager(
                    new ByteArrayInputStream(host.certificate),
                    new ByteArrayInputStream(
                        Pem.encode(host.key.getPrivate()).getBytes(StandardCharsets.US_ASCII)))
                .build());
    try {
      AgentLinkGrpc.newBlockingStub(channel)
          .renewCertificate(
              RenewCertificateRequest.newBuilder()
                  .setCsr(ByteString.copyFrom(host.nextCsr))
                  .build());
    } finally {
      channel.shutdownNow();
    }
  }

  private ManagedChannel channel(ChannelCredentials credentials) {
    return Grpc.newChannelBuilderForAddress("127.0.0.1", stack.agentPort(), credentials).build();
  }
}
