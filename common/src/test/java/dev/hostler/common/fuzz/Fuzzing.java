package dev.hostler.common.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/**
 * Runs a fuzz target under Jazzer in a process of its own: seconds by default, as long as asked for
 * by {@code lab/fuzz TARGET SECONDS}. A target is a class with {@code public static void
 * fuzzerTestOneInput(byte[])} that throws only when something is wrong: it catches the refusals
 * that its parser documents, and nothing else.
 */
public final class Fuzzing {
  private static final int USUAL_SECONDS = 5;

  /** Of builds: whether one passes must not be a matter of luck. {@code lab/fuzz} takes others. */
  private static final int USUAL_SEED = 20_261_121;

  private static final int LAST_LINES = 60;

  private Fuzzing() {}

  /**
   * Fuzzes.
   *
   * @param name of the target, for {@code lab/fuzz}
   * @param seeds well-formed inputs to start from
   */
  public static void run(String name, Class<?> target, List<byte[]> seeds) {
    String only = System.getProperty("hostler.fuzz.target", "");
    if (!only.isEmpty() && !only.equals(name)) {
      throw new TestAbortedException("only " + only + " was asked for");
    }
    int seconds = Integer.getInteger("hostler.fuzz.seconds", USUAL_SECONDS);
    int seed = Integer.getInteger("hostler.fuzz.seed", USUAL_SEED);
    System.out.println("fuzzing " + name + " for " + seconds + " s, hostler.fuzz.seed=" + seed);
    try {
      Path work = Files.createTempDirectory("hostler-fuzz-" + name);
      try {
        run(name, target, seeds, seconds, seed, work);
      } finally {
        remove(work);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TestAbortedException("interrupted", e);
    }
  }

  private static void run(
      String name, Class<?> target, List<byte[]> seeds, int seconds, int seed, Path work)
      throws IOException, InterruptedException {
    Path corpus = Files.createDirectory(work.resolve("corpus"));
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(corpus.resolve("seed-" + i), seeds.get(i));
    }
    Path log = work.resolve("log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+EnableDynamicAgentLoading",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                "--instrumentation_includes=dev.hostler.**",
                // Generated and large: to rewrite it takes longer than a short run has.
                "--instrumentation_excludes=dev.hostler.proto.**",
                "--custom_hook_includes=dev.hostler.**",
                "--reproducer_path=" + work,
                "-artifact_prefix=" + work + "/",
                "-max_total_time=" + seconds,
                "-max_len=65536",
                "-timeout=10",
                "-rss_limit_mb=0",
                "-print_final_stats=1",
                "-seed=" + seed,
                corpus.toString()));
    Process process =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    int status;
    try {
      status = process.waitFor();
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
    lines.stream().filter(line -> line.startsWith("stat::number_of")).forEach(System.out::println);
    if (status != 0) {
      throw new AssertionFailedError(
          "fuzzing "
              + name
              + " with hostler.fuzz.seed="
              + seed
              + " ended with "
              + status
              + ":\n"
              + String.join(
                  "\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())));
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) all.sorted(java.util.Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(path);
      }
    }
  }
}
