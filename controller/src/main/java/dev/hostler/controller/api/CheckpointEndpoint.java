package dev.hostler.controller.api;

import dev.hostler.controller.access.AccessPolicy;
import dev.hostler.controller.access.Operator;
import dev.hostler.controller.access.Permission;
import dev.hostler.controller.checkpoint.CheckpointHost;
import dev.hostler.controller.checkpoint.Checkpoints;
import dev.hostler.controller.checkpoint.Standing;
import dev.hostler.controller.host.Host;
import dev.hostler.controller.host.HostService;
import dev.hostler.proto.v1.Checkpoint;
import dev.hostler.proto.v1.CheckpointServiceGrpc;
import dev.hostler.proto.v1.CheckpointState;
import dev.hostler.proto.v1.GetCheckpointRequest;
import dev.hostler.proto.v1.ListCheckpointsRequest;
import dev.hostler.proto.v1.ListCheckpointsResponse;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Checkpoints, on the operator port. */
public final class CheckpointEndpoint extends CheckpointServiceGrpc.CheckpointServiceImplBase {
  private final Checkpoints checkpoints;
  private final HostService hosts;
  private final AccessPolicy policy;
  private final Supplier<Operator> caller;

  /**
   * For these, of the hosts that {@code policy} lets the caller see.
   *
   * @param caller the operator of the current call
   */
  public CheckpointEndpoint(
      Checkpoints checkpoints, HostService hosts, AccessPolicy policy, Supplier<Operator> caller) {
    this.checkpoints = checkpoints;
    this.hosts = hosts;
    this.policy = policy;
    this.caller = caller;
  }

  @Override
  public void listCheckpoints(
      ListCheckpointsRequest request, StreamObserver<ListCheckpointsResponse> responses) {
    Unary.answer(
        responses,
        () -> {
          Map<UUID, Host> seen = seen();
          ListCheckpointsResponse.Builder response = ListCheckpointsResponse.newBuilder();
          checkpoints
              .list()
              .forEach((checkpoint, all) -> {
                List<Standing> some = among(all, seen);
                if (!some.isEmpty()) {
                  response.addCheckpoints(message(checkpoint, some));
                }
              });
          return response.build();
        });
  }

  @Override
  public void getCheckpoint(GetCheckpointRequest request, StreamObserver<Checkpoint> responses) {
    Unary.answer(
        responses,
        () -> {
          Map<UUID, Host> seen = seen();
          List<Standing> some = among(checkpoints.standings(request.getName()), seen);
          Checkpoint.Builder message = message(checkpoints.get(request.getName()), some);
          Map<UUID, Standing> byHost = new HashMap<>();
          some.forEach(one -> byHost.put(one.row().hostId(), one));
          seen.values().stream()
              .sorted(Comparator.comparing(Host::name))
              .forEach(host -> {
                Standing standing = byHost.get(host.id());
                if (standing != null) {
                  message.addHosts(message(standing, host));
                }
              });
          return message.build();
        });
  }

  private Map<UUID, Host> seen() {
    Predicate<Host> may = policy.sees(caller.get(), Permission.HOST_READ);
    Map<UUID, Host> seen = new HashMap<>();
    hosts
        .list((host, _) -> may.test(host), "", Integer.MAX_VALUE)
        .forEach(host -> seen.put(host.id(), host));
    return seen;
  }

  private static List<Standing> among(List<Standing> all, Map<UUID, Host> seen) {
    return all.stream().filter(one -> seen.containsKey(one.row().hostId())).toList();
  }

  private static Checkpoint.Builder message(
      dev.hostler.controller.checkpoint.Checkpoint checkpoint, List<Standing> hosts) {
    return Checkpoint.newBuilder()
        .setName(checkpoint.name())
        .addAllPaths(checkpoint.paths())
        .setCreatedAt(Unary.timestamp(checkpoint.createdAt()))
        .setCreatedBy(checkpoint.createdBy())
        .setKept(count(hosts, Standing.State.KEPT))
        .setPending(count(hosts, Standing.State.PENDING))
        .setMissing(count(hosts, Standing.State.MISSING))
        .setStoredBytes(hosts.stream().mapToLong(one -> one.row().storedBytes()).sum());
  }

  private static int count(List<Standing> hosts, Standing.State state) {
    return (int) hosts.stream().filter(one -> one.state() == state).count();
  }

  private dev.hostler.proto.v1.CheckpointHost message(Standing standing, Host host) {
    CheckpointHost row = standing.row();
    dev.hostler.proto.v1.CheckpointHost.Builder message =
        dev.hostler.proto.v1.CheckpointHost.newBuilder()
            .setHostId(host.id().toString())
            .setHostName(host.name())
            .setState(CheckpointState.forNumber(standing.state().code()))
            .setMessage(standing.message())
            .setConnected(hosts.isConnected(host.id()))
            .setJobId(row.jobId().toString())
            .setSnapshot(row.snapshot() == null ? "" : row.snapshot())
            .setTakenBy(row.askedBy())
            .setEntries(row.entries())
            .setBytes(row.bytes())
            .setStoredBytes(row.storedBytes());
    @Nullable Instant seen = host.lastSeenAt();
    if (seen != null) {
      message.setLastSeenAt(Unary.timestamp(seen));
    }
    @Nullable Instant taken = row.takenAt();
    if (taken != null) {
      message.setTakenAt(Unary.timestamp(taken));
    }
    return message.build();
  }
}
