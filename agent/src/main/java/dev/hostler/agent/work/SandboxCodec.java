package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.trust.job.JobSandbox;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * What was added to the ledger's record of an accepted attempt when operators came to ask for
 * narrower sandboxes. Records of before have none of it.
 */
final class SandboxCodec {
  private SandboxCodec() {}

  static void write(DataOutputStream out, Assignment assignment) throws IOException {
    JobSandbox sandbox = assignment.authority().sandbox();
    RecordCodec.writeText(out, sandbox.seccomp());
    out.writeBoolean(sandbox.learn());
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
    return new Assignment(
        old.id(),
        old.jobId(),
        old.work(),
        old.env(),
        old.timeout(),
        old.expiresAt(),
        old.authority().with(new JobSandbox(RecordCodec.readText(in), in.readBoolean())));
  }
}
