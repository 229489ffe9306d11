package dev.hostler.controller.api;

import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import dev.hostler.controller.access.Permission;
import dev.hostler.controller.denial.Denial;
import dev.hostler.controller.failure.RequestException;
import dev.hostler.controller.job.Job;
import dev.hostler.controller.job.JobService;
import dev.hostler.controller.job.JobWatch;
import dev.hostler.controller.job.JobWatches;
import dev.hostler.controller.job.Task;
import dev.hostler.controller.job.WatchSink;
import dev.hostler.controller.link.FailureStatus;
import dev.hostler.controller.output.Piece;
import dev.hostler.controller.output.Stream;
import dev.hostler.proto.v1.CancelJobRequest;
import dev.hostler.proto.v1.GetJobRequest;
import dev.hostler.proto.v1.JobEvent;
import dev.hostler.proto.v1.JobOutput;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListJobsRequest;
import dev.hostler.proto.v1.ListJobsResponse;
import dev.hostler.proto.v1.ListTasksRequest;
import dev.hostler.proto.v1.ListTasksResponse;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.ReadOutputRequest;
import dev.hostler.proto.v1.SubmitJobRequest;
import dev.hostler.proto.v1.WatchJobRequest;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Jobs on the operator port. */
public final class JobEndpoint extends JobServiceGrpc.JobServiceImplBase {
  private final JobService jobs;
  private final JobWatches watches;
  private final JobAccess access;
  private final Supplier<String> operator;

  /**
   * Unary calls wait for the database: they must not run on an event loop.
   *
   * @param access asked before a job is shown or cancelled
   * @param operator name of the current caller
   */
  public JobEndpoint(
      JobService jobs, JobWatches watches, JobAccess access, Supplier<String> operator) {
    this.jobs = jobs;
    this.watches = watches;
    this.access = access;
    this.operator = operator;
  }

  /** The job of a request, once the caller may do that to it. */
  private Job permitted(Permission permission, String jobId) {
    Job job = jobs.get(JobRequests.id("job_id", jobId));
    access.require(permission, jobs, job);
    return job;
  }

  @Override
  public void submitJob(
      SubmitJobRequest request, StreamObserver<dev.hostler.proto.v1.Job> responses) {
    answer(
        responses, () -> JobMessages.job(jobs.submit(JobRequests.submit(operator.get(), request))));
  }

  @Override
  public void getJob(GetJobRequest request, StreamObserver<dev.hostler.proto.v1.Job> responses) {
    answer(
        responses,
        () -> {
          Job job = permitted(Permission.JOB_READ, request.getJobId());
          return JobMessages.job(job, jobs.signed(job.id()));
        });
  }

  @Override
  public void cancelJob(
      CancelJobRequest request, StreamObserver<dev.hostler.proto.v1.Job> responses) {
    answer(
        responses,
        () ->
            JobMessages.job(
                jobs.cancel(
                    permitted(Permission.JOB_CANCEL, request.getJobId()).id(), operator.get())));
  }

  @Override
  public void listJobs(ListJobsRequest request, StreamObserver<ListJobsResponse> responses) {
    answer(
        responses,
        () -> {
          int size = PageTokens.size(request.getPageSize(), 50);
          String token = request.getPageToken();
          UUID before =
              token.isEmpty() ? null : PageTokens.id(token, PageTokens.read(token, 1).getFirst());
          List<Job> page = jobs.list(before, JobRequests.state(request.getState()), size + 1);
          ListJobsResponse.Builder response = ListJobsResponse.newBuilder();
          page.stream()
              .limit(size)
              .filter(job -> access.sees(jobs, job))
              .map(JobMessages::job)
              .forEach(response::addJobs);
          if (page.size() > size) {
            response.setNextPageToken(PageTokens.of(page.get(size - 1).id().toString()));
          }
          return response.build();
        });
  }

  @Override
  public void listTasks(ListTasksRequest request, StreamObserver<ListTasksResponse> responses) {
    answer(
        responses,
        () -> {
          int size = PageTokens.size(request.getPageSize(), 500);
          String token = request.getPageToken();
          @Nullable String name = null;
          @Nullable UUID id = null;
          if (!token.isEmpty()) {
            List<String> key = PageTokens.read(token, 2);
            name = key.get(0);
            id = PageTokens.id(token, key.get(1));
          }
          List<Task> page =
              jobs.tasks(
                  permitted(Permission.JOB_READ, request.getJobId()).id(), name, id, size + 1);
          ListTasksResponse.Builder response = ListTasksResponse.newBuilder();
          List<Task> shown = page.stream().limit(size).toList();
          Map<UUID, List<Denial>> denials = jobs.denials(shown);
          for (Task task : shown) {
            response.addTasks(JobMessages.task(task, denials.getOrDefault(task.id(), List.of())));
          }
          if (page.size() > size) {
            Task last = page.get(size - 1);
            response.setNextPageToken(PageTokens.of(last.hostName(), last.id().toString()));
          }
          return response.build();
        });
  }

