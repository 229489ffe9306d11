package dev.hostler.cli;

import static dev.hostler.cli.fake.Samples.ended;
import static dev.hostler.cli.fake.Samples.event;
import static dev.hostler.cli.fake.Samples.exited;
import static dev.hostler.cli.fake.Samples.host;
import static dev.hostler.cli.fake.Samples.running;
import static dev.hostler.cli.fake.Samples.stderr;
import static dev.hostler.cli.fake.Samples.stdout;
import static dev.hostler.cli.fake.Samples.task;

import com.google.protobuf.ByteString;
import dev.hostler.cli.fake.FakeController;
import dev.hostler.cli.fake.TestFleet;
import dev.hostler.common.build.CacheableJars;
import dev.hostler.proto.v1.Action;
import dev.hostler.proto.v1.Bundle;
import dev.hostler.proto.v1.BundleServiceGrpc;
import dev.hostler.proto.v1.HostServiceGrpc;
import dev.hostler.proto.v1.JobServiceGrpc;
import dev.hostler.proto.v1.ListHostsResponse;
import dev.hostler.proto.v1.ListJobsResponse;
import dev.hostler.proto.v1.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes the JVM's ahead-of-time cache (JEP 483, 514, 515) for bin/hostler: lets the packaged
 * command work once against a scripted controller over real TLS. The build runs this after the jar
 * is made; without the cache the command only starts later, so a failure is no failure of the
 * build.
 */
final class MakeCache {
  private MakeCache() {}

  /** Takes the build folder: with hostler-cli.jar and lib/, and where hostler.aot goes. */
  public static void main(String[] args) throws Exception {
    Path target = Path.of(args[0]).toAbsolutePath();
    Path cache = target.resolve("hostler.aot");
    CacheableJars.rewrite(target.resolve("lib"));
    if (fits(cache, target)) {
      return;
    }
    Files.deleteIfExists(cache);
    Path folder = Files.createTempDirectory("hostler-cache");
    TestFleet fleet = new TestFleet(folder);
    try (FakeController controller = new FakeController(fleet)) {
      script(controller);
      train(target, cache, controller);
    } finally {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  /** The JVM itself says whether the cache fits: its jars are those it was made with. */
  private static boolean fits(Path cache, Path target) throws IOException, InterruptedException {
    if (!Files.exists(cache)) {
      return false;
    }
    List<String> command = java();
    command.addAll(List.of("-XX:AOTMode=on", "-XX:AOTCache=" + cache, "-jar"));
    command.addAll(List.of(target.resolve("hostler-cli.jar").toString(), "--version"));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    return builder.start().waitFor() == 0;
  }

  /** The same as in bin/hostler: a cache fits one set of options only. */
  private static List<String> java() {
    return new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-Xlog:disable",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dio.netty.transport.noNative=true",
            "-Dio.netty.jfr.enabled=false",
            "-Djdk.reflect.useNativeAccessorOnly=true",
            "-Djava.util.logging.config.file=/dev/null",
            "-Dio.netty.machineId=00:00:00:00:00:00:00:00"));
  }

  private static void script(FakeController controller) {
    ListHostsResponse.Builder hosts = ListHostsResponse.newBuilder();
    for (int i = 0; i < 5; i++) {
      hosts.addHosts(host("web-" + i));
    }
    controller.answer(HostServiceGrpc.getListHostsMethod(), request -> hosts.build());
    controller.answer(HostServiceGrpc.getGetHostMethod(), request -> host("web-1"));
    controller.answer(
        JobServiceGrpc.getListJobsMethod(),
        request -> ListJobsResponse.newBuilder().addJobs(ended(2, 1)).build());
    controller.answer(
        BundleServiceGrpc.getGetBundleMethod(),
        request ->
            Bundle.newBuilder()
                .setName("b")
                .setVersion("1.0.0")
                .setManifestDigest(ByteString.copyFrom(new byte[32]))
                .addActions(
                    Action.newBuilder()
                        .setName("act")
                        .setParamsSchema("{\"properties\":{\"n\":{\"type\":\"integer\"}}}"))
                .build());
    controller.answer(
        JobServiceGrpc.getSubmitJobMethod(),
        request -> running(Math.max(1, request.getHostIdsCount())));
    controller.stream(
        JobServiceGrpc.getWatchJobMethod(),
        (request, answers) -> {
          answers.onNext(event(task("a", TaskState.TASK_STATE_RUNNING)));
          for (int i = 0; i < 100; i++) {
            answers.onNext(event(stdout("a", 5L * i, "line\n")));
          }
          answers.onNext(event(stderr("a", 0, "line\n")));
          answers.onNext(event(exited("a", 0)));
          answers.onNext(event(ended(1, 0)));
          answers.onCompleted();
        });
  }

  private static void train(Path target, Path cache, FakeController controller)
      throws IOException, InterruptedException {
    List<String> command = java();
    command.addAll(
        List.of(
            "-XX:AOTCacheOutput=" + cache,
            "-cp",
            target.resolve("hostler-cli.jar").toString(),
            "dev.hostler.cli.Training"));
    command.addAll(
        List.of(
            ("--version ; host list ; host list -o json ; host show web-1 ; job list ;"
                    + " run --host a -- true ; run --host a --host b b act --param n=1 ;"
                    + " run --host a -o json -- true")
                .split(" ")));
    Path log = target.resolve("hostler.aot.log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().put("HOSTLER_CONFIG", "/nonexistent");
    builder.environment().putAll(controller.environment());
    int code = builder.start().waitFor();
    if (code != 0 || !Files.exists(cache)) {
      System.err.println("[WARNING] no AOT cache for bin/hostler (code " + code + "); see " + log);
    }
  }
}
