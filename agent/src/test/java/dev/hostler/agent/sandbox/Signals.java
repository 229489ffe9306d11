package dev.hostler.agent.sandbox;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** A listener that remembers. */
final class Signals implements RunListener {
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private volatile RunRecord runRecord;

  @Override
  public void started() {
    heard.add("started");
  }

  @Override
  public void stdoutGrew() {
    heard.add("stdout");
  }

  @Override
  public void stderrGrew() {
    heard.add("stderr");
  }

  @Override
  public void ended(RunRecord ended) {
    runRecord = ended;
    heard.add("ended");
  }

  List<String> heard() {
    return heard;
  }

  RunRecord record() {
    return runRecord;
  }

  void awaitStdout() {
    Awaitility.await().atMost(SandboxHost.PATIENCE).until(() -> heard.contains("stdout"));
  }

  void awaitStarted() {
    Awaitility.await().atMost(SandboxHost.PATIENCE).until(() -> heard.contains("started"));
  }
}
