package dev.hostler.cli.job;

import dev.hostler.cli.command.ContextOption;
import dev.hostler.cli.command.ResultOptions;
import dev.hostler.cli.connect.Controller;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.CliFailure;
import dev.hostler.cli.console.ExitCode;
import dev.hostler.proto.v1.GetJobRequest;
import dev.hostler.proto.v1.Job;
import dev.hostler.proto.v1.JobOutput;
import dev.hostler.proto.v1.OutputStream;
import dev.hostler.proto.v1.ReadOutputRequest;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hostler job logs}. */
@Command(
    name = "logs",
    description = {
      "Prints the output of a job, host after host.",
      "Stdout goes to stdout, stderr to stderr, with the host's name before each line if there",
      "are several hosts. The exit code says nothing of the job."
    },
    footer = {
      "",
      "Examples:",
      "  hostler job logs 0193a2b4-…",
      "  hostler job logs -f --stdout 0193a2b4-…",
      "  hostler job logs --host web-1 0193a2b4-… > web-1.log"
    })
public final class JobLogs implements Callable<Integer> {
  private final Session session;

  @Mixin private final ResultOptions result = new ResultOptions();
  @Mixin private final ContextOption context = new ContextOption();

  @Parameters(index = "0", paramLabel = "JOB", description = "Job id.")
  private String id = "";

  @Option(
      names = {"-f", "--follow"},
      description = "Stay, and print what comes, until the job has ended.")
  private boolean follow;

  @Option(names = "--stdout", description = "Only stdout.")
  private boolean stdout;

  @Option(names = "--stderr", description = "Only stderr.")
  private boolean stderr;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Only this host, by id or name. May be repeated.")
  private List<String> hosts = new ArrayList<>();

  /** Made by the composition root. */
  public JobLogs(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (stdout && stderr) {
      throw CliFailure.usage("--stdout and --stderr exclude each other; without them both come");
    }
    session.process().onInterrupt(() -> session.process().exit(ExitCode.INTERRUPTED.number()));
    try (Controller controller = context.connect(session)) {
      GetJobRequest get = GetJobRequest.newBuilder().setJobId(id).build();
      Job job = controller.call(() -> controller.jobs().getJob(get));
      boolean single = job.getCounts().getTotal() == 1 || hosts.size() == 1;
      OutputPrinter printer =
          new OutputPrinter(
              session.console(),
              result.json()
                  ? OutputPrinter.Mode.JSON
                  : single ? OutputPrinter.Mode.PLAIN : OutputPrinter.Mode.PREFIXED);
      read(controller, printer);
      printer.finishAll();
      session.console().endProgress();
    }
    return 0;
  }

  private void read(Controller controller, OutputPrinter printer) {
    ReadOutputRequest request =
        ReadOutputRequest.newBuilder()
            .setJobId(id)
            .addAllHosts(hosts)
            .setStream(
                stdout
                    ? OutputStream.OUTPUT_STREAM_STDOUT
                    : stderr
                        ? OutputStream.OUTPUT_STREAM_STDERR
                        : OutputStream.OUTPUT_STREAM_UNSPECIFIED)
            .setFollow(follow)
            .build();
    Retry retry = new Retry(session, controller, false);
    while (true) {
      try {
        // After a break this starts over; what was printed before is passed over.
        Iterator<JobOutput> pieces = controller.jobStreams().readOutput(request);
        while (pieces.hasNext()) {
          JobOutput piece = pieces.next();
          retry.alive();
          printer.print(piece);
        }
        return;
      } catch (StatusRuntimeException e) {
        retry.after(e);
      }
    }
  }
}
