package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.trust.job.JobCapture;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What was added to the ledger's record of an accepted attempt when operators came to name paths to
 * be kept. Records of before have none of it.
 */
final class CaptureCodec {
  private CaptureCodec() {}

  static void write(DataOutputStream out, Assignment assignment) throws IOException {
    JobCapture capture = assignment.authority().capture();
    out.writeInt(capture.paths().size());
    for (String path : capture.paths()) {
      RecordCodec.writeText(out, path);
    }
    out.writeBoolean(capture.rollback());
  }

  /**
   * Completes an assignment by what follows in its record.
   *
   * @throws IOException if that is damaged
   */
  static Assignment read(DataInputStream in, Assignment old) throws IOException {
    if (in.available() == 0) {
      return old;
    }
    int count = in.readInt();
    if (count < 0 || count > JobCapture.MOST_PATHS) {
      throw new IOException("a ledger record has " + count + " paths to keep");
    }
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      paths.add(RecordCodec.readText(in));
    }
    JobCapture capture = new JobCapture(paths, in.readBoolean());
    return new Assignment(
        old.id(),
        old.jobId(),
        old.work(),
        old.env(),
        old.timeout(),
        old.expiresAt(),
        old.authority().with(capture),
        old.bounds());
  }
}
