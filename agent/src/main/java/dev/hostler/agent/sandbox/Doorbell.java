package dev.hostler.agent.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/** Takes apart the lines that a supervisor writes. One thread. */
final class Doorbell {
  private final AtomicBoolean detached;
  private final RunListener listener;
  private String rest = "";

  Doorbell(AtomicBoolean detached, RunListener listener) {
    this.detached = detached;
    this.listener = listener;
  }

  /** Tells the listener, once for many alike; true if the run is over and its record there. */
  boolean heard(byte[] buffer, int count) {
    String text = rest + new String(buffer, 0, count, StandardCharsets.US_ASCII);
    int complete = text.lastIndexOf('\n') + 1;
    rest = text.substring(complete);
    boolean started = false;
    boolean stdout = false;
    boolean stderr = false;
    boolean denied = false;
    boolean end = false;
    for (String line : text.substring(0, complete).split("\n", -1)) {
      started |= line.startsWith("started ");
      stdout |= line.equals("o");
      stderr |= line.equals("e");
      denied |= line.equals("d");
      end |= line.equals("end");
    }
    if (!detached.get()) {
      tell(started, stdout, stderr);
      if (denied) {
        listener.denied();
      }
    }
    return end;
  }

  private void tell(boolean started, boolean stdout, boolean stderr) {
    if (started) {
      listener.started();
    }
    if (stdout) {
      listener.stdoutGrew();
    }
    if (stderr) {
      listener.stderrGrew();
    }
  }
}
