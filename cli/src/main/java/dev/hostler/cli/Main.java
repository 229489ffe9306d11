package dev.hostler.cli;

import dev.hostler.cli.connect.EarlyConnection;
import dev.hostler.cli.connect.Session;
import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.ProcessControl;
import dev.hostler.cli.console.Terminals;
import dev.hostler.common.time.TimeSource;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;

/** Starts the operator's command. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    EarlyConnection early = EarlyConnection.maybe(System.getenv(), args);
    Console console =
        new Console(
            new FileInputStream(FileDescriptor.in),
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            Terminals.ofThisProcess(),
            System.getenv());
    ProcessControl process = new ThisProcess();
    Session session = new Session(console, System.getenv(), TimeSource.system(), process, early);
    process.exit(new Cli(session).run(args));
  }
}
