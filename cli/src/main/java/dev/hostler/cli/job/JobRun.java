package dev.hostler.cli.job;

import com.google.protobuf.ByteString;
import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.CallErrors;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.secret.HostKeys;
import dev.hostler.cli.secret.Recipient;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.SubmitJobRequest;
import dev.hostler.trust.SigningKeys;
import dev.hostler.trust.job.JobSandbox;
import dev.hostler.trust.job.JobStatement;
import dev.hostler.trust.job.SignedJob;
import dev.hostler.trust.job.TargetTree;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Signs a job, submits it, and shows what comes of it.
 *
 * @param detach print the job's id and do not wait?
 */
record JobRun(Session session, ResultOptions result, ContextOption context, boolean detach) {
  private static final int TRIES = 3;

  /** From the hosts that are meant to an exit code. */
  int run(HostIds targets, Work work, JobSigning signing) {
    try (Controller controller = context.connect(session)) {
      SigningKeys keys = JobSigning.keys(controller.context());
      Work.Resolved resolved = work.resolve(controller, session.console());
      boolean secret = SecretSealing.isNeeded(resolved);
      List<Recipient> hosts = targets.resolve(controller, secret);
      List<String> ids = hosts.stream().map(Recipient::id).toList();
      JobSandbox sandbox = new JobSandbox(ProfileText.of(signing.profile(), controller));
      String nonce = JobStatement.newNonce();
      Instant now = session.time().instant();
      SecretSealing sealed =
          secret
              ? SecretSealing.of(
                  resolved,
                  hosts,
                  HostKeys.of(session.environment(), controller.context().ca(), now),
                  nonce,
                  session.console()::note)
              : SecretSealing.none(resolved.work());
      SignedJob signed =
          signing.sign(sealed.work(), nonce, TargetTree.of(ids).targets(), sandbox, keys, now);
      Job job =
          submit(
              controller,
              SubmitJobRequest.newBuilder()
                  .setJob(
                      dev.hostler.proto.v1.SignedJob.newBuilder()
                          .setStatement(ByteString.copyFrom(signed.statement()))
                          .setSignature(ByteString.copyFrom(signed.signature())))
                  .addAllHostIds(ids)
                  .addAllSealedKeys(sealed.keys())
                  .setIdempotencyKey(UUID.randomUUID().toString())
                  .build());
      if (detach) {
        result.one(session.console(), JobView.json(job), job::getId);
        return 0;
      }
      return watch(controller, job);
    }
  }

  /** The key makes it safe to ask again when the answer was lost on the way. */
  private Job submit(Controller controller, SubmitJobRequest request) {
    Retry retry = new Retry(session, controller, true);
    for (int attempt = 1; ; attempt++) {
      try {
        return controller.jobs().submitJob(request);
      } catch (StatusRuntimeException e) {
        if (attempt == TRIES || CallErrors.neverSent(e)) {
          throw CallErrors.failure(controller.context(), e);
        }
        retry.after(e);
      }
    }
  }

  private int watch(Controller controller, Job job) {
    Console console = session.console();
    Interruption interruption =
        new Interruption(session, controller, job.getId(), context.repeat());
    interruption.ask();
    if (result.json()) {
      console.line(Json.line(Json.object().put("type", "job").put("job", JobView.json(job))));
    }
    JobWatch watch =
        new JobWatch(session, controller, job, new JobWatch.View(true, result.json(), false));
    Job ended = watch.follow();
    if (!result.json()) {
      Summary.print(console, ended, watch.tasks());
    }
    return interruption.cancelled()
        ? ExitCode.INTERRUPTED.number()
        : Summary.exitCode(ended).number();
  }
}
