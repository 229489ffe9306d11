package dev.hostler.cli;

import dev.hostler.cli.connect.EarlyConnection;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.Terminals;
import dev.hostler.common.time.TimeSource;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;

/**
 * Runs several commands in one process, so that the JVM can note for its ahead-of-time cache what
 * they need. Only the build and package installers start this.
 */
public final class Training {
  private Training() {}

  /** Runs the commands in {@code args}, which are separated by ";". */
  public static void main(String[] args) {
    Console console =
        new Console(
            new FileInputStream(FileDescriptor.in),
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            Terminals.ofThisProcess(),
            System.getenv());
    int code = 0;
    for (String line : String.join("\n", args).split("\n;\n", -1)) {
      String[] words = line.split("\n", -1);
      Session session =
          new Session(
              console,
              System.getenv(),
              TimeSource.system(),
              new ThisProcess(),
              EarlyConnection.maybe(System.getenv(), words));
      code = Math.max(code, new Cli(session).run(words));
    }
    // Not halted: the JVM writes what it has noted at an orderly end.
    System.exit(code);
  }
}
