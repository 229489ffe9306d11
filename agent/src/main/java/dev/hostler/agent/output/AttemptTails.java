package dev.hostler.agent.output;

import dev.hostler.agent.attempt.AttemptId;
import dev.hostler.agent.attempt.StreamName;
import java.nio.file.Path;
import java.util.List;

/** Both streams of an attempt. Guarded by the pump. */
final class AttemptTails {
  final AttemptId id;
  final Tail stdout;
  final Tail stderr;

  /** Does its shim ring a doorbell of ours? */
  final boolean rings;

  /** Was the delivery told to the listener on this connection? */
  boolean told;

  AttemptTails(AttemptId id, Path directory, boolean rings) {
    this.id = id;
    this.stdout = new Tail(id, StreamName.STDOUT, directory);
    this.stderr = new Tail(id, StreamName.STDERR, directory);
    this.rings = rings;
  }

  Tail tail(StreamName stream) {
    return stream == StreamName.STDOUT ? stdout : stderr;
  }

  List<Tail> tails() {
    return List.of(stdout, stderr);
  }

  boolean delivered() {
    return stdout.delivered() && stderr.delivered();
  }

  String error() {
    return stderr.error().isEmpty() || stdout.error().isEmpty()
        ? stdout.error() + stderr.error()
        : stdout.error() + "; " + stderr.error();
  }
}
