package dev.hostler.agent.link;

import dev.hostler.agent.facts.HostFacts;
import dev.hostler.agent.identity.CertificateRenewal;
import dev.hostler.agent.identity.HostSealing;
import dev.hostler.agent.identity.RenewalException;
import dev.hostler.agent.identity.RootsKeeper;
import dev.hostler.agent.identity.TestIdentity;
import dev.hostler.agent.run.AttemptExecutor;
import dev.hostler.agent.run.ProcessExecutor;
import dev.hostler.agent.trust.OpenTrust;
import dev.hostler.agent.usage.UsageSampler;
import dev.hostler.agent.usage.UsageSettings;
import dev.hostler.agent.work.JobPolicy;
import dev.hostler.agent.work.Ledger;
import dev.hostler.agent.work.TestOperator;
import dev.hostler.agent.work.WorkSettings;
import dev.hostler.agent.work.Workbench;
import dev.hostler.common.time.TimeSource;
import dev.hostler.trust.limits.Limit;
import dev.hostler.trust.limits.Limits;
import io.grpc.Channel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The agent's objects around a link, without TLS and sandbox; can be restarted within a test. */
final class Rig implements AutoCloseable {
  final Path state;
  final ProcessExecutor executor;
  TimeSource time = TimeSource.system();
  int maxParallel = 4;
  JobPolicy policy = JobPolicy.ALL_SIGNED;
  String bootId = "boot-1";
  volatile String hostname = "h1";
  List<String> controllers;
  Duration firstBackoff = Duration.ofMillis(5);
  Duration longestBackoff = Duration.ofMillis(50);
  Duration lastingAfter = Duration.ofSeconds(30);
  Duration answerWithin = Duration.ofSeconds(5);
  Duration factsEvery = Duration.ofMillis(30);

  Ledger ledger;
  Workbench workbench;
  ControllerLink link;
  UsageSampler usage;

  Rig(Path state, ScriptedController... controllers) {
    this.state = state;
    this.executor = new ProcessExecutor(state.resolve("attempts"));
    this.controllers =
        java.util.Arrays.stream(controllers).map(ScriptedController::address).toList();
  }

  Rig start() throws IOException {
    return start(executor);
  }

  Rig start(AttemptExecutor with) throws IOException {
    ledger = Ledger.open(state.resolve("ledger"), time);
    workbench =
        new Workbench(
            TestOperator.admission(state, policy, time),
            ledger,
            with,
            new WorkSettings(maxParallel),
            time,
            bootId);
    usage =
        new UsageSampler(
            new UsageSettings(Duration.ofMillis(100), Duration.ofSeconds(60)),
            state,
            TimeSource.system());
    usage.start();
    link =
        new ControllerLink(
            new LinkSettings(
                controllers, firstBackoff, longestBackoff, lastingAfter, answerWithin, factsEvery),
            address ->
                NettyChannelBuilder.forTarget("dns:///" + address)
                    .usePlaintext()
                    .disableRetry()
                    .build(),
            workbench,
            OpenTrust.in(state, time),
            roots(),
            sealing(),
            () ->
                new HostFacts(
                    hostname,
                    "",
                    "",
                    "",
                    "",
                    "",
                    1,
                    0,
                    List.of(),
                    Map.of(),
                    "t",
                    "none",
                    null,
                    java.util.List.of(),
                    Limits.of(Map.of(Limit.PIDS, 7L))),
            usage,
            time,
            new Random(1),
            "test");
    workbench.start();
    link.start();
    return this;
  }

  private HostSealing sealing() throws IOException {
    return HostSealing.open(
        state.resolve("sealing"), new TestIdentity(state.resolve("identity-2")).current, time);
  }

  /** Of a host with a fleet of its own. */
  private RootsKeeper roots() {
    TestIdentity identity = new TestIdentity(state.resolve("identity"));
    return new RootsKeeper(
        identity.current,
        new CertificateRenewal(
            identity.current,
            _ -> {
              throw new RenewalException("not here");
            },
            () -> {},
            time,
            new Random(1)),
        time);
  }

  Channel channel() {
    return link.channel();
  }

  /** What a SIGTERM does; what runs goes on. */
  void stop() throws IOException {
    link.close();
    usage.close();
    workbench.close();
    ledger.close();
  }

  @Override
  public void close() throws IOException {
    if (link != null) {
      stop();
    }
  }
}
