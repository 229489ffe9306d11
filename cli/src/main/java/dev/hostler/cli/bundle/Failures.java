package dev.hostler.cli.bundle;

import dev.hostler.cli.console.CliFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** Says what is wrong with files. */
public final class Failures {
  private Failures() {}

  /** What to tell. */
  public static CliFailure of(IOException e) {
    String problem =
        switch (e) {
          case NoSuchFileException missing -> "there is no file " + missing.getFile();
          case FileAlreadyExistsException exists ->
              exists.getFile() + " exists already; nothing was changed";
          case AccessDeniedException denied -> denied.getFile() + ": permission denied";
          default -> String.valueOf(e.getMessage());
        };
    return CliFailure.usage(problem);
  }
}
