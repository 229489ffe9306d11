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
import dev.hostler.cli.preview.PreviewGroups;
import dev.hostler.cli.preview.PreviewPrinter;
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
import org.jspecify.annotations.Nullable;

/**
 * Signs a job, submits it, and shows what comes of it.
 *
 * @param detach print the job's id and do not wait?
 * @param previews take what would be changed; null: the job is no preview
 * @param diffs show texts as well as lines of paths?
 */
record JobRun(
    Session session,
    ResultOptions result,
    ContextOption context,
    boolean detach,
    @Nullable PreviewGroups previews,
    boolean diffs) {
  private static final int TRIES = 3;

  /** Of a job that is no preview. */
  JobRun(Session session, ResultOptions result, ContextOption context, boolean detach) {
    this(session, result, context, detach, null, false);
  }

  /** From the hosts that are meant to an exit code. */
  int run(HostIds targets, Work work, JobSigning signing) {
    try (Controller controller = context.connect(session)) {
      return run(controller, targets::resolve, work, signing);
    }
  }

  /** The hosts that are meant. */
  interface Hosts {
    /** They, each once; with their sealing keys? */
    List<Recipient> resolve(Controller controller, boolean keys);
  }

  /** The same, through this connection. */
  int run(Controller controller, Hosts targets, Work work, JobSigning signing) {
    Job job = submit(controller, targets, work, signing);
    if (detach) {
      result.one(session.console(), JobView.json(job), job::getId);
      return 0;
    }
    return watch(controller, job);
  }

  /** Signs a job and submits it. */
  Job submit(Controller controller, Hosts targets, Work work, JobSigning signing) {
    SigningKeys keys = JobSigning.keys(controller.context());
    Work.Resolved resolved = work.resolve(controller, session.console());
    boolean secret = SecretSealing.isNeeded(resolved);
    List<Recipient> hosts = targets.resolve(controller, secret);
    List<String> ids = hosts.stream().map(Recipient::id).toList();
    JobSandbox sandbox =
        new JobSandbox(ProfileText.of(signing.profile(), controller), signing.learn());
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
    return submit(
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
        new JobWatch(
            session, controller, job, new JobWatch.View(true, result.json(), false, previews));
    Job ended = watch.follow();
    if (previews != null) {
      PreviewPrinter printer = new PreviewPrinter(console, diffs);
      if (result.json()) {
        printer.json(previews.all());
      } else {
        printer.print(previews.all());
      }
    }
    if (!result.json()) {
      Summary.print(console, ended, watch.tasks());
    }
    if (previews != null
        && !result.json()
        && previews.all().stream().anyMatch(group -> group.changes().applicable())) {
      console.note("hostler: to apply: hostler run --apply-preview " + job.getId());
    }
    return interruption.cancelled()
        ? ExitCode.INTERRUPTED.number()
        : Summary.exitCode(ended).number();
  }
}
