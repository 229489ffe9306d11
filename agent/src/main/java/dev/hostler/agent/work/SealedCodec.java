package dev.hostler.agent.work;

import dev.hostler.agent.attempt.Assignment;
import dev.hostler.agent.attempt.SealedWith;
import dev.hostler.agent.attempt.Work;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * What was added to the ledger's record of an accepted attempt when parameters came to be sealed:
 * what opens them. Ciphertext, as the parameters themselves. Records of before have none of it.
 */
final class SealedCodec {
  private SealedCodec() {}

  static void write(DataOutputStream out, Assignment assignment) throws IOException {
    SealedWith sealed =
        assignment.work() instanceof Work.Action action ? action.sealed() : SealedWith.NONE;
    RecordCodec.writeText(out, sealed.nonce());
    RecordCodec.writeText(out, sealed.wrappedKey());
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
    SealedWith sealed = new SealedWith(RecordCodec.readText(in), RecordCodec.readText(in));
    return old.work() instanceof Work.Action action
        ? new Assignment(
            old.id(),
            old.jobId(),
            action.with(sealed),
            old.env(),
            old.timeout(),
            old.expiresAt(),
            old.authority(),
            old.bounds())
        : old;
  }
}
