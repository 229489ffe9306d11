package dev.hostler.cli.job;

import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.secret.Recipient;
import dev.hostler.proto.v1.Checkpoint;
import dev.hostler.proto.v1.CheckpointHost;
import dev.hostler.proto.v1.GetCheckpointRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which hosts can be brought back to a checkpoint now, and which cannot.
 *
 * @param able those that have it and can be asked
 * @param leftOut the others that are meant
 */
record CheckpointHosts(List<Recipient> able, List<LeftOut> leftOut) {

  /**
   * A host that is meant, but cannot be brought back now.
   *
   * @param why in words
   */
  record LeftOut(String id, String name, String why) {}

  /** What the controller knows of a checkpoint. */
  static Checkpoint get(Controller controller, String name) {
    return controller.call(() ->
        controller
            .checkpoints()
            .getCheckpoint(GetCheckpointRequest.newBuilder().setName(name).build()));
  }

  /**
   * Divides hosts.
   *
   * @param meant null: all of the checkpoint
   * @param waits are offline hosts waited for?
   */
  static CheckpointHosts of(Checkpoint checkpoint, @Nullable List<Recipient> meant, boolean waits) {
    Map<String, CheckpointHost> known = new LinkedHashMap<>();
    checkpoint.getHostsList().forEach(host -> known.put(host.getHostId(), host));
    List<Recipient> hosts =
        meant != null
            ? meant
            : known.values().stream()
                .map(host -> new Recipient(host.getHostId(), host.getHostName(), null))
                .toList();
    List<Recipient> able = new ArrayList<>();
    List<LeftOut> leftOut = new ArrayList<>();
    for (Recipient host : hosts) {
      String why = why(known.get(host.id()), waits);
      if (why.isEmpty()) {
        able.add(host);
      } else {
        leftOut.add(new LeftOut(host.id(), host.name(), why));
      }
    }
    return new CheckpointHosts(able, leftOut);
  }

  private static String why(@Nullable CheckpointHost host, boolean waits) {
    if (host == null) {
      return "never had this checkpoint";
    }
    return switch (host.getState()) {
      case CHECKPOINT_STATE_KEPT ->
          host.getConnected() || waits ? "" : "is offline; --start-within SPAN waits for it";
      case CHECKPOINT_STATE_PENDING -> "does not have it yet (job " + host.getJobId() + ")";
      default -> "does not have it: " + host.getMessage();
    };
  }
}
