package dev.hostler.lab.power;

import dev.hostler.common.time.TimeSource;
import java.io.IOException;
import java.nio.file.Path;

/** lab/power-cut: CHECKOUT TREE_PROGRAM FOLDER FILE_SYSTEM SEEDS FIRST MOST. */
public final class Main {
  private Main() {}

  /** Exit code 0: all promises hold; 1: not all. */
  public static void main(String[] args) throws IOException, InterruptedException {
    PowerCut cutter =
        new PowerCut(
            Path.of(args[0]),
            Path.of(args[1]),
            Path.of(args[2]),
            args[3],
            TimeSource.system(),
            System.out);
    long first = Long.parseLong(args[5]);
    int most = Integer.parseInt(args[6]);
    int cuts = 0;
    int broken = 0;
    for (long seed = first; seed < first + Long.parseLong(args[4]); seed++) {
      PowerCut.Outcome outcome = cutter.run(seed, seed % 2 == 1, most);
      cuts += outcome.cuts();
      broken += outcome.broken();
    }
    System.out.printf("power cuts: %d, %d with a promise broken%n", cuts, broken);
    System.exit(broken == 0 ? 0 : 1);
  }
}
