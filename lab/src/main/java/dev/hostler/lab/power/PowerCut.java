package dev.hostler.lab.power;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntPredicate;

/**
 * Records every write of a {@link Story}, and looks at what the host finds when the power fails:
 * after each flush, in the middle between two, and with any part of what was not flushed. Not
 * thread-safe.
 */
public final class PowerCut {
  private static final long BYTES = 320L << 20;

  private final Path checkout;
  private final Path treeProgram;
  private final Path folder;
  private final String fileSystem;
  private final TimeSource time;
  private final PrintStream out;

  /**
   * For one or more seeds.
   *
   * @param checkout with the built product
   * @param treeProgram agent/snapshot/test/tree.c, compiled
   * @param folder an empty one, on a disk with a GB of room
   * @param fileSystem "ext4", "xfs" or "btrfs"
   */
  public PowerCut(
      Path checkout,
      Path treeProgram,
      Path folder,
      String fileSystem,
      TimeSource time,
      PrintStream out) {
    this.checkout = checkout;
    this.treeProgram = treeProgram;
    this.folder = folder;
    this.fileSystem = fileSystem;
    this.time = time;
    this.out = out;
  }

  /**
   * What came out.
   *
   * @param cuts how often the power was cut
   * @param broken after how many of them something did not hold
   */
  public record Outcome(int cuts, int broken) {}

  /** A cut: where, and what of the unflushed is there. */
  private record Cut(int before, IntPredicate kept, String how) {}

  /**
   * Records one story and cuts.
   *
   * @param flushing is everything flushed again and again meanwhile? Then half-done states reach
   *     the disk; else only what is flushed on purpose
   * @param most cuts, evenly spread; 0: all
   */
  public Outcome run(long seed, boolean flushing, int most)
      throws IOException, InterruptedException {
    Path at = Files.createDirectories(folder.resolve("disk"));
    Story story = new Story(at, checkout, treeProgram, seed, time);
    try (WriteLog log = record(story, at, flushing)) {
      List<Cut> cuts = cuts(log, new Random(seed));
      int stride = most == 0 ? 1 : Math.max(1, cuts.size() / most);
      CutDisk disk = new CutDisk(log, folder, BYTES);
      int made = 0;
      int broken = 0;
      for (int i = 0; i < cuts.size(); i += stride) {
        made++;
        List<String> wrong = check(disk, log, cuts.get(i), story, at);
        if (!wrong.isEmpty()) {
          broken++;
          out.printf(
              "seed %d, %s, past %s:%n", seed, cuts.get(i).how(), past(log, cuts.get(i).before()));
          wrong.forEach(line -> out.println("  " + line));
        }
      }
      long flushes = log.entries().stream().filter(WriteLog.Entry::flush).count();
      out.printf(
          "seed %d on %s%s: %d writes, %d flushes, %d cuts, %d broken%n",
          seed,
          fileSystem,
          flushing ? ", flushed all the time" : "",
          log.entries().size() - flushes,
          flushes,
          made,
          broken);
      return new Outcome(made, broken);
    } finally {
      for (String file : List.of("flushed.img", "writes.log", "recorded.img")) {
        Files.deleteIfExists(folder.resolve(file));
      }
    }
  }

  private WriteLog record(Story story, Path at, boolean flushing)
      throws IOException, InterruptedException {
    try (RecordedDisk disk = RecordedDisk.make(folder, BYTES, time)) {
      Tool.run("mkfs." + fileSystem, "-q", disk.device());
      try (Mounted mounted = Mounted.mount(disk.device(), at)) {
        AtomicBoolean over = new AtomicBoolean(!flushing);
        Thread flusher = Thread.ofVirtual().start(() -> flush(mounted.at(), over));
        try {
          story.tell(moment -> disk.mark(moment.name()));
        } finally {
          over.set(true);
          flusher.join();
        }
      }
      return disk.recorded();
    }
  }

  private static void flush(Path at, AtomicBoolean over) {
    try {
      while (!over.get()) {
        Tool.run("sync", "--file-system", at.toString());
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** After each flush; before the next one with half of the writes, and with any of them. */
  private static List<Cut> cuts(WriteLog log, Random random) throws IOException {
    List<WriteLog.Entry> entries = log.entries();
    List<Cut> cuts = new ArrayList<>();
    int flushed = 0;
    for (int i = 0; i < entries.size(); i++) {
      boolean last = i == entries.size() - 1;
      if (!entries.get(i).flush() && !last) {
        continue;
      }
      if (past(log, flushed).contains(Moment.MADE)) {
        int half = flushed + (i - flushed) / 2;
        if (half > flushed) {
          cuts.add(new Cut(half, _ -> true, "up to write " + half));
          long which = random.nextLong();
          cuts.add(
              new Cut(
                  i,
                  entry -> new Random(which + entry * 0x9E3779B97F4A7C15L).nextBoolean(),
                  "after write " + i + " with some since " + flushed));
        }
        cuts.add(new Cut(i + 1, _ -> true, "after flush " + i));
      }
      flushed = i + 1;
    }
    return cuts;
  }

  private static Set<Moment> past(WriteLog log, int before) throws IOException {
    Set<Moment> past = EnumSet.noneOf(Moment.class);
    for (WriteLog.Entry entry : log.entries().subList(0, before)) {
      if (RecordedDisk.isMark(entry)) {
        past.add(Moment.valueOf(RecordedDisk.text(log.bytes(entry))));
      }
    }
    return past;
  }

  private List<String> check(CutDisk disk, WriteLog log, Cut cut, Story story, Path at)
      throws IOException, InterruptedException {
    // A new file each: a loop device that lingers would show what it remembers of the one before.
    Path image = Files.createTempFile(folder, "cut-", ".img");
    disk.make(cut.before(), cut.kept(), image);
    try (Mounted _ = Mounted.mount(image.toString(), at)) {
      return new Promises(story, past(log, cut.before())).check();
    } catch (IOException e) {
      return List.of(e.toString());
    } finally {
      Files.delete(image);
    }
  }
}