  @Override
  public void watchJob(WatchJobRequest request, StreamObserver<JobEvent> responses) {
    stream(
        responses,
        sink -> {
          WatchSink events = new EventSink(sink);
          Map<JobWatch.TaskStream, Long> from = JobRequests.positions(request.getPositionsList());
          return watches.watch(
              permitted(Permission.JOB_READ, request.getJobId()).id(),
              request.getOutput(),
              from,
              events);
        },
        JobWatch::follow);
  }

  /** Nothing is not the same as nothing any more. */
  private static Job withOutput(Job job) {
    if (job.outputRemovedAt() != null) {
      throw new RequestException(
          RequestException.Kind.FAILED_PRECONDITION,
          "the output of job %s was removed at %s, because the job ended too long ago (retention.output of the controller); its results are still there: hostler job show %s"
              .formatted(
                  job.id(), job.outputRemovedAt().truncatedTo(ChronoUnit.SECONDS), job.id()));
    }
    return job;
  }

  @Override
  public void readOutput(ReadOutputRequest request, StreamObserver<JobOutput> responses) {
    stream(
        responses,
        sink ->
            watches.output(
                withOutput(permitted(Permission.JOB_READ, request.getJobId())).id(),
                request.getHostsList(),
                request.getStreamValue() == 0
                    ? null
                    : JobRequests.stream("stream", request.getStreamValue()),
                new OutputSink(sink)),
        request.getFollow() ? JobWatch::follow : JobWatch::readOnce);
  }

  /** What a watch does in its thread. */
  private interface Following {
    void run(JobWatch watch) throws InterruptedException;
  }

  private static <M extends MessageLite> void stream(
      StreamObserver<M> responses, Function<StreamSink<M>, JobWatch> make, Following following) {
    ServerCallStreamObserver<M> call = (ServerCallStreamObserver<M>) responses;
    AtomicReference<@Nullable JobWatch> made = new AtomicReference<>();
    StreamSink<M> sink =
        new StreamSink<>(
            call,
            () -> {
              JobWatch watch = made.get();
              if (watch != null) {
                watch.wake();
              }
            });
    Context context = Context.current(); // knows the caller
    Thread.ofVirtual()
        .name("watch")
        .start(
            context.wrap(() -> {
              try (JobWatch watch = make.apply(sink)) {
                made.set(watch);
                following.run(watch);
                if (!sink.isCancelled()) {
                  call.onCompleted();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (RuntimeException e) {
                if (!sink.isCancelled()) {
                  call.onError(FailureStatus.of(e).asRuntimeException());
                }
              }
            }));
  }

  private static <M> void answer(StreamObserver<M> responses, Supplier<M> call) {
    M answer;
    try {
      answer = call.get();
    } catch (RuntimeException e) {
      responses.onError(FailureStatus.of(e).asRuntimeException());
      return;
    }
    responses.onNext(answer);
    responses.onCompleted();
  }

  private static JobOutput.Builder output(Task task, Stream stream, long offset) {
    return JobOutput.newBuilder()
        .setTaskId(task.id().toString())
        .setHostId(task.hostId().toString())
        .setHostName(task.hostName())
        .setStream(OutputStream.forNumber(stream.code()))
        .setOffset(offset);
  }

  private static JobOutput output(Task task, Piece piece) {
    return output(task, piece.id().stream(), piece.offset())
        .setData(UnsafeByteOperations.unsafeWrap(piece.data()))
        .build();
  }

  private record EventSink(StreamSink<JobEvent> to) implements WatchSink {
    @Override
    public void job(Job job) throws InterruptedException {
      to.send(JobEvent.newBuilder().setJob(JobMessages.job(job)).build());
    }

    @Override
    public void task(Task task) throws InterruptedException {
      to.send(JobEvent.newBuilder().setTask(JobMessages.task(task)).build());
    }

    @Override
    public void output(Task task, Piece piece) throws InterruptedException {
      to.send(JobEvent.newBuilder().setOutput(JobEndpoint.output(task, piece)).build());
    }

    @Override
    public void dropped(Task task, Stream stream, long offset, long bytes)
        throws InterruptedException {
      to.send(
          JobEvent.newBuilder()
              .setOutput(JobEndpoint.output(task, stream, offset).setDroppedBytes(bytes))
              .build());
    }

    @Override
    public void denied(Task task, List<Denial> denials) throws InterruptedException {
      to.send(JobEvent.newBuilder().setDenials(JobMessages.denials(task, denials)).build());
    }

    @Override
    public boolean isCancelled() {
      return to.isCancelled();
    }
  }

  private record OutputSink(StreamSink<JobOutput> to) implements WatchSink {
    @Override
    public void job(Job job) {}

    @Override
    public void task(Task task) {}

    @Override
    public void denied(Task task, List<Denial> denials) {}

    @Override
    public void output(Task task, Piece piece) throws InterruptedException {
      to.send(JobEndpoint.output(task, piece));
    }

    @Override
    public void dropped(Task task, Stream stream, long offset, long bytes)
        throws InterruptedException {
      to.send(JobEndpoint.output(task, stream, offset).setDroppedBytes(bytes).build());
    }

    @Override
    public boolean isCancelled() {
      return to.isCancelled();
    }
  }
}
