package dev.hostler.controller;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets up the logs of the program. */
final class Logging {
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level %logger{0}: %msg%n";

  private Logging() {}

  /** Logs to stderr as configured; nothing if another logging system is in place. */
  static void configure(LogConfig config) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    context.reset();
    Encoder<ILoggingEvent> encoder =
        switch (config.format()) {
          case JSON -> {
            JsonEncoder json = new JsonEncoder();
            json.setWithFormattedMessage(true);
            json.setWithMessage(false);
            json.setWithArguments(false);
            json.setWithContext(false);
            json.setWithMDC(false);
            json.setWithSequenceNumber(false);
            yield json;
          }
          case PLAIN -> {
            PatternLayoutEncoder plain = new PatternLayoutEncoder();
            plain.setPattern(PATTERN);
            yield plain;
          }
        };
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setTarget("System.err");
    console.setEncoder(encoder);
    console.start();
    Level level = Level.toLevel(config.level().name());
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(console);
    // Libraries tell what they do at INFO; of ours every line is meant for people.
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
    // Warns of its own meters of thread pools, which nobody reads.
    context.getLogger("io.micrometer").setLevel(Level.ERROR);
    context.getLogger("dev.hostler").setLevel(level);
  }
}
