package dev.hostler.cli.job;

import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.preview.PreviewGroups;
import dev.hostler.proto.v1.GetJobRequest;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobOutput;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.ReadOutputRequest;
import dev.hostler.trust.job.JobException;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.JobWork;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.List;

/** Reads once more what a preview showed. */
final class ShownPreview {
  private ShownPreview() {}

  /**
   * All of it.
   *
   * @param hosts ids or names; empty: all
   * @param plans may it be a plan to restore a checkpoint, too?
   * @throws CliFailure if the job is no preview, or still goes on
   */
  static List<PreviewGroups.Group> of(
      Session session, Controller controller, String id, List<String> hosts, boolean plans) {
    GetJobRequest get = GetJobRequest.newBuilder().setJobId(id).build();
    Job job = controller.call(() -> controller.jobs().getJob(get));
    requirePreview(job, plans);
    if (!JobWatch.ended(job)) {
      throw CliFailure.usage(
          "preview " + id + " has not ended; `hostler job watch " + id + "` waits for it");
    }
    ReadOutputRequest request =
        ReadOutputRequest.newBuilder()
            .setJobId(id)
            .addAllHosts(hosts)
            .setStream(OutputStream.OUTPUT_STREAM_STDOUT)
            .build();
    Retry retry = new Retry(session, controller, false);
    while (true) {
      PreviewGroups groups = new PreviewGroups();
      OutputPrinter reader = new OutputPrinter(session.console(), OutputPrinter.Mode.PLAIN, groups);
      try {
        Iterator<JobOutput> pieces = controller.jobStreams().readOutput(request);
        String task = "";
        while (pieces.hasNext()) {
          JobOutput piece = pieces.next();
          retry.alive();
          if (!piece.getTaskId().equals(task)) {
            groups.finish(task);
            task = piece.getTaskId();
          }
          reader.print(piece);
        }
        groups.finishAll();
        return groups.all();
      } catch (StatusRuntimeException e) {
        retry.after(e);
      }
    }
  }

  /** The statement says what was asked for; it is what the operator signed. */
  private static void requirePreview(Job job, boolean plans) {
    try {
      JobWork work = JobStatement.read(job.getSigned().getStatement().toByteArray()).work();
      if (work instanceof JobWork.Action action && action.preview()) {
        return;
      }
      if (work instanceof JobWork.Checkpoint checkpoint
          && checkpoint.verb().equals("plan")
          && plans) {
        return;
      }
    } catch (JobException e) {
      throw CliFailure.usage("job " + job.getId() + ": " + e.getMessage());
    }
    throw CliFailure.usage(
        "job " + job.getId() + " is no preview; `hostler run --preview BUNDLE ACTION` makes one");
  }
}
