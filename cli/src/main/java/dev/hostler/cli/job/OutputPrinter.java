package dev.hostler.cli.job;

import dev.hostler.cli.console.Console;
import dev.hostler.cli.console.Format;
import dev.hostler.cli.console.Json;
import dev.hostler.cli.console.Table;
import dev.hostler.cli.preview.PreviewGroups;
import dev.hostler.proto.v1.JobOutput;
import dev.hostler.proto.v1.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prints the output of tasks: stdout to stdout, stderr to stderr. Of a single host byte for byte,
 * of several line by line with the host's name, as JSON piece by piece. Not thread-safe.
 */
final class OutputPrinter {
  /** How output is shown. */
  enum Mode {
    /** The bytes as they are. */
    PLAIN,
    /** Lines with the name of the host. */
    PREFIXED,
    /** A JSON object per piece. */
    JSON
  }

  private record Stream(String taskId, OutputStream stream) {}

  private final Console console;
  private final Mode mode;
  private final Positions positions = new Positions();
  private final Map<Stream, LinePrefixer> prefixers = new HashMap<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final @Nullable PreviewGroups previews;
  private int width;

  OutputPrinter(Console console, Mode mode) {
    this(console, mode, null);
  }

  /**
   * @param previews take stdout instead: of a preview it is the list of changes
   */
  OutputPrinter(Console console, Mode mode, @Nullable PreviewGroups previews) {
    this.console = console;
    this.mode = mode;
    this.previews = previews;
  }

  /** How far everything was printed. */
  Positions positions() {
    return positions;
  }

  /** Makes room for a host's name, so that the prefixes on a terminal line up. */
  void expect(String host) {
    if (console.terminals().out()) {
      width = Math.max(width, Math.min(host.length(), 24));
    }
  }

  /** Prints what is new in a piece. */
  void print(JobOutput output) {
    Positions.News news = positions.take(output);
    if (news.missing() > 0) {
      lost(output, news.missing(), "are missing here");
    }
    byte[] bytes = output.getData().toByteArray();
    if (previews != null && output.getStream() == OutputStream.OUTPUT_STREAM_STDOUT) {
      previews.take(
          output.getTaskId(),
          output.getHostId(),
          output.getHostName(),
          bytes,
          news.skip(),
          bytes.length - news.skip());
    } else if (news.skip() < bytes.length) {
      switch (mode) {
        case PLAIN -> console.write(target(output), bytes, news.skip(), bytes.length - news.skip());
        case PREFIXED -> {
          byte[] lines = prefixer(output).accept(bytes, news.skip(), bytes.length - news.skip());
          console.write(target(output), lines);
        }
        case JSON -> json(output, bytes, news.skip());
      }
    }
    if (news.dropped() > 0) {
      finish(output.getTaskId());
      lost(output, news.dropped(), "past the limit were dropped");
    }
  }

  private void lost(JobOutput output, long count, String what) {
    if (mode == Mode.JSON) {
      console.line(
          Json.line(
              piece(output)
                  .put("offset", output.getOffset() + output.getData().size())
                  .put("lost_bytes", count)));
    } else {
      console.note(
          "hostler: "
              + Table.printable(output.getHostName())
              + ": "
              + Format.bytes(count)
              + " of "
              + stream(output)
              + " "
              + what);
    }
  }

  private static String stream(JobOutput output) {
    return output.getStream() == OutputStream.OUTPUT_STREAM_STDERR ? "stderr" : "stdout";
  }

  private static Console.Stream target(JobOutput output) {
    return output.getStream() == OutputStream.OUTPUT_STREAM_STDERR
        ? Console.Stream.ERR
        : Console.Stream.OUT;
  }

  private LinePrefixer prefixer(JobOutput output) {
    return prefixers.computeIfAbsent(
        new Stream(output.getTaskId(), output.getStream()),
        stream -> {
          String name = Table.printable(output.getHostName());
          int number = numbers.computeIfAbsent(output.getTaskId(), id -> numbers.size());
          String padded = name + " ".repeat(Math.max(0, width - name.length()));
          return new LinePrefixer(
              (stream.stream() == OutputStream.OUTPUT_STREAM_STDERR
                      ? console.errStyle()
                      : console.outStyle())
                  .host(number, padded));
        });
  }

  private static Json.Fields piece(JobOutput output) {
    return Json.object()
        .put("type", "output")
        .put("task_id", output.getTaskId())
        .put("host_id", output.getHostId())
        .put("host_name", output.getHostName())
        .put("stream", stream(output));
  }

  private void json(JobOutput output, byte[] bytes, int skip) {
    Json.Fields fields = piece(output).put("offset", output.getOffset() + skip);
    ByteBuffer data = ByteBuffer.wrap(bytes, skip, bytes.length - skip);
    try {
      fields.put("text", StandardCharsets.UTF_8.newDecoder().decode(data.duplicate()).toString());
    } catch (CharacterCodingException e) {
      fields.put(
          "base64",
          StandardCharsets.ISO_8859_1.decode(Base64.getEncoder().encode(data)).toString());
    }
    console.line(Json.line(fields));
  }

  /** Prints the last lines of a task that have no end. */
  void finish(String taskId) {
    if (previews != null) {
      previews.finish(taskId);
    }
    for (OutputStream stream :
        new OutputStream[] {OutputStream.OUTPUT_STREAM_STDOUT, OutputStream.OUTPUT_STREAM_STDERR}) {
      LinePrefixer prefixer = prefixers.remove(new Stream(taskId, stream));
      if (prefixer != null) {
        console.write(
            stream == OutputStream.OUTPUT_STREAM_STDERR ? Console.Stream.ERR : Console.Stream.OUT,
            prefixer.end());
      }
    }
  }

  /** Prints all last lines that have no end. */
  void finishAll() {
    prefixers.keySet().stream().map(Stream::taskId).distinct().toList().forEach(this::finish);
  }
}
