package dev.hostler.cli.job;

import com.google.protobuf.ByteString;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.secret.HostKeys;
import dev.hostler.cli.secret.Recipient;
import dev.hostler.proto.v1.SealedKey;
import dev.hostler.trust.job.JobWork;
import dev.hostler.trust.json.Json;
import dev.hostler.trust.secret.SealedParameters;
import dev.hostler.trust.secret.SecretException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Work whose secret parameters are sealed.
 *
 * @param work what is signed: ciphertext where a secret was
 * @param keys what opens it, for each target; empty if nothing is secret
 */
record SecretSealing(JobWork work, List<SealedKey> keys) {
  SecretSealing {
    keys = List.copyOf(keys);
  }

  /** Are there secrets among these parameters? */
  static boolean isNeeded(Work.Resolved resolved) {
    return resolved.work() instanceof JobWork.Action action
        && !given(action, resolved.schema()).isEmpty();
  }

  private static SortedSet<String> given(JobWork.Action action, String schema) {
    SortedSet<String> names = SealedParameters.secrets(schema);
    JsonNode params = Json.MAPPER.readTree(action.params());
    names.removeIf(name -> !params.has(name));
    return names;
  }

  /** Nothing is secret. */
  static SecretSealing none(JobWork work) {
    return new SecretSealing(work, List.of());
  }

  /**
   * Seals.
   *
   * @param nonce of the job
   * @param note is told what people should know
   * @throws CliFailure if it cannot be sealed to each target
   */
  static SecretSealing of(
      Work.Resolved resolved,
      List<Recipient> targets,
      HostKeys hostKeys,
      String nonce,
      Consumer<String> note) {
    if (!(resolved.work() instanceof JobWork.Action action)) {
      return none(resolved.work());
    }
    SealedParameters sealed;
    try {
      sealed =
          SealedParameters.seal(
              action.params(), resolved.schema(), nonce, hostKeys.of(targets, note));
    } catch (SecretException e) {
      throw CliFailure.usage("secret parameters cannot be sealed: " + e.getMessage());
    }
    List<SealedKey> keys = new ArrayList<>();
    for (Map.Entry<String, byte[]> key : sealed.keys().entrySet()) {
      keys.add(
          SealedKey.newBuilder()
              .setHostId(key.getKey())
              .setWrapped(ByteString.copyFrom(key.getValue()))
              .build());
    }
    return new SecretSealing(
        new JobWork.Action(
            action.bundle(), action.version(), action.action(), action.manifest(), sealed.params()),
        keys);
  }
}
