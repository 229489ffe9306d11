package dev.hostler.cli.console;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The three standard streams. Bytes pass unchanged. A progress line on the terminal is taken away
 * before anything else is written and put back after it. Thread-safe.
 */
public final class Console {
  private static final byte[] ERASE_LINE = "\r\033[K".getBytes(StandardCharsets.US_ASCII);

  private final InputStream in;
  private final OutputStream out;
  private final OutputStream err;
  private final Terminals terminals;
  private final boolean colour;
  private String progress = "";
  private boolean progressShown;
  private boolean midLine;

  /**
   * Over these streams.
   *
   * @param in stdin
   * @param out stdout, not buffered
   * @param err stderr, not buffered
   * @param terminals which of them are terminals
   * @param environment environment variables, for NO_COLOR and TERM
   */
  public Console(
      InputStream in,
      OutputStream out,
      OutputStream err,
      Terminals terminals,
      Map<String, String> environment) {
    this.in = in;
    this.out = new BufferedOutputStream(out, 64 * 1024);
    this.err = new BufferedOutputStream(err, 8 * 1024);
    this.terminals = terminals;
    // https://no-color.org: present and not empty.
    this.colour =
        environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !"dumb".equals(environment.get("TERM"));
  }

  /** Which streams are terminals. */
  public Terminals terminals() {
    return terminals;
  }

  /** Styles for stdout. */
  public Style outStyle() {
    return new Style(terminals.out() && colour);
  }

  /** Styles for stderr. */
  public Style errStyle() {
    return new Style(terminals.err() && colour);
  }

  /** A line of text to stdout, sent at once. */
  public void line(String text) {
    write(Stream.OUT, (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** A line of text to stderr. */
  public void note(String text) {
    write(Stream.ERR, (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Bytes, sent at once.
   *
   * @throws StdoutClosed if the reader of stdout went away
   * @throws CliFailure if they cannot be written for another reason
   */
  public void write(Stream stream, byte[] bytes) {
    write(stream, bytes, 0, bytes.length);
  }

  /** A part of {@code bytes}; see {@link #write(Stream, byte[])}. */
  public synchronized void write(Stream stream, byte[] bytes, int offset, int length) {
    if (length == 0) {
      return;
    }
    hideProgress();
    OutputStream target = stream == Stream.OUT ? out : err;
    try {
      target.write(bytes, offset, length);
      target.flush();
    } catch (IOException e) {
      throw failed(stream, e);
    }
    if (stream == Stream.OUT ? terminals.out() : terminals.err()) {
      midLine = bytes[offset + length - 1] != '\n';
    }
    showProgress();
  }

  private static RuntimeException failed(Stream stream, IOException e) {
    String message = String.valueOf(e.getMessage());
    if (stream == Stream.OUT && message.contains("Broken pipe")) {
      return new StdoutClosed();
    }
    return new CliFailure(
        ExitCode.LOCAL,
        "cannot write to " + (stream == Stream.OUT ? "stdout" : "stderr") + ": " + message);
  }

  /** Shows {@code text} as the last line of a terminal until it is replaced or cleared. */
  public synchronized void progress(String text) {
    if (terminals.err() && !text.equals(progress)) {
      hideProgress();
      progress = text;
      showProgress();
    }
  }

  /** Takes the progress line away, and starts a new line if output stopped in the middle of one. */
  public synchronized void endProgress() {
    hideProgress();
    progress = "";
    if (midLine && terminals.err()) {
      toErr(new byte[] {'\n'});
      midLine = false;
    }
  }

  private void showProgress() {
    if (!progress.isEmpty() && !midLine) {
      toErr(progress.getBytes(StandardCharsets.UTF_8));
      progressShown = true;
    }
  }

  private void hideProgress() {
    if (progressShown) {
      toErr(ERASE_LINE);
      progressShown = false;
    }
  }

  private void toErr(byte[] bytes) {
    try {
      err.write(bytes);
      err.flush();
    } catch (IOException e) {
      throw failed(Stream.ERR, e);
    }
  }

  /**
   * Puts a question on stderr and waits for a line from stdin; everything else that wants to write
   * waits too.
   *
   * @return the answer without its line end; empty at the end of stdin
   */
  public synchronized String ask(String question) {
    hideProgress();
    toErr(((midLine ? "\n" : "") + question).getBytes(StandardCharsets.UTF_8));
    midLine = false;
    StringBuilder answer = new StringBuilder();
    try {
      for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
        answer.append((char) c);
      }
    } catch (IOException e) {
      throw new CliFailure(ExitCode.LOCAL, "cannot read stdin: " + e.getMessage());
    }
    showProgress();
    return answer.toString().strip();
  }

  /**
   * Asks on the terminal for something that is not shown while it is typed.
   *
   * @throws CliFailure without a terminal
   */
  public synchronized String askSecret(String question) {
    java.io.Console terminal = terminals.in() ? System.console() : null;
    if (terminal == null || !terminal.isTerminal()) {
      throw CliFailure.usage(
          "cannot ask for "
              + question.replace(": ", "")
              + ": there is no terminal; give it as"
              + " --param KEY=@FILE, or on stdin as --param KEY=@-");
    }
    hideProgress();
    char[] typed = terminal.readPassword("%s", question);
    showProgress();
    return typed == null ? "" : new String(typed);
  }

  /**
   * All of stdin, as text.
   *
   * @throws CliFailure if it cannot be read
   */
  public synchronized String readAll() {
    try {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CliFailure(ExitCode.LOCAL, "cannot read stdin: " + e.getMessage());
    }
  }

  /** A line to stderr from outside of everything else, even while a question waits. */
  @SuppressWarnings("GuardedBy")
  public void urgent(String text) {
    try {
      err.write(("\n" + text + "\n").getBytes(StandardCharsets.UTF_8));
      err.flush();
    } catch (IOException e) {
      // Nobody is there to be told.
    }
  }

  /** One of the two output streams. */
  public enum Stream {
    /** Standard output. */
    OUT,
    /** Standard error. */
    ERR
  }
}
