package dev.hostler.lab.bench;

import dev.hostler.lab.stack.AgentHost;
import dev.hostler.lab.stack.CliResult;
import dev.hostler.lab.stack.Stack;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.GetBundleRequest;
import dev.hostler.proto.v1.IndexServiceGrpc;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobEvent;
import dev.hostler.proto.v1.JobState;
import dev.hostler.proto.v1.RevocationKind;
import dev.hostler.proto.v1.RevokeRequest;
import dev.hostler.proto.v1.TaskState;
import dev.hostler.proto.v1.WatchJobRequest;
import dev.hostler.trust.job.JobWork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Iterator;

/** How long it takes from the revocation of a bundle until its running program is gone. */
final class RevocationTimes {
  private static final int ROUNDS = 25;

  private RevocationTimes() {}

  /** Prints a row; the index is signed by the controller's delegated key. */
  static void print(Stack stack) throws Exception {
    AgentHost host = stack.addAgent("host-000");
    Path signer = stack.data().resolve("bench-signer");
    good(stack, "signer", "create", signer.toString());
    host.pinBundleRoots(signer.resolve("root.crt"));
    Samples samples = new Samples();
    try (OperatorClient client = new OperatorClient(stack)) {
      for (int i = -3; i < ROUNDS; i++) {
        long took = revoke(client, push(stack, client, signer, "1.0." + (i + 3)));
        if (i >= 0) {
          samples.add(took);
        }
      }
    }
    System.out.println(
        "| a bundle revoked → its running program gone on the host, as a client sees it | "
            + samples.row()
            + " |");
  }

  private static void good(Stack stack, String... arguments) {
    CliResult result = stack.cli(arguments);
    if (result.exitCode() != 0) {
      throw new IllegalStateException(result.toString());
    }
  }

  private static Bundle push(Stack stack, OperatorClient client, Path signer, String version)
      throws Exception {
    Path source = stack.data().resolve("sleeper-" + version);
    Files.createDirectories(source.resolve("payload/bin"));
    Files.writeString(
        source.resolve("bundle.toml"),
        """
        name = "sleeper"
        version = "%s"
        description = "Sleeps"

        [actions.sleep]
        description = "Sleeps for a long time"
        argv = ["bin/sleeper"]
        """
            .formatted(version));
    Path program =
        Files.writeString(source.resolve("payload/bin/sleeper"), "#!/bin/sh\nexec sleep 600\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    String file = stack.data().resolve("sleeper-" + version + ".hostler").toString();
    good(stack, "bundle", "build", source.toString(), "--out", file);
    good(stack, "bundle", "sign", file, "--signer", signer.toString());
    good(stack, "bundle", "push", file);
    return BundleServiceGrpc.newBlockingStub(client.channel())
        .getBundle(GetBundleRequest.newBuilder().setName("sleeper").setVersion(version).build());
  }

  private static long revoke(OperatorClient client, Bundle bundle) {
    String manifest = HexFormat.of().formatHex(bundle.getManifestDigest().toByteArray());
    Job job =
        client
            .jobs()
            .submitJob(
                client.job(
                    "all",
                    new JobWork.Action("sleeper", bundle.getVersion(), "sleep", manifest, "{}")));
    Iterator<JobEvent> events =
        client.jobs().watchJob(WatchJobRequest.newBuilder().setJobId(job.getId()).build());
    long begin = 0;
    while (events.hasNext()) {
      JobEvent event = events.next();
      if (begin == 0
          && event.hasTask()
          && event.getTask().getState() == TaskState.TASK_STATE_RUNNING) {
        begin = System.nanoTime();
        var _ =
            IndexServiceGrpc.newBlockingStub(client.channel())
                .revoke(
                    RevokeRequest.newBuilder()
                        .setKind(RevocationKind.REVOCATION_KIND_BUNDLE)
                        .setValue(manifest)
                        .setReason("measured")
                        .build());
      }
      if (event.hasJob() && event.getJob().getState() != JobState.JOB_STATE_RUNNING) {
        return System.nanoTime() - begin;
      }
    }
    throw new IllegalStateException("the watch ended before the job");
  }
}
