package dev.hostler.cli.usage;

import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Table;
import dev.hostler.proto.v1.NetworkUse;
import dev.hostler.proto.v1.PeerUse;
import dev.hostler.proto.v1.ResourceUse;
import dev.hostler.proto.v1.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How it looks what attempts with an allow-list did over the network. */
public final class NetworkView {
  private NetworkView() {}

  /** In JSON; null: the attempt had no allow-list. */
  public static Json.@Nullable Fields json(ResourceUse resources) {
    if (!resources.hasNetwork()) {
      return null;
    }
    NetworkUse use = resources.getNetwork();
    return Json.object()
        .put("connections", use.getConnections())
        .put("refused", use.getRefused())
        .put("most_at_once", use.getMostAtOnce())
        .put("sent_bytes", use.getSentBytes())
        .put("received_bytes", use.getReceivedBytes())
        .put("peers", use.getPeersList().stream().map(NetworkView::json).toList());
  }

  private static Json.Fields json(PeerUse peer) {
    return Json.object()
        .put("peer", peer.getPeer())
        .put("connections", peer.getConnections())
        .put("sent_bytes", peer.getSentBytes())
        .put("received_bytes", peer.getReceivedBytes());
  }

  /** Does any of these tasks have an allow-list? */
  public static boolean isKnown(List<Task> tasks) {
    return tasks.stream().anyMatch(task -> task.getResult().getUse().hasNetwork());
  }

  /** A line for each peer of each task, and one for what was refused. */
  public static Table table(List<Task> tasks) {
    Table table = new Table("HOST", "PEER", "CONNECTIONS", "SENT", "RECEIVED");
    for (Task task : tasks) {
      if (!task.getResult().getUse().hasNetwork()) {
        continue;
      }
      NetworkUse use = task.getResult().getUse().getNetwork();
      for (PeerUse peer : use.getPeersList()) {
        table
            .row()
            .cell(task.getHostName())
            .cell(peer.getPeer())
            .cell(Long.toUnsignedString(peer.getConnections()))
            .cell(Format.bytes(peer.getSentBytes()))
            .cell(Format.bytes(peer.getReceivedBytes()));
      }
      table
          .row()
          .cell(task.getHostName())
          .cell("(refused)")
          .cell(Long.toUnsignedString(use.getRefused()))
          .cell("")
          .cell("");
    }
    return table;
  }
}
