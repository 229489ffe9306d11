package dev.hostler.agent.sandbox;

import dev.hostler.agent.sandbox.cgroup.CgroupSettings;
import dev.hostler.agent.sandbox.cgroup.Cgroups;
import dev.hostler.common.time.TimeSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A program that starts a run, says so, and waits to be killed. */
final class AgentStandIn {
  private AgentStandIn() {}

  public static void main(String[] args) throws Exception {
    Path state = Path.of(args[1]);
    Cgroups cgroups = Cgroups.detect(CgroupSettings.ofHost(args[0]), TimeSource.system());
    Sandbox sandbox = Sandbox.open(SandboxHost.launcher(), state, cgroups, TimeSource.system());
    String script =
        "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; sleep 0.01; done; exit 42";
    CountDownLatch started = new CountDownLatch(1);
    SandboxedRun run =
        sandbox.start(
            SandboxDefaults.of(state)
                .spec(args[2], List.of("/bin/sh", "-c", script), Map.of(), Optional.empty()),
            Path.of(args[3]),
            new RunListener() {
              @Override
              public void stdoutGrew() {
                started.countDown();
              }
            });
    started.await();
    System.out.println("started");
    run.ended().join();
  }
}
