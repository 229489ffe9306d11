package dev.hostler.lab.stack;

import dev.hostler.common.signing.KeyAlgorithm;
import dev.hostler.trust.KeyPurpose;
import dev.hostler.trust.SigningKeys;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * A whole Hostler in a folder: one controller with its embedded PostgreSQL and any number of
 * agents, each a process, on loopback ports that were free. {@link #cli} and {@link #addAgent} may
 * be called by several threads, the rest by one.
 */
public final class Stack implements AutoCloseable {
  private static final Duration READY = Duration.ofMinutes(2);

  private final Path home;
  private final Path data;
  private final Keys keys;
  private final int agentPort;
  private final int operatorPort;
  private final int metricsPort;
  private final Map<String, AgentHost> agents = new ConcurrentHashMap<>();
  private Daemon controller;

  private Stack(Path home, Path data, String more) throws IOException, InterruptedException {
    this.home = home;
    this.data = data;
    keys = Keys.make(data.resolve("operators"));
    int[] ports = freePorts(3);
    agentPort = ports[0];
    operatorPort = ports[1];
    metricsPort = ports[2];
    Files.writeString(
        data.resolve("controller.toml"),
        """
        data_dir = "%s"

        [agent_port]
        listen = "127.0.0.1:%d"

        [operator_port]
        listen = "127.0.0.1:%d"

        [metrics]
        listen = "127.0.0.1:%d"

        # Delegated, so that tests need not sign an index after each push.
        [index]
        certificate = "%s"
        key = "%s"

        [trust]
        operator_roots = "%s"
        """
                .formatted(
                    data.resolve("controller"),
                    agentPort,
                    operatorPort,
                    metricsPort,
                    indexSigner().resolve(SigningKeys.SIGNER_CERTIFICATE),
                    indexSigner().resolve(SigningKeys.SIGNER_KEY),
                    keys.root())
            + more);
    SigningKeys.create(
        indexSigner(),
        "lab",
        "index",
        KeyPurpose.INDEX_SIGNER,
        KeyAlgorithm.EC_P256,
        Instant.now());
    controller = launchController();
  }

  /**
   * Starts a controller.
   *
   * @param home the built checkout
   * @param data an empty folder for all state
   */
  public static Stack start(Path home, Path data) throws IOException, InterruptedException {
    return start(home, data, "");
  }

  /**
   * Starts a controller.
   *
   * @param more keys for the end of section [trust] of controller.toml
   */
  public static Stack start(Path home, Path data, String more)
      throws IOException, InterruptedException {
    return new Stack(home, data, more);
  }

  /** The checkout that the running class is from: the nearest folder above with {@code mvnw}. */
  public static Path checkout() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("mvnw"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("not inside a checkout of Hostler");
      }
    }
    return folder;
  }

  /** The controller's process. */
  public Daemon controller() {
    return controller;
  }

  /** Starts the controller again after it was stopped or killed, and waits until it is ready. */
  public void restartController() throws InterruptedException {
    controller = launchController();
  }

  /** Where agents connect. */
  public int agentPort() {
    return agentPort;
  }

  /** The metrics of the controller, as Prometheus reads them. */
  public String metrics() throws IOException {
    try (InputStream in =
        URI.create("http://127.0.0.1:" + metricsPort + "/metrics").toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Where operators connect. */
  public int operatorPort() {
    return operatorPort;
  }

  /** The folder with the keys of the index signer; its root is pinned on every agent. */
  public Path indexSigner() {
    return data.resolve("index-signer");
  }

  /** The keys of the operator as whom the CLI is run. */
  public Keys keys() {
    return keys;
  }

  /** The folder of all state. */
  public Path data() {
    return data;
  }

  /** Enrols and starts an agent, and waits until it is connected. */
  public AgentHost addAgent(String name) throws IOException, InterruptedException {
    return addAgent(name, "");
  }

  /**
   * Enrols and starts an agent, and waits until it is connected.
   *
   * @param more sections for the end of agent.toml
   */
  public AgentHost addAgent(String name, String more) throws IOException, InterruptedException {
    AgentHost host = enrol(name, more);
    host.start();
    awaitConnected(name);
    return host;
  }

  /**
   * Enrols an agent that is still to be started.
   *
   * @param more sections for the end of agent.toml
   */
  public AgentHost enrol(String name, String more) throws IOException {
    AgentHost host = AgentHost.enrol(this, home, data.resolve("agent-" + name), name, more);
    agents.put(name, host);
    return host;
  }

  /** Waits until the controller lists the host as connected. */
  public void awaitConnected(String name) throws InterruptedException {
    await(
        "host " + name + " connected",
        () ->
            cli("host", "show", name, "-o", "json")
                .text()
                .matches("(?s).*\"connected\" ?: ?true.*"));
  }

  /** Runs the CLI as the operator and waits for its end. */
  public CliResult cli(String... arguments) {
    return cliCall(List.of(arguments)).result();
  }

  /** Starts the CLI as the operator. */
  public CliCall cliCall(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/hostler").toString());
    command.addAll(arguments);
    return CliCall.start(command, cliEnvironment());
  }

  /** What the CLI needs to find this stack. */
  public Map<String, String> cliEnvironment() {
    Path operator = data.resolve("controller/operator");
    return Map.of(
        "HOSTLER_CONFIG", data.resolve("cli.toml").toString(),
        "HOSTLER_CONTROLLER", "127.0.0.1:" + operatorPort,
        "HOSTLER_CA", operator.resolve("ca.crt").toString(),
        "HOSTLER_CERT", keys.certificate().toString(),
        "HOSTLER_KEY", keys.key().toString());
  }

  /** Polls until something is so; for states of other processes, which offer nothing to wait on. */
  @SuppressWarnings("BusyWait")
  public static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + READY.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("not so after " + READY + ": " + what);
      }
      Thread.sleep(50);
    }
  }

  private Daemon launchController() throws InterruptedException {
    Daemon started =
        Daemon.start(
            "controller",
            data.resolve("controller.log"),
            Map.of(),
            List.of(
                home.resolve("bin/hostler-controller").toString(),
                "--config",
                data.resolve("controller.toml").toString()));
    await(
        "controller ready",
        () -> {
          if (!started.isAlive()) {
            throw new IllegalStateException("the controller ended:\n" + started.log());
          }
          return ready();
        });
    return started;
  }

  private boolean ready() {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + metricsPort + "/healthz/ready")
                  .toURL()
                  .openConnection();
      connection.setConnectTimeout(1000);
      connection.setReadTimeout(1000);
      return connection.getResponseCode() == 200;
    } catch (IOException _) {
      return false;
    }
  }

  private static int[] freePorts(int count) throws IOException {
    ServerSocket[] sockets = new ServerSocket[count];
    int[] ports = new int[count];
    for (int i = 0; i < count; i++) {
      sockets[i] = new ServerSocket(0);
      ports[i] = sockets[i].getLocalPort();
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    return ports;
  }

  @Override
  public void close() {
    agents.values().forEach(AgentHost::close);
    controller.close();
  }
}
