package dev.hostler.agent;

import dev.hostler.agent.config.AgentConfig;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Logs to standard error through java.util.logging, which gRPC uses anyway: logback would cost an
 * idle agent some megabytes.
 */
final class Logging {
  private static final Logger ROOT = Logger.getLogger("");

  private Logging() {}

  static void configure(AgentConfig.Log wanted) {
    LogManager.getLogManager().reset();
    Level level =
        switch (wanted.level()) {
          case ERROR -> Level.SEVERE;
          case WARN -> Level.WARNING;
          case INFO -> Level.INFO;
          case DEBUG -> Level.FINE;
        };
    ConsoleHandler handler = new ConsoleHandler();
    handler.setLevel(level);
    handler.setFormatter(new Line(wanted.json()));
    ROOT.setLevel(Level.WARNING);
    ROOT.addHandler(handler);
    Logger.getLogger("dev.hostler").setLevel(level);
  }

  /** One line for each record; further lines for a stack trace in text form only. */
  static final class Line extends Formatter {
    private final boolean json;

    Line(boolean json) {
      this.json = json;
    }

    @Override
    public String format(LogRecord entry) {
      String name = String.valueOf(entry.getLoggerName());
      String logger = name.substring(name.lastIndexOf('.') + 1);
      String level = level(entry.getLevel());
      String message = formatMessage(entry);
      if (json) {
        StringBuilder line = new StringBuilder("{\"time\":\"").append(entry.getInstant());
        line.append("\",\"level\":\"").append(level).append("\",\"logger\":");
        quote(line, logger);
        line.append(",\"message\":");
        quote(line, message);
        if (entry.getThrown() != null) {
          line.append(",\"error\":");
          quote(line, trace(entry.getThrown()));
        }
        return line.append("}\n").toString();
      }
      String text = entry.getInstant() + " " + level + " " + logger + ": " + message + "\n";
      return entry.getThrown() == null ? text : text + trace(entry.getThrown());
    }

    private static String level(Level level) {
      if (level.intValue() >= Level.SEVERE.intValue()) {
        return "ERROR";
      }
      if (level.intValue() >= Level.WARNING.intValue()) {
        return "WARN";
      }
      return level.intValue() >= Level.INFO.intValue() ? "INFO" : "DEBUG";
    }

    private static String trace(Throwable thrown) {
      java.io.StringWriter text = new java.io.StringWriter();
      thrown.printStackTrace(new java.io.PrintWriter(text));
      return text.toString();
    }

    /** As a JSON string (RFC 8259 section 7). */
    private static void quote(StringBuilder line, String text) {
      line.append('"');
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        switch (c) {
          case '"' -> line.append("\\\"");
          case '\\' -> line.append("\\\\");
          case '\n' -> line.append("\\n");
          default -> {
            if (c < 0x20 || Character.isSurrogate(c)) {
              line.append("\\u%04x".formatted((int) c));
            } else {
              line.append(c);
            }
          }
        }
      }
      line.append('"');
    }
  }
}
