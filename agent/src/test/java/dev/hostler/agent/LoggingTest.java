package dev.hostler.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class LoggingTest {
  private static LogRecord record(Level level, String message) {
    LogRecord entry = new LogRecord(level, message);
    entry.setLoggerName("dev.hostler.agent.work.Ledger");
    entry.setInstant(Instant.parse("2026-01-02T03:04:05Z"));
    return entry;
  }

  @Test
  void aLineOfText() {
    Logging.Line line = new Logging.Line(false);
    assertThat(line.format(record(Level.INFO, "hello")))
        .isEqualTo("2026-01-02T03:04:05Z INFO Ledger: hello\n");
    LogRecord failed = record(Level.SEVERE, "broken");
    failed.setThrown(new IllegalStateException("why"));
    assertThat(line.format(failed))
        .contains(" ERROR Ledger: broken\n", "IllegalStateException: why");
    assertThat(line.format(record(Level.WARNING, "x"))).contains(" WARN ");
    assertThat(line.format(record(Level.FINE, "x"))).contains(" DEBUG ");
  }

  @Test
  void aLineOfJsonWhateverIsInIt() {
    Logging.Line line = new Logging.Line(true);
    LogRecord entry = record(Level.INFO, "a \"quoted\" \\ \n \u0001 \ud83d\ude00 ü");
    entry.setThrown(new IllegalStateException("why"));
    String text = line.format(entry);
    assertThat(text).endsWith("}\n").hasLineCount(1);
    var json = JsonMapper.shared().readTree(text);
    assertThat(json.get("message").asString())
        .isEqualTo("a \"quoted\" \\ \n \u0001 \ud83d\ude00 ü");
    assertThat(json.get("level").asString()).isEqualTo("INFO");
    assertThat(json.get("error").asString()).contains("why");
  }
}
